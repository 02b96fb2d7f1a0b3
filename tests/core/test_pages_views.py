"""How a user arranges a list: saved views as tabs, and columns that are never lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.access import Scope
from core.pages.models import ListSettings, SavedView
from tenants.people.models import Department, User
from tests.core.page_answers import DIALOG_PART, LIST_PART, body, columns, links, rows
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
    client.post(url, {"name": "Renamed", "sharing": "everybody", "density": "dense"})
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
    save(client, sharing="everybody")
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


@pytest.fixture
def units() -> dict[str, Department]:
    """A company with two departments, one of which has a team."""
    company = make(Department, name="Company", kind="company")
    sales = make(Department, name="Sales", parent=company)
    team = make(Department, name="Team", parent=sales)
    return {"company": company, "sales": sales, "team": team, "other": make(Department, name="Other", parent=company)}


@pytest.mark.parametrize(
    ("shared_with", "seen_in"),
    [
        ("everybody", {"company", "sales", "team", "other", "nowhere"}),
        ("unit", {"sales"}),
        ("unit_and_below", {"sales", "team"}),
    ],
)
def test_a_view_is_seen_by_those_it_is_shared_with(
    client: Any, units: dict[str, Department], shared_with: str, seen_in: set[str]
) -> None:
    owner = make_user("projects.view", department=units["sales"])
    view = make(
        SavedView, resource="projects", owner=owner, name="Of sales", query="q=x", shared=True, shared_with=shared_with
    )
    found = set()
    for name in (*units, "nowhere"):
        client.force_login(make_user("projects.view", department=units.get(name)))
        shown = body(client.get(f"/projects/?{view.address}"))
        assert ("Of sales" in shown) == (client.get(f"/projects/views/{view.pk}/").status_code == 403)
        found |= {name} if "Of sales" in shown else set()
    assert found == seen_in
    # It follows the people: whoever moves away takes their views along.
    owner.department = units["other"]
    owner.save()
    client.force_login(make_user("projects.view", department=units["sales"]))
    assert ("Of sales" in body(client.get("/projects/"))) == (shared_with == "everybody")
    view.shared = False
    view.save()
    client.force_login(make_user("projects.view", department=units["other"]))
    assert "Of sales" not in body(client.get("/projects/"))


@pytest.mark.parametrize(
    ("scope", "place", "offered"),
    [
        (Scope.ALL, "team", ["private", "everybody", "unit", "unit_and_below"]),
        (Scope.ALL, "nowhere", ["private", "everybody"]),
        (Scope.DEPARTMENT_TREE, "sales", ["private", "unit", "unit_and_below"]),
        (Scope.DEPARTMENT, "sales", ["private", "unit"]),
        (Scope.OWN, "sales", ["private"]),
    ],
)
def test_views_are_shared_as_far_as_the_roles_reach(
    client: Any, units: dict[str, Department], scope: Scope, place: str, offered: list[str]
) -> None:
    client.force_login(make_user("projects.view", scope=scope, department=units.get(place)))
    dialog = body(client.get("/projects/views/", headers=DIALOG_PART))
    everything = ("private", "everybody", "unit", "unit_and_below")
    assert [name for name in everything if f'<option value="{name}"' in dialog] == offered
    for number, name in enumerate(everything):
        answer = save(client, name=f"View {number}", sharing=name)
        assert (answer.status_code == 302) == (name in offered)
    assert SavedView.objects.filter(shared=True).count() == len(offered) - 1


def test_what_was_shared_stays_shared_though_its_owner_may_no_longer_share(client: Any, me: User) -> None:
    save(client, sharing="everybody")
    view = SavedView.objects.get()
    me.roles.update(scope=Scope.OWN)
    assert client.post(f"/projects/views/{view.pk}/", {"name": "Renamed", "sharing": "everybody"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Renamed", True)
    client.post(f"/projects/views/{view.pk}/", {"name": "Renamed", "sharing": "private"})
    refused = client.post(f"/projects/views/{view.pk}/", {"name": "Renamed", "sharing": "everybody"})
    assert refused.status_code == 422


def test_the_tabs_stay_in_the_order_the_user_gave_them(client: Any, me: User) -> None:
    theirs = make(SavedView, resource="projects", owner=make_user(), name="Theirs", shared=True)
    for name in ("First", "Second"):
        save(client, name=name)
    first, second = SavedView.objects.filter(owner_id=me.pk).order_by("pk")
    secret = make(SavedView, resource="projects", owner=make_user(), name="Secret")

    def tabs() -> list[int]:
        return [int(pk) for pk in re.findall(r'<a href="/projects/\?view=(\d+)', body(client.get("/projects/")))]

    assert tabs() == [first.pk, second.pk, theirs.pk]
    chosen = [theirs.pk, "x", second.pk, secret.pk, first.pk]
    answer = client.post("/projects/views/order/", {"views": chosen, "next": "/projects/?q=x"})
    assert answer["Location"] == "/projects/?q=x"
    assert tabs() == [theirs.pk, second.pk, first.pk]
    save(client, name="Third")
    assert tabs() == [theirs.pk, second.pk, first.pk, SavedView.objects.latest("pk").pk]
    client.force_login(make_user("projects.view"))
    assert tabs() == [theirs.pk]


def test_the_page_size_is_kept_for_the_list_and_the_address_wins(client: Any, me: User) -> None:
    for _ in range(25):
        make(Project, owner=me)
    assert len(rows(client.get("/projects/"))) == 20
    assert len(rows(client.get("/projects/?size=50"))) == 25  # a link that somebody sent
    assert len(rows(client.get("/projects/"))) == 20
    client.get("/projects/?size=10&page=1", headers=LIST_PART)  # chosen in the list
    assert len(rows(client.get("/projects/"))) == 10
    assert len(rows(client.get("/projects/?size=50"))) == 25
    client.get("/projects/?size=7", headers=LIST_PART)
    assert ListSettings.objects.get().size == 10
    view = make(SavedView, resource="projects", owner=me, name="Long", query="size=100")
    client.get(f"/projects/?{view.address}", headers=LIST_PART)
    assert len(rows(client.get("/projects/"))) == 10
    client.force_login(make_user("projects.view"))
    assert len(rows(client.get("/projects/"))) == 20
