"""Every field of every module's form is changed in its place, refused in its place, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.records.models import LogEntry
from core.resources import Resource
from core.resources.registry import resources
from tenants.people.models import User
from tests.every_resource.scene import full_row
from tests.every_resource.values import bad_values, good_values
from tests.factories import make, make_administrator

pytestmark = pytest.mark.django_db

every_resource = pytest.mark.parametrize(
    "resource_", [one for one in resources.values() if "change" in one.all_verbs], ids=lambda one: one.name
)


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def address(resource: Resource, row: Any, name: str) -> str:
    return reverse(f"{resource.name}-field", args=[row.pk, name])


def one_value(resource: Resource, user: User, row: Any, name: str) -> dict[str, Any]:
    """What the control of the field would send if it is left as it is."""
    fresh = type(row)._base_manager.get(pk=row.pk)
    values = good_values(resource.form_for(user, fresh))
    return {key: value for key, value in values.items() if key in {name, "version"}}


@every_resource
def test_every_field_is_asked_for_alone_and_saved_as_it_is(client: Any, admin: User, resource_: Resource) -> None:
    row = full_row(resource_, by=make(User))
    names = resource_.inline_fields(admin)
    assert names
    for name in names:
        asked = client.get(address(resource_, row, name))
        assert asked.status_code == 200
        assert set(asked.context["form"].fields) == {name, "version"}
        answer = client.post(address(resource_, row, name), one_value(resource_, admin, row, name))
        assert answer.status_code == 200, (name, answer.status_code, answer.content)
        assert f'data-cell="{name}"' in answer.content.decode(), name


@every_resource
def test_what_a_field_does_not_take_is_refused_at_its_control(client: Any, admin: User, resource_: Resource) -> None:
    row = full_row(resource_, by=make(User))
    lines = LogEntry.objects.count()
    for name in resource_.inline_fields(admin):
        field = resource_.form_for(admin, row).fields[name]
        for wrong, value in bad_values(name, field):
            sent = {**one_value(resource_, admin, row, name), name: value}
            answer = client.post(address(resource_, row, name), sent)
            assert answer.status_code == 422, (name, wrong)
            assert 'class="err"' in answer.content.decode(), (name, wrong)
    assert LogEntry.objects.count() == lines


@every_resource
def test_no_other_field_comes_along(client: Any, admin: User, resource_: Resource) -> None:
    """What a form for one field is sent beside it is not looked at."""
    row = full_row(resource_, by=make(User))
    name, *others = resource_.inline_fields(admin)
    before = type(row)._base_manager.filter(pk=row.pk).values(*(o for o in others if o != "roles")).get()
    sent = one_value(resource_, admin, row, name) | dict.fromkeys(others, "")
    assert client.post(address(resource_, row, name), sent).status_code == 200
    assert type(row)._base_manager.filter(pk=row.pk).values(*before).get() == before


@every_resource
def test_what_is_no_field_of_the_form_has_no_control(client: Any, admin: User, resource_: Resource) -> None:
    row = full_row(resource_, by=make(User))
    for name in ("version", "pk", "id", "created_at", "password", "deleted_at", "no_such_field"):
        assert client.get(address(resource_, row, name)).status_code == 404, name
        assert client.post(address(resource_, row, name), {name: "1"}).status_code == 404, name
