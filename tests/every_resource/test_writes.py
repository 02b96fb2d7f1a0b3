"""Form and API refuse the same value at the same field; every action answers where it makes sense, and only there."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.records.models import LogEntry
from core.resources import Resource
from core.resources.registry import resources
from tenants.people.models import User
from tests.every_resource.tour import as_json, make_ready, own_pages
from tests.every_resource.values import bad_values, good_values
from tests.factories import make, make_administrator

pytestmark = pytest.mark.django_db

every_action = pytest.mark.parametrize(
    ("resource_", "name"),
    [(one, action.name) for one in resources.values() for action in one.actions],
    ids=[f"{one.name}-{action.name}" for one in resources.values() for action in one.actions],
)
BROWSER_ONLY = {("users", "switch")}


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def test_form_and_api_refuse_the_same_value_at_the_same_field(client: Any, admin: User, resource: Resource) -> None:
    if "add" not in resource.all_verbs:
        pytest.skip("nothing is added to it")
    page_name = f"{resource.name}-new"
    for name, field in resource.form_for(admin).fields.items():
        for wrong, value in bad_values(name, field):
            values = {**good_values(resource.form_for(admin)), name: value}
            page = client.post(reverse(page_name), values)
            assert page.status_code == 422, (name, wrong, page.status_code)
            of_page = {
                field_name: [error["code"] or "invalid" for error in errors]
                for field_name, errors in page.context["form"].errors.get_json_data().items()
            }
            answer = client.post(f"/api/{resource.name}/", as_json(resource, admin, values), "application/json")
            assert answer.status_code == 400, (name, wrong, answer.status_code)
            of_api = {
                field_name.replace("*", "__all__"): [error["code"] for error in errors]
                for field_name, errors in answer.json()["errors"].items()
            }
            assert of_api == of_page, (name, wrong)
            assert name in of_page, (name, wrong)


def test_a_taken_value_is_refused_alike(client: Any, admin: User, resource: Resource) -> None:
    if "add" not in resource.all_verbs or not resource.model._meta.constraints:
        pytest.skip("nothing of it is unique")
    values = good_values(resource.form_for(admin))
    first = client.post(f"/api/{resource.name}/", as_json(resource, admin, values), "application/json")
    assert first.status_code == 201, first.content
    page = client.post(reverse(f"{resource.name}-new"), values)
    answer = client.post(f"/api/{resource.name}/", as_json(resource, admin, values), "application/json")
    assert (page.status_code, answer.status_code) == (422, 400)
    of_page = {name.replace("__all__", "*") for name in page.context["form"].errors}
    assert set(answer.json()["errors"]) == of_page


@every_action
def test_every_action_does_what_it_says_and_writes_it_down(
    client: Any, admin: User, resource_: Resource, name: str
) -> None:
    action = resource_.action(name)
    row = make(resource_.model, by=admin)
    make_ready(action, row)
    make(User)  # somebody to hand a record over to
    before = LogEntry.objects.count()
    values = good_values(action.form(), everything=True) if action.form else {}
    answer = client.post(f"/api/{resource_.name}/{row.pk}/{name}/", values, "application/json")
    if (resource_.name, name) in BROWSER_ONLY:
        assert answer.status_code == 409
        return
    assert answer.status_code in {200, 204}, answer.content
    assert LogEntry.objects.count() > before


@every_action
def test_no_action_is_done_where_it_makes_no_sense(client: Any, admin: User, resource_: Resource, name: str) -> None:
    action = resource_.action(name)
    row = make(resource_.model, by=admin)
    if action.when(row):
        pytest.skip("it makes sense for a new row")
    before = type(row)._base_manager.filter(pk=row.pk).values().get()
    values = good_values(action.form()) if action.form else {}
    answer = client.post(f"/api/{resource_.name}/{row.pk}/{name}/", values, "application/json")
    assert answer.status_code == 409, answer.content
    client.post(reverse(f"{resource_.name}-action", kwargs={"pk": row.pk, "name": name}), values)
    assert type(row)._base_manager.filter(pk=row.pk).values().get() == before


@every_action
def test_an_action_with_a_form_refuses_empty_values(client: Any, admin: User, resource_: Resource, name: str) -> None:
    action = resource_.action(name)
    required = (
        [field for field, form_field in action.form().fields.items() if form_field.required] if action.form else []
    )
    if not required:
        pytest.skip("it asks for nothing")
    row = make(resource_.model, by=admin)
    make_ready(action, row)
    answer = client.post(f"/api/{resource_.name}/{row.pk}/{name}/", {}, "application/json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(required)
    if f"{resource_.name}-action" not in own_pages():
        page = client.post(reverse(f"{resource_.name}-action", kwargs={"pk": row.pk, "name": name}), {})
        assert page.status_code in {422, 302, 200}
