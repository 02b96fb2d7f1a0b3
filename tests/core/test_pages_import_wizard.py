"""The wizard of the import: its steps as a user walks through them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from core.jobs.models import Job
from core.jobs.services import job_cancel
from core.live.models import Notification
from core.pages.imports.models import Import
from core.resources.registry import all_permissions
from tenants.people.models import User
from tests.core.imports import csv_file, worked
from tests.core.page_answers import body
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db

URL = "/projects/import/"
ROWS = [["Project name", "Budget"], ["One", "1"], ["Two", "much"], ["Old", "3"]]
PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#import"}


@pytest.fixture
def admin(client: Any) -> Any:
    with translation.override("en"):
        user = make_administrator(language="en")
        client.force_login(user)
        yield user


def sent(client: Any, rows: Any = ROWS) -> tuple[str, Import]:
    answer = client.post(URL, {"file": csv_file(rows)})
    assert answer.status_code == 302
    return answer["Location"], Import.objects.latest("pk")


def test_it_leads_from_the_list_to_the_records_and_back(client: Any, admin: User) -> None:
    make(Project, name="Old", note="before")
    assert f'href="{URL}"' in body(client.get("/projects/"))
    address, batch = sent(client)
    page = body(client.get(address))
    assert '<option value="budget" selected>' in page
    answer = client.post(address, {"do": "match", "column-0": "name", "column-1": "budget", "policy": "ask"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "every 1s" in body(client.get(address, headers=PART))
    worked(batch)
    page = body(client.get(address))
    assert "Enter a number." in page
    assert 'name="row-4"' in page
    client.post(address, {"do": "begin", "row-4": "update"})
    worked(batch)
    assert batch.counts == {"created": 1, "failed": 1, "updated": 1}
    page = body(client.get(address))
    assert "Budget: Enter a number." in page
    answer = client.get(f"{address}failures.xlsx")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "1 created, 1 updated, 1 failed" in Notification.rows.get(kind="import_done").title_text
    client.post(address, {"do": "undo"})
    worked(batch)
    assert "The import is undone" in body(client.get(address))
    assert Project.objects.live().get().name == "Old"


def test_columns_can_be_matched_anew(client: Any, admin: User) -> None:
    address, batch = sent(client)
    answer = client.post(address, {"do": "match", "column-1": "budget", "policy": "skip"})
    assert answer.status_code == 422
    assert "No column is matched with: Project name." in body(answer)
    answer = client.post(address, {"do": "match", "column-0": "name", "column-1": "name", "policy": "skip"})
    assert answer.status_code == 422
    client.post(address, {"do": "match", "column-0": "name", "policy": "skip"})
    worked(batch)
    client.post(address, {"do": "rematch"})
    batch.refresh_from_db()
    assert batch.state == Import.State.UPLOADED


def test_a_step_that_is_over_is_not_taken_again(client: Any, admin: User) -> None:
    address, batch = sent(client)
    for step in ("begin", "undo", "rematch"):
        assert client.post(address, {"do": step}).status_code == 302
        batch.refresh_from_db()
        assert batch.state == Import.State.UPLOADED
    assert client.post(address, {"do": "nonsense"}).status_code == 404


def test_a_stopped_import_goes_on_or_is_taken_back(client: Any, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pages.imports import services

    monkeypatch.setattr(services, "ROWS_OF_A_CHUNK", 2)
    address, batch = sent(client, [["Project name"], *([f"Project {number}"] for number in range(5))])
    client.post(address, {"do": "match", "column-0": "name", "policy": "skip"})
    worked(batch)
    client.post(address, {"do": "begin"})
    worked(batch, chunks=1)
    job = batch.job
    assert job is not None
    job_cancel(job, by=admin)
    page = body(client.get(address))
    assert "Try again" in page
    client.post(address, {"do": "undo"})
    assert worked(batch).state == Import.State.UNDONE
    assert not Project.objects.live().exists()


def test_a_file_that_can_not_be_read_is_refused_in_place(client: Any, admin: User) -> None:
    answer = client.post(URL, {})
    assert (answer.status_code, "Choose a file first." in body(answer)) == (422, True)
    answer = client.post(URL, {"file": csv_file([["Project name"]])})
    assert (answer.status_code, "There are no rows below the headings." in body(answer)) == (422, True)
    assert not Import.objects.exists()


def test_nobody_sees_the_import_of_another(client: Any, admin: User) -> None:
    address, _batch = sent(client)
    other = make_user(*all_permissions())
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert client.post(address, {"do": "begin"}).status_code == 404
    assert client.get(f"{address}failures.xlsx").status_code == 404
    assert address not in body(client.get(URL))
    assert not Job.rows.exists()


def test_without_the_right_to_change_nothing_is_offered_to_be_updated(client: Any) -> None:
    client.force_login(make_user("projects.view", "projects.import", "projects.add", language="en"))
    address, _batch = sent(client)
    page = body(client.get(address))
    assert 'value="skip"' in page
    assert 'value="update"' not in page
    assert 'value="ask"' not in page
