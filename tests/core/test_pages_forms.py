"""Forms: errors at the field, one record for a form sent twice, two people editing the same record."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from core.records.models import LogEntry, Option
from core.records.services import record_update
from tenants.people.models import User
from tests.core.page_answers import DIALOG_PART, body, field_names, hidden, messages_of
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator(name="秦晨")
    client.force_login(user)
    return user


def values(project: Project, **changed: Any) -> dict[str, Any]:
    """What the form of a project sends when nothing but `changed` is touched."""
    sent = {
        "name": project.name,
        "state": project.state,
        "kind": project.kind_id or "",
        "budget": project.budget if project.budget is not None else "",
        "due": project.due or "",
        "owner": project.owner_id,
        "phone": project.phone,
        "note": project.note,
        "version": project.version,
        "members": [user.pk for user in project.members.all()] if project.pk else [],
    }
    return {**sent, **changed}


def test_a_new_record_is_stored_logged_and_shown(client: Any, admin: User) -> None:
    form = client.get("/projects/new/")
    assert form.status_code == 200
    assert 'data-draft="projects:new"' in body(form)
    assert f'<option value="{admin.pk}" selected>秦晨</option>' in body(form)  # whoever adds it owns it, unless changed
    member = make(User)
    sent = {
        "name": "Bridge",
        "state": "active",
        "budget": "12.50",
        "due": "2026-05-01",
        "starts_at": "2026-05-01T08:30",
        "urgent": "on",
        "owner": admin.pk,
        "members": [member.pk],
        "once": hidden(form, "once"),
    }
    answer = client.post("/projects/new/", sent)
    project = Project.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/projects/{project.pk}/"
    assert (project.budget, project.due, project.urgent) == (Decimal("12.50"), datetime.date(2026, 5, 1), True)
    assert project.starts_at is not None
    assert project.starts_at.isoformat() == "2026-05-01T00:30:00+00:00"  # the company is in Shanghai
    assert list(project.members.all()) == [member]
    entry = LogEntry.objects.get(resource="projects")
    assert (entry.verb, entry.actor_id, entry.record_id) == ("create", admin.pk, project.pk)


def test_it_asks_once_whether_to_add_another(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    answer = client.post("/projects/new/", {"name": "Bridge", "state": "planned", "owner": admin.pk})
    first = body(client.get(answer["Location"]))
    assert "保存成功，是否继续添加" in first
    assert 'href="/projects/new/"' in first
    assert "保存成功，是否继续添加" not in body(client.get(answer["Location"]))


def test_it_does_not_ask_whom_it_led_elsewhere(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "next": "/users/"}
    answer = client.post("/projects/new/", sent)
    assert answer["Location"] == "/users/"
    assert "“Bridge”已保存" in body(client.get("/users/"))
    project = Project.objects.get()
    assert "是否继续添加" not in body(client.get(f"/projects/{project.pk}/"))


def test_saving_and_adding_another_opens_an_empty_form(client: Any, admin: User) -> None:
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "again": "1"}
    answer = client.post("/projects/new/", sent)
    assert answer["Location"] == "/projects/new/"
    assert messages_of(client)
    assert Project.objects.count() == 1


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(client: Any, admin: User) -> None:
    make(Project, name="Taken", owner=admin)
    sent = {"name": "Taken", "state": "no-state", "budget": "-5", "owner": admin.pk, "note": "typed <b>text</b>"}
    answer = client.post("/projects/new/", sent)
    page = body(answer)
    assert answer.status_code == 422
    assert 'id="id_state_error"' in page
    assert 'id="id_budget_error"' in page
    assert 'href="#id_budget_field"' in page
    assert 'value="Taken"' in page
    assert "typed &lt;b&gt;text" in answer.content.decode()
    taken = client.post("/projects/new/", {"name": "Taken", "state": "planned", "owner": admin.pk})
    assert taken.status_code == 422
    assert Project.objects.count() == 1


def test_values_in_the_address_fill_the_form_as_far_as_they_may(client: Any) -> None:
    rights = {"projects.budget": "read_only"}
    me = make_user("projects.view", "projects.add", field_rights=rights)
    client.force_login(me)
    answer = client.get("/projects/new/?name=Bridge&budget=5&state=active&nothing=1")
    assert 'value="Bridge"' in body(answer)
    assert '<option value="active" selected>' in body(answer)
    assert "budget" not in field_names(answer)


def test_a_choice_that_was_not_offered_is_refused(client: Any) -> None:
    stranger = make(Project, owner=make_user())
    me = make_user("milestones.add", "milestones.view", "projects.view", scope="own")
    client.force_login(me)
    sent = {"title": "One", "project": stranger.pk, "owner": me.pk}
    assert client.post("/milestones/new/", sent).status_code == 422
    other_list = make(Option, kind="position")
    admin = make_administrator()
    client.force_login(admin)
    sent = {"name": "x", "state": "planned", "owner": admin.pk, "kind": other_list.pk}
    assert client.post("/projects/new/", sent).status_code == 422
    assert not Milestone.objects.exists()


def test_the_same_form_sent_twice_makes_one_record_and_one_answer(client: Any, admin: User) -> None:
    token = hidden(client.get("/projects/new/"), "once")
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "once": token}
    first = client.post("/projects/new/", sent)
    second = client.post("/projects/new/", sent)
    assert Project.objects.count() == 1
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]


def test_a_form_that_was_refused_can_be_sent_again(client: Any, admin: User) -> None:
    refused = client.post("/projects/new/", {"name": "", "state": "planned", "owner": admin.pk, "once": "token-1"})
    assert refused.status_code == 422
    token = hidden(refused, "once")
    assert token == "token-1"
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "once": token}
    assert client.post("/projects/new/", sent).status_code == 302
    assert Project.objects.count() == 1


def test_the_token_of_one_user_is_nothing_to_another(client: Any, admin: User) -> None:
    client.post("/projects/new/", {"name": "One", "state": "planned", "owner": admin.pk, "once": "same"})
    other = make_administrator()
    client.force_login(other)
    client.post("/projects/new/", {"name": "Two", "state": "planned", "owner": other.pk, "once": "same"})
    assert Project.objects.count() == 2


def test_editing_stores_what_changed_and_nothing_else(client: Any, admin: User) -> None:
    project = make(Project, name="Bridge", budget=Decimal(5), owner=admin)
    form = client.get(f"/projects/{project.pk}/edit/")
    assert hidden(form, "version") == "1"
    answer = client.post(f"/projects/{project.pk}/edit/", values(project, budget="7"))
    assert answer["Location"] == f"/projects/{project.pk}/"
    project.refresh_from_db()
    assert (project.budget, project.version) == (Decimal(7), 2)
    assert LogEntry.objects.get(verb="change").changes == {"budget": ["5.00", "7"]}


def test_a_stale_edit_shows_both_values_and_saves_nothing(client: Any, admin: User) -> None:
    project = make(Project, name="Bridge", phone="1", note="", owner=admin)
    opened = values(project, phone="2", note="mine")
    colleague = make_user(name="符蓉")
    record_update(project, {"phone": "3", "name": "Tunnel"}, by=colleague)
    answer = client.post(f"/projects/{project.pk}/edit/", opened)
    page = body(answer)
    assert answer.status_code == 409
    for shown in ("符蓉", 'data-field="phone"', 'data-field="note"', 'data-field="name"'):
        assert shown in page
    # Both changed the phone: mine is kept unless chosen otherwise. The name only they changed: theirs is taken.
    assert 'name="keep.phone" value="mine" checked' in page
    assert 'name="keep.name" value="theirs" checked' in page
    project.refresh_from_db()
    assert (project.phone, project.note) == ("3", "")


def test_the_choice_between_both_values_is_what_is_saved(client: Any, admin: User) -> None:
    project = make(Project, name="Bridge", phone="1", note="", owner=admin)
    opened = values(project, phone="2", note="mine")
    record_update(project, {"phone": "3", "name": "Tunnel"}, by=make_user())
    page = client.post(f"/projects/{project.pk}/edit/", opened)
    chosen = {**opened, "version": hidden(page, "version"), "keep.phone": "theirs", "keep.name": "theirs"}
    answer = client.post(f"/projects/{project.pk}/edit/", {**chosen, "keep.note": "mine"})
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.name, project.phone, project.note) == ("Tunnel", "3", "mine")


def test_htmx_gets_the_conflict_as_a_dialog(client: Any, admin: User) -> None:
    project = make(Project, phone="1", owner=admin)
    member = make(User)
    opened = values(project, phone="2")
    changed = record_update(project, {"phone": "3", "due": datetime.date(2026, 5, 1), "urgent": True}, by=admin)
    changed.members.set([member])
    headers = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "div#app"}
    answer = client.post(f"/projects/{project.pk}/edit/", opened, headers=headers)
    page = body(answer)
    assert answer.status_code == 409
    assert f'data-clash="{changed.version}"' in page
    assert (
        'data-theirs="2026-05-01"' in page.replace('""', '"').replace('"2026-05-01"', "2026-05-01")
        or "2026-05-01" in page
    )
    assert 'data-field="urgent" data-theirs="true"' in page
    assert f'data-theirs="["{member.pk}"]"' in page


def test_an_edit_that_changes_nothing_is_no_conflict_and_no_line_of_the_log(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    assert client.post(f"/projects/{project.pk}/edit/", values(project)).status_code == 302
    project.refresh_from_db()
    assert project.version == 1
    assert not LogEntry.objects.exists()


def test_what_a_role_may_not_edit_is_shown_but_not_in_the_form(client: Any) -> None:
    rights = {"projects.budget": "read_only", "projects.phone": "masked", "projects.note": "hidden"}
    me = make_user("projects.view", "projects.change", field_rights=rights)
    project = make(Project, budget=Decimal("8765.40"), phone="13812342077", note="secret note", owner=me)
    client.force_login(me)
    form = client.get(f"/projects/{project.pk}/edit/")
    page = body(form)
    assert not {"budget", "phone", "note"} & field_names(form)
    assert "8,765.40" in page
    assert "138****2077" in page
    assert "13812342077" not in page
    assert "secret note" not in page
    client.post(f"/projects/{project.pk}/edit/", values(project, budget="1", phone="1", note="1", name="Renamed"))
    project.refresh_from_db()
    assert (project.name, project.budget) == ("Renamed", Decimal("8765.40"))
    assert (project.phone, project.note) == ("13812342077", "secret note")


def test_a_record_that_the_maker_can_t_see_leads_to_the_list(client: Any) -> None:
    me = make_user("projects.view", "projects.add", scope="own")
    client.force_login(me)
    answer = client.post("/projects/new/", {"name": "Theirs", "state": "planned", "owner": make_user().pk})
    assert answer["Location"] == "/projects/"
    assert Project.objects.count() == 1


def test_after_saving_one_goes_on_where_one_came_from(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    back = f"/projects/{project.pk}/?panel=milestones"
    form = client.get(f"/milestones/new/?project={project.pk}&next=/projects/{project.pk}/%3Fpanel%3Dmilestones")
    assert hidden(form, "next") == back
    sent = {"title": "One", "project": project.pk, "owner": admin.pk, "next": back}
    assert client.post("/milestones/new/", sent)["Location"] == back
    sent = {**sent, "next": "https://evil.example/"}
    assert client.post("/milestones/new/", sent)["Location"].startswith("/milestones/")


def test_an_unknown_field_in_the_form_changes_nothing(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    created_by = project.created_by_id
    client.post(f"/projects/{project.pk}/edit/", values(project, created_by=make_user().pk, deleted_at="2026-01-01"))
    project.refresh_from_db()
    assert (project.created_by_id, project.deleted_at) == (created_by, None)


def test_the_dialog_of_a_small_form_returns_with_its_errors(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    url = f"/projects/{project.pk}/do/remark/"
    assert "data-dialog" in body(client.get(url, headers=DIALOG_PART))
    headers = {**DIALOG_PART, "HX-Target": "form#dialog-form"}
    refused = client.post(url, {"note": ""}, headers=headers)
    assert refused.status_code == 422
    assert "data-dialog" not in body(refused)
    assert 'id="dialog-form"' in body(refused)
    done = client.post(url, {"note": "fine"}, headers=headers)
    assert done.status_code == 204
    assert f"/projects/{project.pk}/" in done["HX-Location"]
    assert done["HX-Trigger"] == "close-dialog"


def test_without_the_cache_records_are_still_saved_and_deleted(client: Any, admin: User, settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "once": "token"}
    answer = client.post("/projects/new/", sent)
    project = Project.objects.get()
    assert answer["Location"] == f"/projects/{project.pk}/"
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(f"/projects/{project.pk}/delete/").status_code == 302
    assert not Project.objects.filter(deleted_at=None).exists()
