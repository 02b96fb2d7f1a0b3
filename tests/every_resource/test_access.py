"""Only visible rows, on every surface; nothing without the permission; nothing at all without a sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.resources import Resource
from core.resources.registry import resources
from tenants.people.models import User
from tests.every_resource.scene import (
    MINE,
    THEIRS,
    Scene,
    attach,
    fingerprint,
    has_trash,
    put_in_trash,
    row_of,
    scene_of,
)
from tests.every_resource.tour import Tour
from tests.factories import make_administrator, make_user

pytestmark = pytest.mark.django_db

LISTS = ("{}-list", "api-{}-list")
ANSWERED_OTHERWISE = {
    ("POST api-users-switch", 409),  # a session is switched in the browser only
    ("POST api-contacts-primary", 409),  # the page has just made it the primary one
    *((f"POST {name}-import-step", 422) for name in resources),  # the file sent has no column that any module knows
}
TRASHES = ("{}-trash", "api-{}-trash")


@pytest.fixture
def scene(client: Any, resource: Resource) -> Scene:
    """A user who reaches their own rows only, signed in."""
    found = scene_of(resource)
    client.force_login(found.me)
    return found


def text_of(answer: Any) -> str:
    """The whole body of an answer."""
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])
    body: str = answer.content.decode()
    return body


@pytest.mark.parametrize("surface", LISTS)
def test_a_list_has_visible_rows_only(client: Any, scene: Scene, surface: str) -> None:
    body = text_of(client.get(reverse(surface.format(scene.resource.name))))
    assert MINE in body
    assert THEIRS not in body


@pytest.mark.parametrize("surface", LISTS)
def test_a_search_finds_visible_rows_only(client: Any, scene: Scene, surface: str) -> None:
    name = scene.resource.name
    for term, mine in ((MINE, True), (THEIRS, False)):
        answer = client.get(reverse(surface.format(name)), {"q": term})
        if surface.startswith("api-"):
            found = {row["id"] for row in answer.json()["results"]}
        else:
            found = {row.pk for row in answer.context["list"].page.records}
        assert found == ({scene.mine.pk} if mine else set())


@pytest.mark.parametrize("surface", TRASHES)
def test_the_trash_has_visible_rows_only(client: Any, scene: Scene, surface: str) -> None:
    resource = scene.resource
    if not has_trash(resource) or resource.model is User:
        pytest.skip("it has no trash, or nobody there is themselves")
    put_in_trash(scene.mine)
    put_in_trash(scene.theirs)
    body = text_of(client.get(reverse(surface.format(resource.name))))
    assert MINE in body
    assert THEIRS not in body


def test_what_hangs_on_a_row_is_shown_as_far_as_it_is_visible(client: Any, scene: Scene) -> None:
    for child in resources.values():
        if child.parent and child.model._meta.get_field(child.parent).related_model is scene.resource.model:
            row_of(child, scene.me, "MYCHILD", **{child.parent: scene.mine})
            row_of(child, scene.other, "THEIRCHILD", **{child.parent: scene.theirs})
            body = text_of(client.get(reverse(f"{child.name}-list")))
            assert "MYCHILD" in body
            assert "THEIRCHILD" not in body


def test_pickers_offer_what_the_resource_offers(client: Any, scene: Scene) -> None:
    answer = client.get(reverse(f"{scene.resource.name}-choices"))
    found = {row["id"] for row in answer.json()["results"]}
    offered = set(scene.resource.offered(scene.me).values_list("pk", flat=True))
    assert found == offered
    if type(scene.resource).offered is Resource.offered:
        assert scene.theirs.pk not in found


def test_a_row_out_of_reach_does_not_exist(client: Any, scene: Scene) -> None:
    for step in Tour(scene.resource, scene.theirs, scene.other):
        if not step.of_row:
            continue
        before = fingerprint(scene.resource.model)
        answer = step.ask(client)
        assert answer.status == 404, (step.label, answer.status)
        assert THEIRS.encode() not in answer.body, step.label
        if step.method == "GET":
            assert fingerprint(scene.resource.model) == before, step.label


def test_files_of_a_row_out_of_reach_do_not_exist(client: Any, scene: Scene) -> None:
    if not any(panel.name == "files" for panel in scene.resource.panels):
        pytest.skip("its rows have no files")
    theirs, mine = attach(scene.theirs, scene.other, THEIRS), attach(scene.mine, scene.me, MINE)
    for name in (f"{scene.resource.name}-file", f"api-{scene.resource.name}-attachment"):
        assert client.get(reverse(name, kwargs={"pk": scene.theirs.pk, "file": theirs.pk})).status_code == 404
        # Nor through a row that is in reach.
        assert client.get(reverse(name, kwargs={"pk": scene.mine.pk, "file": theirs.pk})).status_code == 404
        answer = client.get(reverse(name, kwargs={"pk": scene.mine.pk, "file": mine.pk}))
        assert f"{MINE} content".encode() in b"".join(answer.streaming_content)


@pytest.mark.parametrize("everything", [False, True])
def test_bulk_steps_leave_rows_out_of_reach_alone(client: Any, scene: Scene, everything: bool) -> None:
    resource = scene.resource
    if "delete" not in resource.all_verbs or resource.model is User:
        pytest.skip("nobody deletes these, or themselves")
    chosen = {"all": "1", "query": ""} if everything else {"ids": [scene.mine.pk, scene.theirs.pk]}
    answer = client.post(reverse(f"{resource.name}-bulk"), {"do": "delete", **chosen})
    assert answer.status_code in {200, 302}
    assert THEIRS.encode() not in answer.content
    rows = resource.model._base_manager.values_list("pk", flat=True)
    left = set(rows.filter(deleted_at=None) if has_trash(resource) else rows)
    assert scene.theirs.pk in left
    assert scene.mine.pk not in left


def test_nothing_without_the_permission(client: Any, resource: Resource) -> None:
    names = {permission.name for permission in resource.permissions}
    found = scene_of(resource)
    for step in Tour(resource, found.mine, found.me):
        if not step.verb:
            continue
        lacking = make_user(*(names - {resource.permission(verb) for verb in step.verb.split("|")}))
        client.force_login(lacking)
        answer = step.ask(client)
        assert answer.status == 403, (step.label, answer.status)


def test_who_has_no_role_sees_nothing(client: Any, resource: Resource) -> None:
    found = scene_of(resource)
    client.force_login(make_user())
    for step in Tour(resource, found.mine, found.me):
        answer = step.ask(client)
        if step.verb:
            assert answer.status == 403, (step.label, answer.status)
        else:
            assert type(resource).offered is not Resource.offered or MINE.encode() not in answer.body, step.label


def test_nothing_without_a_sign_in(client: Any, resource: Resource) -> None:
    found = scene_of(resource)
    for step in Tour(resource, found.mine, found.me):
        answer = step.ask(client)
        if step.is_api:
            assert answer.status == 401, (step.label, answer.status)
        else:
            assert answer.status == 302, (step.label, answer.status)
            assert answer.headers["Location"].startswith("/sign-in/?next="), step.label


def test_everything_answers_who_may_do_it(client: Any, resource: Resource) -> None:
    user = make_administrator()
    refused = {}
    for step in Tour(resource, row_of(resource, make_user(), MINE), user):
        client.force_login(user)  # a step may end the session, or switch it to another user
        answer = step.ask(client)
        if answer.status >= 400 and (step.label, answer.status) not in ANSWERED_OTHERWISE:
            refused[step.label] = (answer.status, answer.body[-600:])
    assert refused == {}
