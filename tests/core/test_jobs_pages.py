"""The progress of one's own jobs on pages, and the buttons beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import enqueue
from tests.core.people import make_user
from tests.worker import kinds  # noqa: F401  declares the kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Any) -> Any:
    """Somebody who is signed in and reads English."""
    user = make_user("owner", language="en")
    client.force_login(user)
    return user


def state_of(job: Job) -> str:
    return Job.rows.get(pk=job.pk).state


def test_progress_asks_again_until_the_job_is_finished(client: Any, owner: Any) -> None:
    job = enqueue("test.count", by=owner)
    assert "every 3s" in client.get(f"/jobs/{job.pk}/").content.decode()
    Job.rows.update(state=Job.State.RUNNING, done=3, total=4, note="counting")
    text = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'value="75"' in text
    assert "counting" in text
    Job.rows.update(state=Job.State.FAILED, error="There is <nothing> to count.", finished_at=timezone.now())
    text = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "There is &lt;nothing&gt; to count." in text
    assert "every 3s" not in text


def test_cancelling_and_trying_again(client: Any, owner: Any) -> None:
    job = enqueue("test.count", by=owner)
    answer = client.post(f"/jobs/{job.pk}/cancel/", {"next": "/jobs/"})
    assert (answer.status_code, answer["Location"]) == (303, "/jobs/")
    assert state_of(job) == Job.State.CANCELLED
    client.post(f"/jobs/{job.pk}/retry/", {"next": "/jobs/"})
    assert state_of(job) == Job.State.WAITING


def test_cancelling_a_running_job_asks_it_to_stop(client: Any, owner: Any) -> None:
    job = enqueue("test.count", by=owner)
    Job.rows.update(state=Job.State.RUNNING)
    client.post(f"/jobs/{job.pk}/cancel/")
    assert Job.rows.get(pk=job.pk).cancel_requested
    client.post(f"/jobs/{job.pk}/retry/")
    assert state_of(job) == Job.State.RUNNING


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com", "/\\example.com", ""])
def test_it_leads_back_to_this_host_only(client: Any, owner: Any, address: str) -> None:
    job = enqueue("test.count", by=owner)
    assert client.post(f"/jobs/{job.pk}/cancel/", {"next": address})["Location"] == "/"


def test_another_users_job_does_not_exist(client: Any, owner: Any) -> None:
    job = enqueue("test.count", by=make_user("somebody.else"))
    nobodys = enqueue("test.count", by=None)
    for other in (job, nobodys):
        assert client.get(f"/jobs/{other.pk}/").status_code == 404
        assert client.post(f"/jobs/{other.pk}/cancel/").status_code == 404
        assert client.post(f"/jobs/{other.pk}/retry/").status_code == 404
        assert state_of(other) == Job.State.WAITING


def test_who_is_not_signed_in_sees_no_job(client: Any) -> None:
    job = enqueue("test.count", by=make_user())
    assert client.get(f"/jobs/{job.pk}/").status_code == 302
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert state_of(job) == Job.State.WAITING
