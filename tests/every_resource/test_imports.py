"""Import refuses the same value at the same field as the form, which page and API share; and takes what that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from core.pages.imports.columns import importable
from core.pages.imports.files import template_as_csv, template_as_workbook
from core.pages.imports.models import Policy
from core.pages.imports.reading import rows_of
from core.pages.imports.services import import_upload
from core.records.models import LogEntry
from core.resources import Resource
from core.resources.row_forms import RowForms
from tenants.people.models import User
from tests.core.imports import checked, errors, imported, undone
from tests.every_resource.values import bad_values, good_values
from tests.factories import make_administrator

pytestmark = pytest.mark.django_db

NO_CELLS = {"a zero character"}  # no file has one


def concerns(resource: Resource) -> bool:
    """Each module that rows are imported into."""
    return "import" in resource.all_verbs


@pytest.fixture
def admin() -> Iterator[User]:
    """An administrator who reads English, as the form is asked in it."""
    with translation.override("en"):
        yield make_administrator(language="en")


def as_cell(field: forms.Field, value: Any) -> str:
    """A form's value as a person writes it into a cell: records by a name that only one has."""
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(value, list) else [value]
        rows: Any = field.queryset
        found = {
            str(row.pk): getattr(row, "username", str(row)) for row in rows.filter(pk__in=list(filter(is_key, keys)))
        }
        return "、".join(found.get(key, key) for key in keys)
    return "yes" if isinstance(field, forms.BooleanField) and value == "on" else str(value)


def is_key(text: str) -> bool:
    return text.isdigit()


def rows_with(resource: Resource, user: User, values: dict[str, Any]) -> list[list[str]]:
    """A file of one row with the values."""
    fields = importable(resource, user)
    written = {name: as_cell(fields[name].field, value) for name, value in values.items() if name in fields}
    return [[fields[name].label for name in written], list(written.values())]


def of_form(form: forms.BaseForm) -> dict[str, str]:
    """What a form says, by field."""
    return {name.replace(NON_FIELD_ERRORS, ""): plain(map(str, found)) for name, found in form.errors.items()}


def plain(messages: Any) -> str:
    """Messages without differences in spaces."""
    return " ".join(" ".join(messages).split())


def test_import_refuses_the_same_value_at_the_same_field(admin: User, resource: Resource) -> None:
    compared = 0
    for name, one in importable(resource, admin).items():
        for wrong, value in bad_values(name, one.field):
            if wrong in NO_CELLS or (wrong == "empty" and one.has_default):
                continue
            values = {**good_values(resource.form_for(admin)), name: value}
            form = resource.form_for(admin, None, values)
            batch = checked(resource, admin, rows_with(resource, admin, values))
            found = {field: plain(messages) for field, messages in errors(batch).get(2, {}).items()}
            assert found == of_form(form), (name, wrong)
            assert name in found, (name, wrong)
            compared += 1
    assert compared


def test_a_taken_value_is_refused_alike(admin: User, resource: Resource) -> None:
    values = good_values(resource.form_for(admin))
    rows = rows_with(resource, admin, values)
    assert imported(resource, admin, rows).counts == {"created": 1}
    batch = checked(resource, admin, rows, policy=Policy.CREATE)
    if resource.all_the_same:  # as who was asked says in the form
        values[resource.all_the_same] = "on"
    form = resource.form_for(admin, None, values)
    if form.is_valid():  # then the database, or a service, has to refuse it
        resource.save(form, by=admin)
    assert {name: plain(found) for name, found in errors(batch).get(2, {}).items()} == of_form(form)


def test_what_the_form_takes_is_imported_logged_and_taken_back(admin: User, resource: Resource) -> None:
    values = good_values(resource.form_for(admin), everything=True)
    before = set(resource.rows(admin).values_list("pk", flat=True))
    batch = imported(resource, admin, rows_with(resource, admin, values))
    assert batch.counts == {"created": 1}, list(batch.chunks().values("outcome"))
    (made,) = resource.rows(admin).exclude(pk__in=before)
    assert LogEntry.objects.of(resource.name, made.pk).last().verb == "create"
    assert undone(batch).counts["removed"] == 1
    assert set(resource.rows(admin).values_list("pk", flat=True)) == before


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_understood_as_it_is(admin: User, resource: Resource, language: str, kind: str) -> None:
    with translation.override(language):
        content = (template_as_csv if kind == "csv" else template_as_workbook)(resource, admin)
        (_number, headings), *rows = rows_of(SimpleUploadedFile(f"template.{kind}", content))
    assert rows == []
    lines = [headings, ["x"] * len(headings)]
    file = SimpleUploadedFile("filled.csv", "\n".join(",".join(line) for line in lines).encode())
    assert list(import_upload(resource, file, by=admin).columns.values()) == list(importable(resource, admin))


def offering(resource: Resource, user: User) -> RowForms:
    """The form for rows, with the records at hand that may be chosen."""
    found = RowForms(resource, user)
    for name, field in found.fields.items():
        if isinstance(field, forms.ModelChoiceField):
            rows: Any = field.queryset
            found.offer(name, list(rows))
    return found


def held_by(record: Any) -> dict[str, Any]:
    """What an unsaved record holds, but for the moment it was made."""
    columns = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
    moments = {"created_at", "updated_at", "date_joined"}
    return {name: value for name, value in columns.items() if name not in moments} | record._state.fields_cache


def test_a_row_that_goes_by_columns_is_what_the_form_makes_of_it(admin: User, resource: Resource) -> None:
    good = good_values(resource.form_for(admin), everything=True)
    few = good_values(resource.form_for(admin))
    fields = importable(resource, admin)
    given = [good, few, {}, *({key: value for key, value in good.items() if key != name} for name in good)]
    given += [{**few, name: value} for name, one in fields.items() for _wrong, value in bad_values(name, one.field)]
    given += [{**good, name: ""} for name in good]
    by_columns, by_form = offering(resource, admin), offering(resource, admin)
    went = 0
    for values in [*given, *reversed(given)]:  # the second time from memory
        row = {name: value for name, value in values.items() if name in fields}
        passed, form = by_columns.passed(row), by_form.filled(row)
        if passed is None:
            assert form.errors or by_columns.columns is None, row
            continue
        assert not form.errors, row
        checked_values, record = passed
        assert list(checked_values.items()) == list(form.values.items()), row
        assert held_by(record) == held_by(form.instance), row
        went += 1
    assert went or by_columns.columns is None
