"""One step for many records: each alone, within the rights, failures named."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django import forms
from django.utils import timezone

from core.records.models import LogEntry
from core.resources import Action, registry
from core.resources.checks import declarations_are_sound
from tenants.people.models import User
from tests.core.page_answers import DIALOG_PART, body, messages_of, rows, undo_url
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

DELETE = {"do": "delete"}


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def live() -> int:
    """How many projects are not in the trash."""
    return Project.objects.filter(deleted_at=None).count()


def test_the_chosen_ones_are_deleted_and_come_back_together(client: Any, admin: User) -> None:
    chosen = [make(Project, owner=admin).pk for _ in range(3)]
    kept = make(Project, owner=admin)
    answer = client.post("/projects/bulk/", {**DELETE, "ids": chosen, "next": "/projects/?page=2"})
    assert answer["Location"] == "/projects/?page=2"
    assert set(Project.objects.filter(deleted_at=None)) == {kept}
    assert LogEntry.objects.filter(verb="delete").count() == 3
    assert client.post(undo_url(client)).status_code == 204
    assert live() == 4


def test_all_that_match_are_meant_beyond_the_page(client: Any, admin: User) -> None:
    for _ in range(25):
        make(Project, state="done", owner=admin)
    kept = make(Project, state="active", owner=admin)
    client.post("/projects/bulk/", {**DELETE, "all": "1", "query": "state=done&size=10&page=1"})
    assert set(Project.objects.filter(deleted_at=None)) == {kept}


@pytest.mark.parametrize("query", ["state=nonsense", "budget=much", "due=tomorrow", "state=done&owner=1;2"])
def test_a_condition_that_can_t_be_understood_does_not_widen_the_step(client: Any, admin: User, query: str) -> None:
    for _ in range(3):
        make(Project, state="done", owner=admin)
    client.post("/projects/bulk/", {**DELETE, "all": "1", "query": query})
    assert live() == 3
    assert messages_of(client)


def test_rows_that_the_user_can_t_see_are_not_touched(client: Any) -> None:
    me = make_user("projects.view", "projects.delete", scope="own")
    mine, theirs = make(Project, owner=me), make(Project, owner=make_user())
    client.force_login(me)
    client.post("/projects/bulk/", {**DELETE, "ids": [mine.pk, theirs.pk, 10**18, "x", "-1"]})
    assert set(Project.objects.filter(deleted_at=None)) == {theirs}
    client.post("/projects/bulk/", {**DELETE, "all": "1", "query": ""})
    assert set(Project.objects.filter(deleted_at=None)) == {theirs}


def test_rows_that_may_be_seen_but_not_done_are_named(client: Any) -> None:
    me = make_user("projects.view")
    me.roles.add(*make_user("projects.delete", scope="own").roles.all())
    mine, theirs = make(Project, owner=me), make(Project, name="Their bridge", owner=make_user())
    client.force_login(me)
    answer = client.post("/projects/bulk/", {**DELETE, "ids": [mine.pk, theirs.pk]})
    assert answer.status_code == 200
    assert "Their bridge" in body(answer)
    assert set(Project.objects.filter(deleted_at=None)) == {theirs}


def test_each_that_fails_is_named_with_its_reason_and_the_others_are_done(client: Any, admin: User) -> None:
    good = make(Project, state="active", owner=admin)
    urgent = make(Project, name="Urgent bridge", state="active", urgent=True, owner=admin)
    planned = make(Project, name="Planned bridge", state="planned", owner=admin)
    answer = client.post("/projects/bulk/", {"do": "finish", "ids": [good.pk, urgent.pk, planned.pk]})
    page = body(answer)
    assert "Urgent bridge" in page
    assert "urgent projects are never finished" in page
    assert "Planned bridge" in page
    assert answer["HX-Push-Url"] == "false"
    states = dict(Project.objects.values_list("pk", "state"))
    assert states == {good.pk: "done", urgent.pk: "active", planned.pk: "planned"}
    undo = re.search(r'data-undo="([^"]+)"', page)
    assert undo is not None
    assert client.post(undo[1]).status_code == 204
    good.refresh_from_db()
    assert good.state == "active"


def test_an_action_with_a_form_asks_once_for_all(client: Any, admin: User) -> None:
    chosen = [make(Project, owner=admin).pk for _ in range(3)]
    dialog = client.post("/projects/bulk/", {"do": "remark", "ids": chosen}, headers=DIALOG_PART)
    page = body(dialog)
    assert dialog.status_code == 200
    assert "data-dialog" in page
    assert [f'name="ids" value="{pk}"' in page for pk in chosen] == [True] * 3
    refused = client.post("/projects/bulk/", {"do": "remark", "ids": chosen, "filled_in": "1", "note": ""})
    assert refused.status_code == 422
    client.post("/projects/bulk/", {"do": "remark", "ids": chosen, "filled_in": "1", "note": "same"})
    assert set(Project.objects.values_list("note", flat=True)) == {"same"}


def test_the_trash_is_restored_and_purged_in_bulk(client: Any, admin: User) -> None:
    trashed = [make(Project, owner=admin, deleted_at=timezone.now()) for _ in range(4)]
    make(Milestone, project=trashed[3], owner=admin)
    within = {"within": "restore"}
    client.post("/projects/bulk/", {"do": "restore", "ids": [trashed[0].pk], **within})
    answer = client.post("/projects/bulk/", {"do": "purge", "all": "1", "query": "", **within})
    assert str(trashed[3]) in body(answer)
    assert set(Project.objects.all()) == {trashed[0], trashed[3]}
    assert live() == 1
    # What is alive can't be purged, what is in the trash can't be finished.
    assert client.post("/projects/bulk/", {"do": "purge", "ids": [trashed[0].pk]}).status_code == 404
    assert client.post("/projects/bulk/", {"do": "finish", "all": "1", **within}).status_code == 404


def test_nothing_selected_is_told(client: Any, admin: User) -> None:
    make(Project, owner=admin)
    client.post("/projects/bulk/", DELETE)
    assert messages_of(client)
    assert live() == 1


def test_an_unknown_step_is_not_found(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    for name in ("", "explode", "save"):
        assert client.post("/projects/bulk/", {"do": name, "ids": [project.pk]}).status_code == 404


def test_an_undo_needs_the_rights_that_the_step_needed(client: Any) -> None:
    me = make_user("projects.view", "projects.delete", scope="own")
    project = make(Project, owner=me)
    client.force_login(me)
    client.post("/projects/bulk/", {**DELETE, "ids": [project.pk]})
    back = undo_url(client)
    roles = list(me.roles.all())
    me.roles.clear()
    assert client.post(back).status_code == 403
    assert live() == 0
    me.roles.set(roles)
    Project.objects.update(owner=make_user())  # and out of the scope of the roles
    assert client.post(back).status_code == 403
    assert live() == 0
    Project.objects.update(owner=me)
    assert client.post(back).status_code == 204
    assert live() == 1


def test_an_undo_by_an_action_needs_the_rights_that_the_step_needed(client: Any) -> None:
    me = make_user("projects.view", "projects.finish", scope="own")
    project = make(Project, owner=me, state="active")
    client.force_login(me)
    client.post(f"/projects/{project.pk}/do/finish/")
    back = undo_url(client)
    me.roles.clear()
    assert client.post(back).status_code == 403
    project.refresh_from_db()
    assert project.state == "done"


def test_what_can_t_come_back_is_named(client: Any, admin: User) -> None:
    trashed = make(Project, name="Bridge", owner=admin, deleted_at=timezone.now())
    make(Project, name="Bridge", owner=admin)
    User.objects.get_queryset().filter(pk=admin.pk).update(language="en")
    answer = client.post("/projects/bulk/", {"do": "restore", "ids": [trashed.pk], "within": "restore"})
    assert "There is a project of this name already." in body(answer)
    assert live() == 1


class SecretForm(forms.Form):
    """Asks for what is not to be kept."""

    secret = forms.CharField(widget=forms.PasswordInput)


class FileForm(forms.Form):
    """Asks for what can't be kept."""

    file = forms.FileField()


@pytest.mark.parametrize("form", [SecretForm, FileForm])
def test_an_action_for_many_asks_for_nothing_that_must_not_be_kept(
    monkeypatch: pytest.MonkeyPatch, form: type[forms.Form]
) -> None:
    assert not declarations_are_sound(None)
    projects = type(registry.resources["projects"])
    action = Action("tell", "Tell", lambda record, **values: None, form=form)
    monkeypatch.setattr(projects, "actions", (*projects.actions, action))
    assert [error.id for error in declarations_are_sound(None)] == ["resources.E009"]
    monkeypatch.setattr(projects, "actions", (*projects.actions[:-1], replace(action, bulk=False)))
    assert not declarations_are_sound(None)


def test_the_bar_offers_what_the_user_may_do(client: Any) -> None:
    me = make_user("projects.view", "projects.finish")
    make(Project, owner=me)
    client.force_login(me)
    page = body(client.get("/projects/"))
    assert 'name="do" value="finish"' in page
    assert 'name="do" value="delete"' not in page
    assert client.post("/projects/bulk/", {**DELETE, "ids": [1]}).status_code == 403
    assert rows(client.get("/projects/"))
