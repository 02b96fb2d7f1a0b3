"""Collaborators of a record, and what pickers find."""

from __future__ import annotations

from typing import Any

import pytest

from core.access import Scope
from core.access.models import Collaborator
from core.records.models import LogEntry
from tenants.people.models import User
from tests.core.page_answers import DIALOG_PART, body, rows
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def test_a_colleague_is_added_gets_another_right_and_is_removed(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    project = make(Project, owner=admin)
    colleague = make_user("projects.view", "projects.change", scope=Scope.OWN, name="符蓉")
    url = f"/projects/{project.pk}/collaborators/"
    assert "data-dialog" in body(client.get(url, headers=DIALOG_PART))
    client.post(url, {"user": colleague.pk, "level": "read"})
    client.post(url, {"user": colleague.pk, "level": "edit"})
    client.post(url, {"user": colleague.pk, "level": "edit"})
    share = Collaborator.objects.get()
    assert (share.user_id, share.level, share.resource, share.record_id) == (
        colleague.pk,
        "edit",
        "projects",
        project.pk,
    )
    panel = body(client.get(f"/projects/{project.pk}/?panel=collaborators"))
    assert "符蓉" in panel
    assert "添加协作人" in panel
    client.force_login(colleague)
    assert rows(client.get("/projects/")) == [project.pk]
    client.force_login(admin)
    client.post(f"{url}{share.pk}/remove/")
    client.force_login(colleague)
    assert rows(client.get("/projects/")) == []
    assert [entry.verb for entry in LogEntry.objects.order_by("pk")] == ["share", "share", "unshare"]


def test_only_who_may_change_the_record_shares_it(client: Any) -> None:
    project = make(Project, owner=make_user())
    share = make(Collaborator, resource="projects", record_id=project.pk, user=make_user(), level="read")
    me = make_user("projects.view")
    client.force_login(me)
    assert client.post(f"/projects/{project.pk}/collaborators/", {"user": me.pk, "level": "edit"}).status_code == 403
    assert client.post(f"/projects/{project.pk}/collaborators/{share.pk}/remove/").status_code == 403
    assert Collaborator.objects.count() == 1


def test_a_share_of_another_record_is_not_found_under_this_one(client: Any, admin: User) -> None:
    one, two = make(Project, owner=admin), make(Project, owner=admin)
    share = make(Collaborator, resource="projects", record_id=one.pk, user=make_user(), level="read")
    assert client.post(f"/projects/{two.pk}/collaborators/{share.pk}/remove/").status_code == 404
    assert Collaborator.objects.count() == 1


def test_bad_values_are_refused_at_their_field(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    gone = make_user(is_active=False)
    for sent in (
        {"user": gone.pk, "level": "read"},
        {"user": admin.pk, "level": "own"},
        {"user": "x", "level": "read"},
        {},
    ):
        assert client.post(f"/projects/{project.pk}/collaborators/", sent).status_code == 422
    assert not Collaborator.objects.exists()


def results(client: Any, address: str) -> list[str]:
    """The texts that a picker is offered."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [found["text"] for found in answer.json()["results"]]


def test_a_picker_finds_by_a_part_of_what_is_searched(client: Any, admin: User) -> None:
    for name in ("云岭智能", "云岭花卉", "启航电子"):
        make(Project, name=name, owner=admin)
    assert sorted(results(client, "/projects/choices/?q=云岭")) == ["云岭智能", "云岭花卉"]
    assert results(client, "/projects/choices/?q=none-such") == []
    assert len(results(client, "/projects/choices/")) == 3


def test_a_picker_offers_twenty_and_the_newest_first(client: Any, admin: User) -> None:
    for number in range(25):
        make(Project, name=f"Project {number}", owner=admin)
    found = results(client, "/projects/choices/")
    assert len(found) == 20
    assert found[0] == "Project 24"


def test_a_picker_offers_only_what_may_be_seen(client: Any) -> None:
    make(Project, name="Theirs", owner=make_user())
    me = make_user("projects.view", scope=Scope.OWN)
    make(Project, name="Mine", owner=me)
    client.force_login(me)
    assert results(client, "/projects/choices/") == ["Mine"]
    client.force_login(make_user("users.view"))
    assert results(client, "/projects/choices/") == []


def test_colleagues_are_found_by_name_by_everybody_and_not_by_their_phone(client: Any) -> None:
    make(User, name="符蓉", phone="18665091989")
    client.force_login(make_user("projects.view"))
    assert results(client, "/users/choices/?q=符蓉") == ["符蓉"]
    assert results(client, "/users/choices/?q=18665091989") == []
    client.force_login(make_user("users.view"))
    assert results(client, "/users/choices/?q=18665091989") == ["符蓉"]


def test_a_masked_field_is_not_searched_by_pickers(client: Any) -> None:
    me = make_user("projects.view", field_rights={"projects.phone": "masked"})
    make(Project, name="Bridge", phone="13812342077", owner=me)
    client.force_login(me)
    assert results(client, "/projects/choices/?q=1234") == []
    assert results(client, "/projects/choices/?q=Bri") == ["Bridge"]


def test_a_picker_asks_to_sign_in_first(client: Any) -> None:
    assert client.get("/users/choices/", headers={"Accept": "application/json"}).status_code == 401
