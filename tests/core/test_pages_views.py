"""How a user arranges a list: saved views as tabs, and columns that are never lost."""

from __future__ import annotations

from typing import Any

import pytest

from core.access import Scope
from core.pages.models import ListSettings, SavedView
from tenants.people.models import User
from tests.core.page_answers import DIALOG_PART, body, columns, links, rows
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db

DECLARED = ["name", "state", "kind", "budget", "due", "phone", "owner"]


@pytest.fixture
def me(client: Any) -> User:
    """Somebody who sees projects, signed in."""
    user = make_user("projects.view")
    client.force_login(user)
    return user


def save(client: Any, name: str = "Running", query: str = "state=active&sort=-budget&size=50", **more: str) -> Any:
    """Save a view; the answer."""
    return client.post("/projects/views/", {"name": name, "query": query, **more})


def test_a_saved_view_opens_as_it_was_saved(client: Any, me: User) -> None:
    active = make(Project, state="active", owner=me)
    make(Project, state="done", owner=me)
    answer = save(client)
    view = SavedView.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/projects/?view={view.pk}&state=active&sort=-budget&size=50"
    opened = client.get(answer["Location"])
    assert rows(opened) == [active.pk]
    assert f'href="/projects/?view={view.pk}&state=active&sort=-budget&size=50" class="on"' in body(opened)


def test_the_dialog_asks_for_the_name_of_the_list_as_it_is(client: Any, me: User) -> None:
    answer = client.get("/projects/views/?state=active&page=3&junk=1&due=bad", headers=DIALOG_PART)
    assert b"<html" not in answer.content
    assert "data-dialog" in body(answer)
    assert 'name="query" value="state=active"' in body(answer)


def test_a_view_needs_a_name_of_its_own(client: Any, me: User) -> None:
    assert save(client, name="  ").status_code == 422
    assert save(client, name="x" * 41).status_code == 422
    assert save(client).status_code == 302
    again = save(client, name=" Running ")
    assert again.status_code == 422
    assert SavedView.objects.count() == 1


def test_only_what_describes_the_list_is_saved(client: Any, me: User) -> None:
    save(client, query="state=active&budget=nonsense&page=7&view=3&next=//evil.example&sort=password&q=x")
    assert SavedView.objects.get().query == "state=active&q=x"


def test_a_private_view_is_its_owner_s_alone(client: Any, me: User) -> None:
    view = make(SavedView, resource="projects", owner=make_user(), name="Private", query="state=done")
    page = client.get(f"/projects/?view={view.pk}&state=done")
    assert page.status_code == 200
    assert "Private" not in body(page)
    assert 'class="attn" role="status"' in body(page)
    assert client.post(f"/projects/views/{view.pk}/", {"do": "remove"}).status_code == 404


def test_a_shared_view_shows_others_their_own_rows_and_can_t_be_changed_by_them(client: Any) -> None:
    owner = make_user("projects.view")
    view = make(SavedView, resource="projects", owner=owner, name="Shared", query="state=done", shared=True)
    me = make_user("projects.view", scope=Scope.OWN)
    mine = make(Project, state="done", owner=me)
    make(Project, state="done", owner=owner)
    client.force_login(me)
    page = client.get(f"/projects/?{view.address}")
    assert "Shared" in body(page)
    assert rows(page) == [mine.pk]
    for change in ({"do": "remove"}, {"do": "update", "query": ""}, {"name": "Mine now"}):
        assert client.post(f"/projects/views/{view.pk}/", change).status_code == 403
    client.force_login(make_administrator())
    assert client.post(f"/projects/views/{view.pk}/", {"do": "remove"}).status_code == 302
    assert not SavedView.objects.exists()


def test_the_owner_renames_shares_updates_and_removes(client: Any, me: User) -> None:
    save(client)
    view = SavedView.objects.get()
    url = f"/projects/views/{view.pk}/"
    assert client.get(url, headers=DIALOG_PART).status_code == 200
    client.post(url, {"name": "Renamed", "shared": "on", "density": "dense"})
    view.refresh_from_db()
    assert (view.name, view.shared, view.density) == ("Renamed", True, "dense")
    changed = client.get(f"/projects/?view={view.pk}&state=done")
    assert "view-update" in body(changed)
    client.post(url, {"do": "update", "query": "state=done"})
    view.refresh_from_db()
    assert view.query == "state=done"
    assert "view-update" not in body(client.get(f"/projects/?view={view.pk}&state=done"))
    client.post(url, {"do": "remove"})
    assert not SavedView.objects.exists()


