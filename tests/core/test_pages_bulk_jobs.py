"""A step for many records in the background: all that matched, each once, with the rights of the moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone, translation

from core.access.models import Collaborator
from core.jobs.models import Job
from core.jobs.runner import Outcome, run_job
from core.live.models import Notification
from core.pages import bulk_job
from core.pages.bulk import AT_ONCE
from core.pages.bulk_chunks import BulkChunk
from core.pages.bulk_job import bulk_order
from core.records.models import LogEntry
from core.records.services import record_update
from core.resources import registry
from tenants.people.models import User
from tests.core.page_answers import body
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.usefixtures("live_ground")

MANY = AT_ONCE + 5


def many(owner: User, count: int = MANY, **values: Any) -> list[int]:
    """Projects that differ in nothing but their names."""
    values = {"department": owner.department, "created_by": owner, "state": "active", **values}
    made = Project.objects.bulk_create(
        Project(name=f"Project {number:04}", owner=owner, **values) for number in range(count)
    )
    return sorted(project.pk for project in made)


def states() -> dict[str, int]:
    """How many projects there are of each state."""
    found = list(Project.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def live() -> int:
    """How many projects are not in the trash."""
    return int(Project.objects.filter(deleted_at=None).count())


def ordered() -> Job:
    """The newest step for many."""
    return Job.rows.filter(kind="bulk").latest("pk")


def ran(company: Any, expected: Outcome = Outcome.DONE) -> Job:
    """The newest step after its work was done, by a worker that speaks English."""
    with translation.override("en"):
        assert run_job(company, ordered().pk) == expected
    return ordered()


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator who reads English, signed in."""
    user = make_administrator(language="en")
    client.force_login(user)
    return user


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of ten, so that there are many of them."""
    monkeypatch.setattr(bulk_job, "CHUNK", 10)


def test_few_are_done_at_once_and_many_in_the_background(client: Any, admin: User, company: Any) -> None:
    many(admin, AT_ONCE)
    assert client.post("/projects/bulk/", {"do": "finish", "all": "1", "query": ""})["Location"] == "/projects/"
    assert states() == {"done": AT_ONCE}
    make(Project, state="done", owner=admin)
    answer = client.post("/projects/bulk/", {"do": "reopen", "all": "1", "query": "", "next": "/projects/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
    assert states() == {"done": AT_ONCE + 1}
    done = ran(company)
    assert done.result == {"done": AT_ONCE + 1, "failed": 0}
    assert states() == {"active": AT_ONCE + 1}
    assert 'href="/projects/?page=2"' in body(client.get("/jobs/"))


def test_those_are_meant_that_matched_when_it_was_said(client: Any, admin: User, company: Any) -> None:
    many(admin)
    client.post("/projects/bulk/", {"do": "delete", "all": "1", "query": "state=active"})
    late = make(Project, state="active", owner=admin)
    ran(company)
    assert set(Project.objects.filter(deleted_at=None)) == {late}


def test_the_trash_is_restored_and_purged_in_the_background(client: Any, admin: User, company: Any) -> None:
    many(admin, deleted_at=timezone.now())
    sent = {"all": "1", "query": "", "within": "restore"}
    client.post("/projects/bulk/", {"do": "restore", **sent})
    ran(company)
    assert live() == MANY
    Project.objects.update(deleted_at=timezone.now())
    client.post("/projects/bulk/", {"do": "purge", **sent})
    ran(company)
    assert Project.objects.count() == 0


def test_the_values_of_a_form_go_with_it(client: Any, admin: User, company: Any) -> None:
    many(admin)
    sent = {"do": "remark", "all": "1", "query": ""}
    asked = client.post("/projects/bulk/", sent)
    assert f"{MANY} " in body(asked)
    client.post("/projects/bulk/", {**sent, "filled_in": "1", "note": "same & more"})
    ran(company)
    assert set(Project.objects.values_list("note", flat=True)) == {"same & more"}


@pytest.mark.usefixtures("small_chunks")
def test_failures_are_named_with_their_reason(client: Any, admin: User, company: Any) -> None:
    pks = many(admin)
    Project.objects.filter(pk__in=pks[::50]).update(urgent=True)
    Project.objects.filter(pk=pks[7]).update(state="planned")
    gone, *_rest = pks[30:]
    client.post("/projects/bulk/", {"do": "finish", "all": "1", "query": ""})
    Project.objects.filter(pk=gone).delete()
    done = ran(company)
    assert done.result == {"done": MANY - 5, "failed": 5}
    page = body(client.get(f"/jobs/{done.pk}/failures/"))
    assert page.count("urgent projects are never finished") == 3
    assert "Project 0007" in page
    assert f"#{gone}" in page
    told = Notification.rows.of(admin).get()
    assert (told.kind, told.url, told.params["failed"]) == ("bulk_done", "/jobs/", "5")
    assert f"/jobs/{done.pk}/failures/" in body(client.get("/jobs/"))


@pytest.mark.usefixtures("small_chunks")
def test_it_has_the_rights_of_its_owner_as_they_are_at_work(client: Any, company: Any) -> None:
    me = make_user("projects.view", "projects.delete", scope="own", language="en")
    client.force_login(me)
    pks = many(me)
    client.post("/projects/bulk/", {"do": "delete", "all": "1", "query": ""})
    stranger = make_user()
    Project.objects.filter(pk__in=pks[:3]).update(owner=stranger)
    Collaborator.objects.create(resource="projects", record_id=pks[1], user=me, level="read")
    done = ran(company)
    assert done.result == {"done": MANY - 3, "failed": 3}
    page = body(client.get(f"/jobs/{done.pk}/failures/"))
    assert "Project 0001" in page  # seen, though not to be deleted
    assert "Project 0000" not in page  # not to be seen any more, not by its name either
    assert f"#{pks[0]}" in page


@pytest.mark.usefixtures("small_chunks")
def test_a_right_taken_in_the_middle_ends_it(client: Any, company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    me = make_user("projects.view", "projects.finish", language="en")
    client.force_login(me)
    many(me)
    client.post("/projects/bulk/", {"do": "finish", "all": "1", "query": ""})
    acted = []
    act = type(registry.resources["projects"]).act

    def watched(self: Any, action: Any, record: Any, **more: Any) -> Any:
        acted.append(record.pk)
        if len(acted) == 25:
            me.roles.clear()
        return act(self, action, record, **more)

    monkeypatch.setattr(type(registry.resources["projects"]), "act", watched)
    failed = ran(company, Outcome.FAILED)
    assert failed.error == "Your roles no longer allow this."
    assert states() == {"done": 30, "active": MANY - 30}


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_dies_in_the_middle_does_none_twice_and_leaves_none_out(
    admin: User, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = registry.resources["projects"]
    pks = many(admin)
    job = bulk_order(resource, "finish", pks, by=admin)
    calls = []

    def dying(self: Any, action: Any, record: Any, *, by: Any, values: Any) -> None:
        calls.append(record.pk)
        if len(calls) in {25, 60}:
            raise OSError("the worker dies")
        record_update(record, {"note": f"{record.note}+"}, by=by, verb="finish")

    monkeypatch.setattr(type(resource), "act", dying)
    for _ in range(2):
        assert run_job(company, job.pk) == Outcome.AGAIN
        _due_at_once(job)
    assert run_job(company, job.pk) == Outcome.DONE
    lines = list(LogEntry.objects.filter(verb="finish").values_list("record_id", flat=True))
    assert sorted(lines) == pks
    assert set(Project.objects.values_list("note", flat=True)) == {"+"}
    assert Notification.rows.of(admin).count() == 1


def _due_at_once(job: Job) -> None:
    from core.db import run_outside_companies
    from core.jobs.due.models import DueJob

    Job.rows.filter(pk=job.pk).update(run_at=timezone.now())
    run_outside_companies(lambda: DueJob.objects.update(state=DueJob.State.READY))


@pytest.mark.usefixtures("small_chunks")
def test_a_cancelled_one_keeps_what_is_done_and_can_go_on(
    client: Any, admin: User, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(admin)
    client.post("/projects/bulk/", {"do": "finish", "all": "1", "query": ""})
    job = ordered()
    progress = bulk_job.Run.progress

    def cancelling(self: Any, done: int, *more: Any) -> None:
        if done == 40:
            self.cancelled = True
        progress(self, done, *more)

    with monkeypatch.context() as patch:
        patch.setattr(bulk_job.Run, "progress", cancelling)
        ran(company, Outcome.CANCELLED)
    assert states() == {"done": 40, "active": MANY - 40}
    assert f"40 of {MANY} done" in body(client.get("/jobs/"))
    client.post(f"/jobs/{job.pk}/retry/")
    ran(company)
    assert states() == {"done": MANY}


@pytest.mark.usefixtures("small_chunks")
def test_the_whole_of_it_is_taken_back_once(client: Any, admin: User, company: Any) -> None:
    pks = many(admin)
    Project.objects.filter(pk=pks[3]).update(urgent=True)
    client.post("/projects/bulk/", {"do": "finish", "all": "1", "query": ""})
    first = ran(company)
    assert f'action="/jobs/{first.pk}/undo/"' in body(client.get("/jobs/"))
    assert client.post(f"/jobs/{first.pk}/undo/").status_code == 303
    assert client.post(f"/jobs/{first.pk}/undo/").status_code == 404
    second = ran(company)
    assert second.pk != first.pk
    assert second.result == {"done": MANY - 1, "failed": 0}
    assert states() == {"active": MANY}
    page = body(client.get("/jobs/"))
    assert f'action="/jobs/{first.pk}/undo/"' not in page
    assert f'action="/jobs/{second.pk}/undo/"' not in page


def test_taking_back_needs_the_rights_that_the_step_needed(client: Any, company: Any) -> None:
    me = make_user("projects.view", "projects.delete", scope="own", language="en")
    client.force_login(me)
    pks = many(me)
    client.post("/projects/bulk/", {"do": "delete", "all": "1", "query": ""})
    first = ran(company)
    roles = list(me.roles.all())
    me.roles.clear()
    assert client.post(f"/jobs/{first.pk}/undo/").status_code == 404
    me.roles.set(roles)
    client.post(f"/jobs/{first.pk}/undo/")
    Project.objects.filter(pk__in=pks[:5]).update(owner=make_user())
    second = ran(company)
    assert second.result == {"done": MANY - 5, "failed": 5}
    assert live() == MANY - 5


def test_nobody_else_sees_or_undoes_it(client: Any, admin: User, company: Any) -> None:
    many(admin)
    client.post("/projects/bulk/", {"do": "delete", "all": "1", "query": ""})
    first = ran(company)
    client.force_login(make_administrator())
    assert f"background-{first.pk}" not in body(client.get("/jobs/"))
    for address in ("item", "failures"):
        assert client.get(f"/jobs/{first.pk}/{address}/").status_code == 404
    assert client.post(f"/jobs/{first.pk}/undo/").status_code == 404


def test_the_log_tells_who_acted_for_whom(client: Any, admin: User, company: Any) -> None:
    from core.records.acting import Acting, acting_as

    with acting_as(Acting("192.0.2.7", impersonator_id=5)):
        bulk_order(registry.resources["projects"], "delete", many(admin), by=admin)
    ran(company)
    lines = LogEntry.objects.filter(verb="delete")
    assert set(lines.values_list("address", "impersonator_id")) == {("192.0.2.7", 5)}


def test_a_step_that_nobody_knows_any_more_fails(admin: User, company: Any) -> None:
    resource = registry.resources["projects"]
    job = bulk_order(resource, "explode", many(admin, 3), by=admin)
    assert "any more" in ran(company, Outcome.FAILED).error
    assert BulkChunk.rows.of(job.pk).unfinished().exists()


def test_records_are_kept_with_the_job_and_go_with_it(admin: User) -> None:
    pks = range(1, 120_001)
    job = bulk_order(registry.resources["projects"], "delete", iter(pks), by=admin)
    assert BulkChunk.rows.of(job.pk).count() == 6000
    assert BulkChunk.rows.tallies([job.pk])[job.pk] == (120_000, 0, 0)
    job.delete()
    assert not BulkChunk.rows.exists()
