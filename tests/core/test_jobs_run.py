"""One try at a job: all of it happens, or none; once; with the rights its owner has then."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone, translation

from core.db import run_in_company, run_outside_companies
from core.jobs import pulse
from core.jobs.due import table
from core.jobs.due.models import DueJob
from core.jobs.models import Job
from core.jobs.run import SECONDS_BETWEEN_NOTES, Cancelled, LeaseLost, Run
from core.jobs.runner import Outcome, pause_after, run_job
from core.jobs.services import enqueue, job_cancel, job_retry, schedule_on
from core.live.models import Notification
from core.records.models import LogEntry
from tests.core.people import make_user
from tests.worker import kinds  # noqa: F401  declares the kinds

pytestmark = pytest.mark.usefixtures("live_ground")


def lines(verb: str) -> int:
    return LogEntry.objects.filter(verb=verb).count()


def due() -> list[DueJob]:
    return list(DueJob.objects.all())


def in_background(company: Any, job: Job) -> tuple[threading.Thread, list[Outcome]]:
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(run_job(company, job.pk))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, outcomes


def wait_for(condition: Any, patience: float = 5.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def again(job: Job) -> Job:
    return Job.rows.get(pk=job.pk)


def make_due_now(job: Job) -> None:
    """As if the pause after a failure were over."""
    Job.rows.filter(pk=job.pk).update(run_at=timezone.now())
    run_outside_companies(lambda: DueJob.objects.update(state=DueJob.State.READY, due_at=timezone.now()))


def test_it_does_the_work_and_keeps_the_result(company: Any) -> None:
    job = enqueue("test.count", {"number": 5}, by=make_user())
    assert run_job(company, job.pk) == Outcome.DONE
    job = again(job)
    assert (job.state, job.result, job.attempts) == (Job.State.DONE, {"number": 5}, 1)
    assert job.finished_at is not None
    assert LogEntry.objects.get(verb="counted").actor_name == "fu.rui"
    assert due() == []


def test_a_second_message_has_no_effect(company: Any) -> None:
    job = enqueue("test.count", by=None)
    assert [run_job(company, job.pk) for _ in range(3)] == [Outcome.DONE, Outcome.NOT_OURS, Outcome.NOT_OURS]
    assert lines("counted") == 1


def test_two_messages_at_once_do_the_work_once(company: Any) -> None:
    job = enqueue("test.count", {"seconds": 0.3}, by=None)
    threads = [in_background(company, job) for _ in range(4)]
    for thread, _ in threads:
        thread.join()
    assert sorted(outcome for _, outcomes in threads for outcome in outcomes) == sorted(
        [Outcome.DONE, *[Outcome.NOT_OURS] * 3]
    )
    assert lines("counted") == 1


def test_a_failure_leaves_nothing_and_is_tried_again_later(company: Any) -> None:
    job = enqueue("test.break", by=make_user())
    assert run_job(company, job.pk) == Outcome.AGAIN
    job = again(job)
    assert job.state == Job.State.WAITING
    assert job.run_at > timezone.now() + timedelta(seconds=3)
    assert "OSError" in job.error
    assert lines("broken") == 0
    assert due()[0].state == DueJob.State.WAITING


def test_after_the_last_try_it_fails_and_its_owner_is_told(company: Any) -> None:
    owner = make_user(language="en")
    job = enqueue("test.break", by=owner)
    run_job(company, job.pk)
    make_due_now(job)
    assert run_job(company, job.pk) == Outcome.FAILED
    assert again(job).state == Job.State.FAILED
    told = Notification.rows.of(owner).get()
    with translation.override("en"):
        assert told.title_text == "Failed: Break"
        assert "OSError" in told.body_text
    assert due() == []


def test_a_refusal_is_not_tried_again(company: Any) -> None:
    job = enqueue("test.refuse", by=make_user())
    assert run_job(company, job.pk) == Outcome.FAILED
    assert again(job).error == "There is nothing to count."


def test_it_comes_back_when_it_comes_too_early(company: Any) -> None:
    job = enqueue("test.count", by=None, at=timezone.now() + timedelta(minutes=5))
    run_outside_companies(lambda: DueJob.objects.update(state=DueJob.State.SENT))
    assert run_job(company, job.pk) == Outcome.AGAIN
    assert due()[0].due_at == again(job).run_at
    assert lines("counted") == 0


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": timezone.now()}])
def test_it_fails_when_its_owner_may_no_longer_sign_in(company: Any, change: dict[str, Any]) -> None:
    owner = make_user()
    job = enqueue("test.count", by=owner)
    type(owner)._default_manager.filter(pk=owner.pk).update(**change)
    assert run_job(company, job.pk) == Outcome.FAILED
    assert again(job).error
    assert lines("counted") == 0


def test_it_fails_when_its_owner_is_gone(company: Any) -> None:
    job = enqueue("test.count", by=make_user())
    Job.rows.update(requested_by=999)
    assert run_job(company, job.pk) == Outcome.FAILED


def test_it_fails_when_no_version_knows_it_any_more(company: Any) -> None:
    job = enqueue("test.count", by=None)
    Job.rows.update(kind="test.forgotten")
    assert run_job(company, job.pk) == Outcome.FAILED


def test_a_worker_taken_for_dead_changes_nothing_when_it_comes_back(company: Any) -> None:
    job = enqueue("test.count", {"number": 1, "seconds": 1.0}, by=None)
    slow, outcomes = in_background(company, job)
    wait_for(lambda: again(job).state == Job.State.RUNNING)
    run_outside_companies(lambda: DueJob.objects.update(state=DueJob.State.READY))  # its lease ran out
    Job.rows.filter(pk=job.pk).update(payload={"number": 2})
    assert run_job(company, job.pk) == Outcome.DONE
    slow.join()
    assert outcomes == [Outcome.NOT_OURS]
    assert LogEntry.objects.get(verb="counted").changes == {"number": [None, 2]}
    assert again(job).result == {"number": 2}


def test_what_kills_the_worker_each_time_fails_in_the_end(company: Any) -> None:
    job = enqueue("test.crash", by=make_user())
    Job.rows.update(state=Job.State.RUNNING, attempts=2, tries_left=0)  # killed twice, with one retry
    assert run_job(company, job.pk) == Outcome.FAILED
    assert Notification.rows.count() == 1


def test_its_owner_can_cancel_it_while_it_runs(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT", 0.1)
    owner = make_user()
    job = enqueue("test.count", {"seconds": 10.0}, by=owner)
    thread, outcomes = in_background(company, job)
    wait_for(lambda: again(job).state == Job.State.RUNNING)
    job_cancel(job, by=owner)
    thread.join(5)
    assert outcomes == [Outcome.CANCELLED]
    assert again(job).state == Job.State.CANCELLED
    assert lines("counted") == 0


def test_a_cancelled_job_is_not_begun_and_can_be_tried_again(company: Any) -> None:
    owner = make_user()
    job = job_cancel(enqueue("test.count", by=owner, at=timezone.now() + timedelta(days=1)), by=owner)
    job = job_retry(job, by=owner)
    assert job.state == Job.State.WAITING
    assert [row.state for row in due()] == [DueJob.State.READY]
    assert run_job(company, job.pk) == Outcome.DONE


def test_a_retry_right_after_the_failure_is_not_lost(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_user()
    job = enqueue("test.refuse", by=owner)
    # The owner is faster than the worker's last step.
    settle = table.remove
    monkeypatch.setattr(
        table, "remove", lambda *ids: (run_in_company(company, job_retry, again(job), by=owner), settle(*ids))
    )
    run_job(company, job.pk)
    assert again(job).state == Job.State.WAITING
    assert [row.state for row in due()] == [DueJob.State.READY]


def test_progress_is_written_while_it_runs(company: Any) -> None:
    job = enqueue("test.count", {"seconds": 2.0}, by=None)
    thread, _ = in_background(company, job)
    wait_for(lambda: again(job).note == "counting")
    wait_for(lambda: again(job).percent == 50)
    thread.join()
    assert again(job).percent == 100


def test_progress_is_told_at_most_every_half_second() -> None:
    told: list[float] = []
    run = Run(company=None, user=None, job_id=1, attempt=1)  # type: ignore[arg-type]  # no company is asked for
    run.on_progress = lambda: told.append(time.monotonic())
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        run.progress(1, 2)
    assert 2 <= len(told) <= 3
    assert told[1] - told[0] >= SECONDS_BETWEEN_NOTES


def test_progress_stops_work_that_is_no_longer_wanted() -> None:
    run = Run(company=None, user=None, job_id=1, attempt=1)  # type: ignore[arg-type]  # no company is asked for
    run.cancelled = True
    with pytest.raises(Cancelled):
        run.progress(1)
    run.lost = True
    with pytest.raises(LeaseLost):
        run.progress(1)


def test_a_daily_job_comes_round_again(company: Any) -> None:
    job = schedule_on("test.daily")
    make_due_now(job)
    assert run_job(company, job.pk) == Outcome.DONE
    job = again(job)
    assert job.state == Job.State.WAITING
    assert timezone.now() < job.run_at < timezone.now() + timedelta(hours=26)
    assert due()[0].due_at == job.run_at
    assert lines("recurred") == 1


def test_pauses_grow_and_differ() -> None:
    pauses = [pause_after(attempt) for attempt in (1, 2, 3, 9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= 3600 * 1.2
    assert len({pause_after(1) for _ in range(20)}) > 1


def test_a_lost_connection_does_not_lose_the_job(company: Any, live_ground: Any) -> None:
    job = enqueue("test.count", {"seconds": 1.0}, by=None)
    thread, outcomes = in_background(company, job)
    wait_for(lambda: again(job).state == Job.State.RUNNING)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    thread.join(10)
    close_old_connections()
    assert outcomes == [Outcome.AGAIN]
    assert again(job).state == Job.State.WAITING
    assert lines("counted") == 0
    assert [row.state for row in due()] == [DueJob.State.WAITING]
