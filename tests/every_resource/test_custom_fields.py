"""A company's own fields are served wherever those of the module are: one of each kind, on every module."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from core.pages.imports.columns import importable
from core.records.custom import Kind
from core.records.models import LogEntry
from core.resources import Resource
from tenants.people.models import User
from tests.core.imports import imported
from tests.every_resource.custom import EVERY, FILE, TEXT, Filled, filled, one_of_each
from tests.every_resource.scene import counted, full_row
from tests.every_resource.test_imports import rows_with
from tests.every_resource.test_lists import exported
from tests.every_resource.values import good_values
from tests.factories import make, make_administrator, make_user

pytestmark = pytest.mark.django_db

every_module = pytest.mark.parametrize("module", EVERY, ids=lambda one: one.name)


@pytest.fixture
def admin(client: Any) -> Any:
    """An administrator who reads English, signed in."""
    user = make_administrator(language="en")
    client.force_login(user)
    with translation.override("en"):
        yield user


def found_by(client: Any, module: Resource, **params: Any) -> set[int]:
    """The keys of the rows of a narrowed list of the API."""
    answer = client.get(f"/api/{module.name}/", {"size": 100, **params})
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


@every_module
def test_they_are_shown_entered_sorted_filtered_and_logged(client: Any, admin: User, module: Resource) -> None:
    own = filled(module, by=admin)
    names = [field.name for field in own.fields.values()]
    full_row(module, by=make(User))  # without any value
    columns = {"columns": [next(iter(module.all_columns)), *names], "do": "mine"}
    assert client.post(reverse(f"{module.name}-columns"), columns).status_code in {204, 302}
    page = client.get(f"/{module.name}/{own.row.pk}/").content.decode()
    panel = client.get(f"/{module.name}/{own.row.pk}/", {"panel": "history"}).content.decode()
    api = client.get(f"/api/{module.name}/{own.row.pk}/").json()
    for kind, field in own.fields.items():
        for text in own.shown[kind].split("、"):
            assert text in page, kind
            assert text.replace(",", "") in panel.replace(",", ""), kind
        assert field.label in page
        assert f"Own {kind}" in panel
        assert api[field.name], kind
    form = client.get(f"/{module.name}/{own.row.pk}/edit/")
    if form.context and "form" in form.context:
        assert set(names) <= set(form.context["form"].fields)
    _filters(client, own)
    for kind in (Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DATE):
        for sign in ("", "-"):
            first = client.get(f"/api/{module.name}/", {"sort": sign + own.name(kind)}).json()["results"][0]
            assert first["id"] == own.row.pk, (kind, sign)  # those without a value come last, either way


def _filters(client: Any, own: Filled) -> None:
    gold, silver = own.fields[Kind.CHOICE].options
    row = own.row.pk
    for kind, hit, miss in (
        (Kind.TEXT, "ANARY te", "nothing"),
        (Kind.NUMBER, "12..13", "13.."),
        (Kind.NUMBER, "9..100", "1..9"),  # by size, not by letters
        (Kind.MONEY, "1234567.80", "1234567.81.."),
        (Kind.DATE, "2026-05-01..2026-05-31", "..2026-05-03"),
        (Kind.CHOICE, gold.pk, silver.pk),
        (Kind.CHOICES, own.fields[Kind.CHOICES].options[1].pk, 10**9),
        (Kind.USER, own.colleague.pk, "me"),
    ):
        assert found_by(client, own.resource, **{own.name(kind): hit}) == {row}, kind
        assert row not in found_by(client, own.resource, **{own.name(kind): miss}), kind
    for kind in (Kind.CHOICE, Kind.CHOICES, Kind.USER):
        assert row not in found_by(client, own.resource, **{own.name(kind): "none"})
    assert client.get(f"/api/{own.resource.name}/", {own.name(Kind.NUMBER): "much"}).status_code == 400


@every_module
def test_they_are_changed_in_place_for_many_and_by_the_api(client: Any, admin: User, module: Resource) -> None:
    own = filled(module, by=admin)
    row, pk = own.row, own.row.pk
    for kind in Kind:
        name = own.name(kind)
        if kind == Kind.FILE:
            continue
        fresh = type(row)._base_manager.get(pk=pk)
        assert name in module.inline_fields(admin), kind
        held = good_values(module.form_for(admin, fresh))
        answer = client.post(reverse(f"{module.name}-field", args=[pk, name]), {name: held[name]})
        assert answer.status_code == 200, (kind, answer.content)
    assert type(row)._base_manager.get(pk=pk).version == row.version  # all as it was: nothing changed
    number, date = own.name(Kind.NUMBER), own.name(Kind.DATE)
    refused = client.post(reverse(f"{module.name}-field", args=[pk, number]), {number: "much"})
    assert refused.status_code == 422
    answer = client.patch(f"/api/{module.name}/{pk}/", {number: "7", date: None}, "application/json")
    assert answer.status_code == 200, answer.content
    assert (answer.json()[number], answer.json()[date]) == ("7", None)
    wrong = client.patch(f"/api/{module.name}/{pk}/", {number: "much"}, "application/json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, [number])
    changed = type(row)._base_manager.get(pk=pk)
    assert changed.custom[number] == 7
    assert date not in changed.custom
    data = {"do": "edit", "ids": [pk], "filled_in": "1", "field": number, f"value.{number}": "8"}
    assert client.post(reverse(f"{module.name}-bulk"), data).status_code in {204, 302}
    assert type(row)._base_manager.get(pk=pk).custom[number] == 8
    line = LogEntry.objects.of(module.name, pk).first()
    assert line is not None
    assert line.changes == {number: ["7", "8"]}


@every_module
def test_they_are_exported_and_imported(client: Any, company: Any, admin: User, module: Resource) -> None:
    own = filled(module, by=admin)
    names = [field.name for field in own.fields.values()]
    if "export" in module.all_verbs:
        headings, *rows = exported(client, company, admin, module, columns=names, query="")
        assert headings == [field.label for field in own.fields.values()]
        shown = {kind: text for kind, text in own.shown.items() if kind != Kind.MONEY} | {Kind.MONEY: "1234567.8"}
        assert [shown[kind] for kind in own.fields] in rows
    if "import" not in module.all_verbs:
        return
    fields = importable(module, admin)
    assert set(names) - {own.name(Kind.FILE)} <= set(fields)
    values = good_values(module.form_for(admin), everything=True)
    before = set(module.rows(admin).values_list("pk", flat=True))
    batch = imported(module, admin, rows_with(module, admin, values))
    assert batch.counts == {"created": 1}, list(batch.chunks().values("outcome"))
    (made,) = module.rows(admin).exclude(pk__in=before)
    assert set(made.custom) == set(names) - {own.name(Kind.FILE)}


@pytest.mark.parametrize(
    ("module", "right"),
    [*((one, "hidden") for one in EVERY), *((one, "masked") for one in EVERY if one.name in {"users", "customers"})],
    ids=lambda one: getattr(one, "name", one),
)
def test_what_a_role_does_not_show_is_on_no_surface(
    client: Any, company: Any, admin: User, module: Resource, right: str
) -> None:
    own = filled(module, by=admin)
    rights = {f"{module.name}.{field.name}": right for field in own.fields.values()}
    user = make_user(*(one.name for one in module.permissions), field_rights=rights, language="en")
    client.force_login(user)
    row, names = own.row.pk, [field.name for field in own.fields.values()]
    answers = [
        client.get(f"/{module.name}/{row}/"),
        client.get(f"/{module.name}/{row}/", {"panel": "history"}),
        client.get(f"/{module.name}/{row}/edit/"),
        client.get(f"/{module.name}/"),
        client.get(f"/api/{module.name}/"),
        client.get(f"/api/{module.name}/{row}/"),
        client.get(f"/api/{module.name}/", {own.name(Kind.TEXT): TEXT}),
        client.get(f"/{module.name}/{row}/held/{own.name(Kind.FILE)}/"),
        client.get(f"/{module.name}/", {own.name(Kind.NUMBER): "12..13", "sort": own.name(Kind.NUMBER)}),
    ]
    bodies = [answer.getvalue().decode() if answer.streaming else answer.content.decode() for answer in answers]
    if any(panel.name == "files" for panel in module.panels):
        bodies.append(client.get(f"/{module.name}/{row}/", {"panel": "files"}).content.decode())
        bodies.append(client.get(f"/api/{module.name}/{row}/attachments/").content.decode())
    if "export" in module.all_verbs:
        bodies.append(str(exported(client, company, user, module, columns=names, query="")))
    for body in bodies:
        for secret in (TEXT, FILE, "CANARY", "1,234,567", "1234567", "2026-05-04", "Gold level", "Silver level"):
            assert secret not in body, (secret, right)
    assert answers[7].status_code == 404
    assert client.get(f"/api/{module.name}/{row}/held/{own.name(Kind.FILE)}/").status_code == 404
    narrowed = {Kind.TEXT: "CANARY", Kind.NUMBER: "12..13", Kind.USER: own.colleague.pk, Kind.DATE: "2026-05-04"}
    for kind, value in narrowed.items():
        for asked in ({own.name(kind): value}, {"sort": own.name(kind)}):
            assert client.get(f"/api/{module.name}/", asked).status_code == 400, kind
    for name in names:
        assert client.post(reverse(f"{module.name}-field", args=[row, name]), {name: "1"}).status_code == 404
        refused = client.patch(f"/api/{module.name}/{row}/", {name: "1"}, "application/json")
        assert refused.status_code == 400, name
    assert type(own.row)._base_manager.get(pk=row).custom == own.row.custom


@every_module
def test_a_list_of_many_users_costs_what_a_list_of_few_costs(client: Any, admin: User, module: Resource) -> None:
    fields = one_of_each(module, by=admin)
    name = fields[Kind.USER].name

    def more(count: int) -> None:
        for _number in range(count):
            row = full_row(module, by=make(User))
            type(row)._base_manager.filter(pk=row.pk).update(custom={name: make(User).pk})

    def ask() -> None:
        assert client.get(f"/api/{module.name}/", {"size": 50}).status_code == 200

    more(2)
    ask()
    few = counted(ask)
    more(7)
    assert counted(ask) == few