def test_the_list_opens_with_the_view_chosen_first(client: Any, me: User) -> None:
    save(client, first="on")
    view = SavedView.objects.get()
    opened = client.get("/projects/")
    assert opened.status_code == 302
    assert opened["Location"] == f"/projects/?{view.address}"
    whole = client.get("/projects/?view=all")
    assert whole.status_code == 200
    assert "/projects/?view=all" in links(whole)
    # Taking a filter away does not jump back into the view.
    cleared = client.get(f"/projects/?view={view.pk}&state=active")
    assert f"/projects/?view={view.pk}" in links(cleared)
    client.post(f"/projects/views/{view.pk}/", {"name": "Running"})
    assert client.get("/projects/").status_code == 200
    client.post(f"/projects/views/{view.pk}/", {"name": "Running", "first": "on"})
    client.post(f"/projects/views/{view.pk}/", {"do": "remove"})
    assert client.get("/projects/").status_code == 200


def test_chosen_columns_are_kept_in_their_order(client: Any, me: User) -> None:
    answer = client.post("/projects/columns/", {"columns": ["name", "owner", "urgent"], "next": "/projects/?q=x"})
    assert answer["Location"] == "/projects/?q=x"
    make(Project, owner=me)
    assert columns(client.get("/projects/")) == ["name", "owner", "urgent"]
    client.post("/projects/columns/", {"do": "reset"})
    assert columns(client.get("/projects/")) == DECLARED


def test_columns_are_each_user_s_own(client: Any, me: User) -> None:
    client.post("/projects/columns/", {"columns": ["name", "owner"]})
    make(Project, owner=me)
    client.force_login(make_user("projects.view"))
    assert columns(client.get("/projects/")) == DECLARED


def test_columns_that_do_not_exist_or_none_at_all_are_refused(client: Any, me: User) -> None:
    make(Project, owner=me)
    client.post("/projects/columns/", {"columns": ["password", "owner__password"]})
    assert columns(client.get("/projects/")) == DECLARED
    client.post("/projects/columns/", {})
    assert columns(client.get("/projects/")) == DECLARED


def test_a_column_hidden_for_a_while_comes_back(client: Any, me: User) -> None:
    role = me.roles.get()
    make(Project, owner=me)
    client.post("/projects/columns/", {"columns": ["name", "budget", "owner"]})
    role.field_rights = {"projects.budget": "hidden"}
    role.save()
    assert columns(client.get("/projects/")) == ["name", "owner"]
    client.post("/projects/columns/", {"columns": ["owner", "name"]})
    role.field_rights = {}
    role.save()
    assert columns(client.get("/projects/")) == ["owner", "name", "budget"]


def test_a_view_has_columns_of_its_own_and_a_colleague_may_differ(client: Any, me: User) -> None:
    save(client, shared="on")
    view = SavedView.objects.get()
    make(Project, state="active", owner=me)
    address = f"/projects/?{view.address}"
    client.post("/projects/columns/", {"columns": ["name", "due"], "view": view.pk, "do": "view"})
    assert columns(client.get(address)) == ["name", "due"]
    assert columns(client.get("/projects/")) == DECLARED
    colleague = make_user("projects.view")
    client.force_login(colleague)
    assert columns(client.get(address)) == ["name", "due"]
    refused = client.post("/projects/columns/", {"columns": ["name"], "view": view.pk, "do": "view"})
    assert refused.status_code == 403
    client.post("/projects/columns/", {"columns": ["name", "owner"], "view": view.pk})
    assert columns(client.get(address)) == ["name", "owner"]
    client.force_login(me)
    assert columns(client.get(address)) == ["name", "due"]


def test_after_arranging_one_is_led_to_this_host_only(client: Any, me: User) -> None:
    for evil in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post("/projects/columns/", {"columns": ["name"], "next": evil})
        assert answer["Location"] == "/projects/"
    assert ListSettings.objects.get().columns == {"": ["name"]}
