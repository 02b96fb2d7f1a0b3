"""Who gets which page: signed in or not, with the permission or without, rows inside the scope or outside."""

from __future__ import annotations

from typing import Any

import pytest

from core.access import Scope
from core.access.models import Collaborator
from tenants.people.models import Department
from tests.core.page_answers import body, rows
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

ALL = tuple(
    f"projects.{verb}" for verb in ("view", "add", "change", "delete", "restore", "purge", "export", "finish", "remark")
)
PAGES = ("", "new/", "trash/", "{pk}/", "{pk}/edit/", "views/")
STEPS = ("{pk}/delete/", "{pk}/do/finish/", "{pk}/files/", "{pk}/collaborators/", "bulk/", "columns/")


@pytest.fixture
def project() -> Project:
    """A running project of somebody in sales."""
    return make(Project, name="Bridge", state="active", owner=make_user(name="Owner"))


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, project: Project, path: str) -> None:
    answer = client.get(f"/projects/{path.format(pk=project.pk)}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/projects/")


@pytest.mark.parametrize("path", PAGES)
def test_a_script_that_is_not_signed_in_gets_401(client: Any, project: Project, path: str) -> None:
    address = f"/projects/{path.format(pk=project.pk)}"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401
    assert client.get(address, headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_without_the_permission_a_page_is_forbidden(client: Any, project: Project, path: str) -> None:
    client.force_login(make_user("users.view"))
    assert client.get(f"/projects/{path.format(pk=project.pk)}").status_code == 403


@pytest.mark.parametrize("path", STEPS)
def test_without_the_permission_a_step_is_forbidden(client: Any, project: Project, path: str) -> None:
    client.force_login(make_user("users.view"))
    assert client.post(f"/projects/{path.format(pk=project.pk)}", {"do": "delete"}).status_code == 403
    project.refresh_from_db()
    assert project.deleted_at is None


@pytest.mark.parametrize("path", STEPS)
def test_steps_are_not_done_by_asking_for_them(client: Any, project: Project, path: str) -> None:
    client.force_login(make_administrator())
    answer = client.get(f"/projects/{path.format(pk=project.pk)}")
    assert answer.status_code in {404, 405} or (path == "{pk}/collaborators/" and answer.status_code == 200)


@pytest.mark.parametrize("path", ["{pk}/", "{pk}/edit/", "{pk}/collaborators/"])
def test_a_record_outside_the_scope_does_not_exist(client: Any, project: Project, path: str) -> None:
    client.force_login(make_user(*ALL, scope=Scope.OWN))
    assert client.get(f"/projects/{path.format(pk=project.pk)}").status_code == 404


@pytest.mark.parametrize("path", ["{pk}/delete/", "{pk}/do/finish/", "{pk}/files/"])
def test_nothing_is_done_to_a_record_outside_the_scope(client: Any, project: Project, path: str) -> None:
    client.force_login(make_user(*ALL, scope=Scope.OWN))
    assert client.post(f"/projects/{path.format(pk=project.pk)}").status_code == 404
    project.refresh_from_db()
    assert (project.state, project.deleted_at) == ("active", None)


def test_what_may_be_seen_but_not_changed_is_forbidden_to_change(client: Any, project: Project) -> None:
    user = make_user("projects.view", scope=Scope.ALL)
    own_only = make_user("projects.change", "projects.delete", scope=Scope.OWN)
    user.roles.add(*own_only.roles.all())
    client.force_login(user)
    page = client.get(f"/projects/{project.pk}/")
    assert page.status_code == 200
    assert f"/projects/{project.pk}/edit/" not in body(page)
    assert client.get(f"/projects/{project.pk}/edit/").status_code == 403
    assert client.post(f"/projects/{project.pk}/delete/").status_code == 403


def test_the_list_offers_only_what_the_user_may_do_to_each_row(client: Any, project: Project) -> None:
    user = make_user("projects.view", scope=Scope.ALL)
    user.roles.add(*make_user("projects.change", scope=Scope.OWN).roles.all())
    own = make(Project, owner=user)
    client.force_login(user)
    page = body(client.get("/projects/"))
    assert f'href="/projects/{own.pk}/edit/"' in page
    assert f'href="/projects/{project.pk}/edit/"' not in page
    assert "/delete/" not in page


def test_a_list_holds_the_rows_of_the_scope_only(client: Any) -> None:
    sales, finance = make(Department), make(Department)
    me = make_user("projects.view", scope=Scope.DEPARTMENT, department=sales)
    mine = make(Project, owner=me, department=sales)
    colleague = make(Project, owner=make_user(department=sales), department=sales)
    make(Project, owner=make_user(department=finance), department=finance)
    client.force_login(me)
    assert set(rows(client.get("/projects/"))) == {mine.pk, colleague.pk}


def test_who_sees_the_parent_sees_what_hangs_on_it(client: Any, project: Project) -> None:
    me = make_user("projects.view", "milestones.view", scope=Scope.OWN)
    mine = make(Project, owner=me)
    below_mine = make(Milestone, project=mine, owner=project.owner)
    make(Milestone, project=project, owner=project.owner)
    client.force_login(me)
    assert rows(client.get("/milestones/")) == [below_mine.pk]


def test_a_collaborator_reads_and_an_editing_one_changes(client: Any, project: Project) -> None:
    me = make_user("projects.view", "projects.change", scope=Scope.OWN)
    share = Collaborator.objects.create(resource="projects", record_id=project.pk, user=me, level="read")
    client.force_login(me)
    assert rows(client.get("/projects/")) == [project.pk]
    assert client.get(f"/projects/{project.pk}/edit/").status_code == 403
    share.level = "edit"
    share.save()
    assert client.get(f"/projects/{project.pk}/edit/").status_code == 200


def test_a_verb_that_the_module_does_not_know_has_no_page(client: Any) -> None:
    client.force_login(make_administrator())
    assert client.get("/log/").status_code == 200
    assert client.get("/log/new/").status_code == 404
    assert client.get("/log/trash/").status_code == 404


def test_pages_are_kept_nowhere(client: Any) -> None:
    client.force_login(make_administrator())
    answer = client.get("/projects/")
    assert "no-store" in answer["Cache-Control"]
    assert {"HX-Request", "HX-Request-Type", "HX-Target"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_a_key_too_large_for_the_database_is_a_record_that_does_not_exist(client: Any) -> None:
    client.force_login(make_administrator())
    assert client.get("/projects/99999999999999999999999/").status_code == 404


def test_another_company_s_record_with_the_same_key_is_not_this_one(
    client_of: Any, client: Any, other_company: Any
) -> None:
    from core.db import run_in_company

    here = make(Project, name="Alpha-canary", owner=make_administrator())

    def there() -> tuple[int, Any]:
        admin = make_administrator()
        return make(Project, name="Beta-canary", owner=admin, pk=here.pk).pk, admin

    pk, admin = run_in_company(other_company, there)
    assert pk == here.pk
    client.force_login(here.owner)
    assert "Beta-canary" not in body(client.get(f"/projects/{pk}/")) + body(client.get("/projects/"))
    stranger = client_of(other_company)
    run_in_company(other_company, stranger.force_login, admin)
    assert "Alpha-canary" not in body(stranger.get(f"/projects/{pk}/")) + body(stranger.get("/projects/"))
