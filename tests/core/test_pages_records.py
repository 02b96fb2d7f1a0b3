"""The page of a record: sections, panels with counts, what happened; what is done to it, and taken back."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.pages.undo import undo_tag
from core.records.acting import Acting, acting_as
from core.records.models import LogEntry
from core.records.services import record_create, record_delete, record_update
from core.resources.registry import resource_of
from tenants.people.models import User
from tests.core.page_answers import LIST_PART, body, links, messages_of, rows, undo_url
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

PREVIEW = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "tr#row-1"}


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator(name="秦晨")
    client.force_login(user)
    return user


def test_the_page_shows_sections_and_who_made_it(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    project = make(Project, name="Bridge", state="active", budget=Decimal("1234.50"), note="one\ntwo", owner=admin)
    page = body(client.get(f"/projects/{project.pk}/"))
    for shown in (
        "Bridge",
        "进行中",
        "1,234.50",
        "操作信息",
        "快捷菜单",
        "动态信息",
        "快捷操作",
        "返回",
        "刷新",
        "秦晨",
    ):
        assert shown in page


def test_what_was_typed_is_never_markup(client: Any, admin: User) -> None:
    hostile = "<script>alert(1)</script>"
    project = make(Project, name=hostile, note=hostile, phone='"><img src=x>', owner=admin)
    record_update(project, {"note": f"{hostile}2"}, by=admin)
    for url in (
        "/projects/",
        f"/projects/{project.pk}/",
        f"/projects/{project.pk}/edit/",
        f"/projects/{project.pk}/?panel=history",
    ):
        text = client.get(url).content.decode()
        assert hostile not in text
        assert "<img src=x>" not in text


def test_the_menu_counts_what_hangs_on_the_record_as_far_as_it_may_be_seen(client: Any) -> None:
    me = make_user("projects.view", "milestones.view", scope="own")
    project = make(Project, owner=me)
    for _ in range(3):
        make(Milestone, project=project, owner=make_user())
    client.force_login(me)
    page = body(client.get(f"/projects/{project.pk}/?panel=milestones"))
    assert '<span class="ct">3</span>' in page
    assert page.count('<div class="nm">') == 3
    client.force_login(make_user("projects.view"))
    without = client.get(f"/projects/{project.pk}/")
    assert "panel=milestones" not in body(without)
    assert client.get(f"/projects/{project.pk}/?panel=milestones").status_code == 404


def test_rows_below_a_record_show_the_columns_of_their_own_that_say_something_there(
    client: Any, admin: User, monkeypatch: Any
) -> None:
    def heads() -> list[str]:
        page = client.get(f"/projects/{project.pk}/?panel=milestones")
        return re.findall(r"<th[^>]*>([^<]+)</th>", body(page))

    project = make(Project, owner=admin)
    make(Milestone, project=project, owner=admin)
    resource = resource_of(Milestone)
    labels = {name: str(resource.column(name).label) for name in ("title", "project", "reached", "owner")}
    assert heads() == [labels["title"], labels["reached"], labels["owner"]]
    monkeypatch.setattr(type(resource), "columns_below", ("title", "project", "owner"))
    assert heads() == [labels["title"], labels["owner"]]


def test_a_panel_offers_to_add_to_this_record(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    page = client.get(f"/projects/{project.pk}/?panel=milestones")
    add = next(url for url in links(page) if url.startswith("/milestones/new/"))
    assert f"project={project.pk}" in add
    form = client.get(add)
    assert f'<option value="{project.pk}" selected>' in body(form)


def test_a_panel_that_does_not_exist_is_not_found(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    assert client.get(f"/projects/{project.pk}/?panel=../../etc").status_code == 404


def test_a_preview_is_the_drawer_alone(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    answer = client.get(f"/projects/{project.pk}/?part=drawer", headers=PREVIEW)
    assert "data-drawer" in body(answer)
    assert b"<html" not in answer.content
    assert b"<html" in client.get(f"/projects/{project.pk}/?part=drawer").content


def test_the_history_tells_changes_in_words(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    project = make(Project, state="planned", urgent=False, owner=admin)
    boss = make_user(name="老板")
    with acting_as(Acting(impersonator_id=boss.pk)):
        record_update(project, {"state": "active", "urgent": True, "budget": Decimal("1234.50")}, by=admin)
    page = body(client.get(f"/projects/{project.pk}/?panel=history"))
    for shown in ("<del>计划中</del>", "<ins>进行中</ins>", "<ins>是</ins>", "编辑", "由 老板 代为操作"):
        assert shown in page


def test_the_history_leaves_out_hidden_fields_and_masks_masked_ones(client: Any, admin: User) -> None:
    project = make(Project, phone="13812342077", note="first secret", owner=admin)
    record_update(project, {"phone": "13899998888", "note": "second secret", "name": "Renamed"}, by=admin)
    rights = {"projects.note": "hidden", "projects.phone": "masked"}
    client.force_login(make_user("projects.view", field_rights=rights))
    for url in (f"/projects/{project.pk}/", f"/projects/{project.pk}/?panel=history"):
        page = body(client.get(url))
        assert "138****2077" in page
        assert "138****8888" in page
        assert "Renamed" in page
        for kept in ("13812342077", "13899998888", "first secret", "second secret"):
            assert kept not in page


def test_a_long_history_comes_in_pieces(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    for number in range(25):
        project.refresh_from_db()
        record_update(project, {"note": f"note-{number}-"}, by=admin)
    first = client.get(f"/projects/{project.pk}/?panel=history")
    assert "<ins>note-24-</ins>" in body(first)
    assert "<ins>note-4-</ins>" not in body(first)
    older = next(url for url in links(first) if "before=" in url)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#older"}
    rest = client.get(older, headers=headers)
    assert b"<html" not in rest.content
    assert "<ins>note-4-</ins>" in body(rest)
    assert "before=" not in body(rest)


def test_the_number_of_queries_does_not_grow_with_what_hangs_on_the_record(
    client: Any, admin: User, django_assert_num_queries: Any
) -> None:
    project = make(Project, everything=True, owner=admin)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#record-body"}
    url = f"/projects/{project.pk}/?panel=milestones"
    make(Milestone, project=project, owner=admin)
    client.get(url)
    # Session, user, settings, roles; that the record is in sight; it, and what its columns name, table by table; four
    # counts; the keys of the panel's rows, these, and what they name; the feed.
    with django_assert_num_queries(19):
        client.get(url, headers=headers)
    for _ in range(15):
        make(Milestone, project=project, owner=make(User))
        record_update(project, {"note": str(_)}, by=admin)
    with django_assert_num_queries(19):
        client.get(url, headers=headers)


def test_an_action_runs_when_it_makes_sense_and_can_be_taken_back(client: Any, admin: User) -> None:
    project = make(Project, state="active", owner=admin)
    assert f"/projects/{project.pk}/do/finish/" in body(client.get(f"/projects/{project.pk}/"))
    answer = client.post(f"/projects/{project.pk}/do/finish/")
    assert answer["Location"] == f"/projects/{project.pk}/"
    project.refresh_from_db()
    assert project.state == "done"
    assert f"/projects/{project.pk}/do/finish/" not in body(client.get(f"/projects/{project.pk}/", headers=PREVIEW))
    client.post(f"/projects/{project.pk}/do/reopen/")
    client.post(f"/projects/{project.pk}/do/finish/")
    assert client.post(undo_url(client)).status_code == 204
    project.refresh_from_db()
    assert project.state == "active"


def test_an_action_that_makes_no_sense_or_is_refused_says_so(client: Any, admin: User) -> None:
    planned = make(Project, name="Bridge", state="planned", owner=admin)
    client.post(f"/projects/{planned.pk}/do/finish/")
    assert "Bridge" in messages_of(client)[-1]
    urgent = make(Project, state="active", urgent=True, owner=admin)
    client.post(f"/projects/{urgent.pk}/do/finish/")
    assert "urgent projects are never finished" in messages_of(client)[-1]
    urgent.refresh_from_db()
    assert urgent.state == "active"
    assert not LogEntry.objects.exists()
    assert client.post(f"/projects/{urgent.pk}/do/explode/").status_code == 404
    assert client.get(f"/projects/{urgent.pk}/do/finish/").status_code == 404


def test_deleting_can_be_taken_back_from_the_message(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    answer = client.post(f"/projects/{project.pk}/delete/")
    assert answer["Location"] == "/projects/"
    assert client.get(f"/projects/{project.pk}/").status_code == 404
    url = undo_url(client)
    assert client.post(url).status_code == 204
    assert client.get(f"/projects/{project.pk}/").status_code == 200
    assert client.post(url).status_code == 404
    assert [entry.verb for entry in LogEntry.objects.order_by("pk")] == ["delete", "restore"]


def test_nobody_else_can_take_it_back(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    client.post(f"/projects/{project.pk}/delete/")
    url = undo_url(client)
    client.force_login(make_administrator())
    assert client.post(url).status_code == 404
    project.refresh_from_db()
    assert project.deleted_at is not None


def test_after_deleting_one_is_not_led_to_what_is_gone(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    sent = {"next": f"/projects/{project.pk}/?panel=files"}
    assert client.post(f"/projects/{project.pk}/delete/", sent)["Location"] == "/projects/"


def test_the_trash_restores_and_purges(client: Any, admin: User) -> None:
    live = make(Project, owner=admin)
    one, two = (make(Project, owner=admin, deleted_at=timezone.now(), deleted_by=admin) for _ in range(2))
    assert set(rows(client.get("/projects/trash/"))) == {one.pk, two.pk}
    assert client.post(f"/projects/{live.pk}/purge/").status_code == 404
    assert client.post(f"/projects/{live.pk}/restore/").status_code == 404
    client.post(f"/projects/{one.pk}/restore/")
    client.post(f"/projects/{two.pk}/purge/")
    assert set(Project.objects.values_list("pk", flat=True)) == {live.pk, one.pk}
    empty = body(client.get("/projects/trash/"))
    assert "empty-none" in empty
    part = client.get("/projects/trash/?q=x", headers=LIST_PART)
    assert b"<html" not in part.content


def test_the_trash_needs_a_permission_of_its_own(client: Any) -> None:
    trashed = make(Project, owner=make_user(), deleted_at=timezone.now())
    client.force_login(make_user("projects.view", "projects.delete"))
    assert client.get("/projects/trash/").status_code == 403
    assert "/projects/trash/" not in body(client.get("/projects/"))
    client.force_login(make_user("projects.purge"))
    assert rows(client.get("/projects/trash/")) == [trashed.pk]
    assert client.post(f"/projects/{trashed.pk}/restore/").status_code == 403


def test_what_is_still_in_use_says_by_what(client: Any, admin: User) -> None:
    project = make(Project, name="Bridge", owner=admin, deleted_at=timezone.now())
    make(Milestone, title="Piers", project=project, owner=admin)
    client.post(f"/projects/{project.pk}/purge/")
    told = messages_of(client)[-1]
    assert "Bridge" in told
    assert "Piers" in told
    assert Project.objects.filter(pk=project.pk).exists()
    assert not LogEntry.objects.exists()


def test_days_of_the_feed_are_those_of_the_company(client: Any, admin: User) -> None:
    project = Project()
    record_create(project, {"name": "Late", "owner": admin}, by=admin)
    # 23:30 in London is the next morning in Shanghai.
    LogEntry.objects.update(at=datetime.datetime(2026, 3, 1, 23, 30, tzinfo=datetime.UTC))
    page = body(client.get(f"/projects/{project.pk}/"))
    assert '<div class="day">2026-03-02 · ' in page
    assert ">07:30</time>" in page


def test_users_are_refused_and_come_back_like_all_records(client: Any, admin: User) -> None:
    user = make_user(name="符蓉")
    refused = client.post(f"/users/{user.pk}/edit/", {"username": "", "name": "", "version": user.version})
    assert refused.status_code == 422
    assert "符蓉" in body(refused)
    record_delete(user, by=admin)
    back = undo_tag(resource_of(User), admin, "restore", [user.pk], verb="delete").removeprefix("undo:")
    assert client.post(back).status_code == 204
    user.refresh_from_db()
    assert user.deleted_at is None
