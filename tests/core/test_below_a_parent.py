"""Adding below a parent: the permission to add, and the parent in one's own scope; not what was shown for reading."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from core.access import Scope
from core.access.models import Collaborator
from tenants.people.models import Department, User
from tests.core.page_answers import body
from tests.factories import make, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

MAY_ADD = ("projects.view", "milestones.view", "milestones.add")


@pytest.fixture
def me(client: Any) -> User:
    """Who sees projects of their own department and may add milestones, signed in; projects they may not change."""
    user = make_user(*MAY_ADD, scope=Scope.DEPARTMENT, department=make(Department), language="en")
    client.force_login(user)
    return user


def by_page(client: Any, project: Project) -> bool:
    """Whether the form of the page took it."""
    sent = {"project": project.pk, "title": "Step", "owner": client.session["_auth_user_id"]}
    return bool(client.post("/milestones/new/", sent).status_code == 302)


def by_api(client: Any, project: Project) -> bool:
    """Whether the API took it."""
    sent = {"project": project.pk, "title": "Step"}
    answer = client.post("/api/milestones/", json.dumps(sent), content_type="application/json")
    if answer.status_code != 201:
        assert "project" in answer.json()["errors"]
    return bool(answer.status_code == 201)


@pytest.fixture(params=[by_page, by_api])
def adds(request: pytest.FixtureRequest, client: Any) -> Callable[[Project], bool]:
    """Adds a milestone to a project; whether that went, and the page of the project says the same."""

    def add(project: Project) -> bool:
        before = Milestone.objects.count()
        went = bool(request.param(client, project))
        assert Milestone.objects.count() == before + went
        page = client.get(f"/projects/{project.pk}/?panel=milestones")
        if page.status_code == 200:
            assert (f"/milestones/new/?project={project.pk}" in body(page)) == went
        return went

    return add


def test_below_what_one_sees_without_being_able_to_change_it(me: User, adds: Callable[[Project], bool]) -> None:
    colleague = make_user(department=me.department)
    assert adds(make(Project, owner=colleague, department=me.department))


def test_not_below_what_one_does_not_see_nor_what_lies_in_the_trash(me: User, adds: Callable[[Project], bool]) -> None:
    assert not adds(make(Project, owner=make_user()))
    assert not adds(make(Project, owner=me, department=me.department, deleted_at=timezone.now()))


def test_not_without_the_permission_to_add(client: Any) -> None:
    user = make_user("projects.view", "projects.change", "milestones.view")
    client.force_login(user)
    project = make(Project, owner=user)
    assert client.post("/milestones/new/", {"project": project.pk, "title": "x"}).status_code == 403
    assert f"/milestones/new/?project={project.pk}" not in body(client.get(f"/projects/{project.pk}/?panel=milestones"))


@pytest.mark.parametrize(("level", "goes"), [("read", False), ("edit", True)])
def test_below_what_was_shared_for_editing_only(
    me: User, adds: Callable[[Project], bool], level: str, goes: bool
) -> None:
    project = make(Project, owner=make_user())
    Collaborator.objects.create(resource="projects", record_id=project.pk, user=me, level=level)
    assert adds(project) is goes


def test_what_hangs_somewhere_already_may_stay_there(client: Any) -> None:
    me = make_user(*MAY_ADD, "milestones.change", "projects.change", scope=Scope.OWN, language="en")
    shown, hidden = make(Project, owner=make_user()), make(Project, owner=make_user())
    Collaborator.objects.create(resource="projects", record_id=shown.pk, user=me, level="read")
    milestone = make(Milestone, project=hidden, owner=me, title="Before")
    client.force_login(me)
    sent = {"title": "After", "owner": me.pk, "version": 1, "project": hidden.pk}
    assert client.post(f"/milestones/{milestone.pk}/edit/", sent).status_code == 302
    sent |= {"version": 2, "project": shown.pk}
    assert client.post(f"/milestones/{milestone.pk}/edit/", sent).status_code == 422
    milestone.refresh_from_db()
    assert (milestone.title, milestone.project_id) == ("After", hidden.pk)
