"""REST on projects: actions, attachments, collaborators, every kind of value."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from core.access import Scope
from core.access.models import Collaborator
from core.records.models import Attachment, LogEntry
from tenants.people.models import User
from tests.core.test_api import JSON, codes, problem
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def text_file(name: str = "offer.txt", content: bytes = b"an offer") -> SimpleUploadedFile:
    """An upload."""
    return SimpleUploadedFile(name, content)


def test_each_kind_of_value_comes_and_goes_in_its_own_form(client: Any, admin: User) -> None:
    member = make(User)
    given = {
        "name": "官网改版",
        "state": "active",
        "budget": "1234.50",
        "due": "2026-12-31",
        "starts_at": "2026-05-01T08:00:00+08:00",
        "urgent": True,
        "owner": admin.pk,
        "website": "https://example.com",
        "members": [member.pk],
    }
    answer = client.post("/api/projects/", given, JSON)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["budget"] == "1234.50"
    assert body["due"] == "2026-12-31"
    assert body["starts_at"] == "2026-05-01T00:00:00Z"
    assert body["urgent"] is True
    assert body["state"] == "active"
    assert body["members"] == [{"id": member.pk, "text": str(member)}]
    assert client.get(answer["Location"]).json() == body
    stored: Any = Project.objects.get(pk=body["id"])
    assert (stored.budget, stored.due) == (Decimal("1234.50"), datetime.date(2026, 12, 31))


@pytest.mark.parametrize("number", ["0.1", "123456789.01", "1e2", "-0"])
def test_numbers_are_taken_as_they_were_written(client: Any, admin: User, number: str) -> None:
    project = make(Project, by=admin)
    body = f'{{"budget": {number}}}'.encode()
    answer = client.generic("PATCH", f"/api/projects/{project.pk}/", body, JSON)
    assert answer.status_code == 200, answer.content
    project.refresh_from_db()
    assert project.budget == Decimal(number)


def test_what_the_model_refuses_stands_at_its_field(client: Any, admin: User) -> None:
    assert codes(client.post("/api/projects/", {"name": "x", "budget": "-1"}, JSON)) == {"budget": ["negative"]}


def test_an_action_answers_with_the_row(client: Any, admin: User) -> None:
    project = make(Project, by=admin, state="active")
    answer = client.post(f"/api/projects/{project.pk}/finish/", {}, JSON)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    assert LogEntry.objects.filter(verb="finish", record_id=project.pk).exists()


def test_an_action_takes_its_values(client: Any, admin: User) -> None:
    project = make(Project, by=admin)
    address = f"/api/projects/{project.pk}/remark/"
    assert codes(client.post(address, {}, JSON)) == {"note": ["required"]}
    assert codes(client.post(address, {"note": "x" * 201, "why": 1}, JSON)) == {
        "note": ["max_length"],
        "why": ["unknown"],
    }
    assert client.post(address, {"note": "seen"}, JSON).json()["note"] == "seen"


def test_an_action_that_is_refused_says_why(client: Any, admin: User) -> None:
    project = make(Project, by=admin, state="active", urgent=True)
    body = problem(client.post(f"/api/projects/{project.pk}/finish/", {}, JSON), 409, "refused")
    assert body["detail"] == "urgent projects are never finished"
    problem(client.post(f"/api/projects/{make(Project, by=admin).pk}/finish/", {}, JSON), 409, "refused")


def test_an_action_takes_a_permission_of_its_own(client: Any) -> None:
    user = make_user("projects.view", "projects.change")
    client.force_login(user)
    project = make(Project, by=user, state="active")
    problem(client.post(f"/api/projects/{project.pk}/finish/", {}, JSON), 403, "permission")


def test_files_are_listed_sent_fetched_and_removed(client: Any, admin: User) -> None:
    project = make(Project, by=admin)
    address = f"/api/projects/{project.pk}/attachments/"
    answer = client.post(address, {"file": text_file("报价 单.txt")})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["name"], body["content_type"], body["size"]) == ("报价 单.txt", "text/plain", 8)
    assert body["uploaded_by"]["id"] == admin.pk
    assert answer["Location"] == body["url"]
    assert client.get(address).json() == [body]
    content = client.get(body["url"])
    assert b"".join(content.streaming_content) == b"an offer"
    assert content["Content-Disposition"].startswith("attachment;")
    assert content["X-Content-Type-Options"] == "nosniff"
    stored = Attachment.objects.get(pk=body["id"])
    assert client.delete(body["url"]).status_code == 204
    problem(client.get(body["url"]), 404, "missing")
    assert not Attachment.objects.filter(pk=stored.pk).exists()


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (text_file("page.html", b"<html>"), "wrong_type"),
        (text_file("drawing.svg", b"<svg/>"), "wrong_type"),
        (text_file("picture.png", b"no picture"), "wrong_content"),
        (text_file("note.txt", b"<script>alert(1)</script>"), "wrong_content"),
        (text_file("empty.txt", b""), "empty"),
    ],
)
def test_a_file_that_is_not_accepted_is_refused_at_its_field(
    client: Any, admin: User, upload: SimpleUploadedFile, code: str
) -> None:
    project = make(Project, by=admin)
    upload.seek(0)
    assert codes(client.post(f"/api/projects/{project.pk}/attachments/", {"file": upload})) == {"file": [code]}
    assert not Attachment.objects.exists()


def test_a_missing_or_endless_file_is_refused(client: Any, admin: User) -> None:
    project = make(Project, by=admin)
    address = f"/api/projects/{project.pk}/attachments/"
    assert codes(client.post(address, {"file": "no file"})) == {"file": ["required"]}
    problem(client.post(address, {"file": "x"}, JSON), 415, "media-type")
    length = str(settings.ATTACHMENT_MAX_BYTES * 2)
    problem(client.post(address, {"file": text_file()}, CONTENT_LENGTH=length), 413, "size")


def test_a_hostile_file_name_is_only_a_name(client: Any, admin: User, company: Any) -> None:
    project = make(Project, by=admin)
    upload = text_file("..\\..\\etc\\passwd\u202e\x07.txt")
    body = client.post(f"/api/projects/{project.pk}/attachments/", {"file": upload}).json()
    assert not set(body["name"]) & set("\\/\x07\u202e")
    stored: Any = Attachment.objects.get(pk=body["id"])
    assert stored.file.name.startswith(f"{company.uuid}/attachments/")
    assert default_storage.exists(stored.file.name)
    answer = client.get(body["url"])
    assert b"".join(answer.streaming_content) == b"an offer"
    assert "\u202e" not in answer["Content-Disposition"]


def test_collaborators_see_and_change_what_was_shared_with_them(client: Any) -> None:
    reader = make_user("projects.view", "projects.change", scope=Scope.OWN)
    project = make(Project, by=make(User))
    client.force_login(reader)
    address = f"/api/projects/{project.pk}/"
    problem(client.get(address), 404, "missing")
    share = make(Collaborator, resource="projects", record_id=project.pk, user=reader)
    assert client.get(address).status_code == 200
    problem(client.patch(address, {"name": "mine"}, JSON), 403, "permission")
    share.level = Collaborator.Level.EDIT
    share.save()
    assert client.patch(address, {"name": "mine"}, JSON).json()["name"] == "mine"


def test_who_sees_the_parent_sees_what_hangs_on_it(client: Any) -> None:
    user = make_user("projects.view", "milestones.view", scope=Scope.OWN)
    mine = make(Project, by=user)
    shown = make(Milestone, project=mine, by=make(User))
    hidden = make(Milestone, by=make(User))
    client.force_login(user)
    found = {row["id"] for row in client.get("/api/milestones/").json()["results"]}
    assert found == {shown.pk}
    problem(client.get(f"/api/milestones/{hidden.pk}/"), 404, "missing")


def test_a_row_that_is_chosen_must_be_one_that_is_offered(client: Any) -> None:
    user = make_user("projects.view", "milestones.view", "milestones.add", scope=Scope.OWN)
    client.force_login(user)
    theirs = make(Project, by=make(User))
    given = {"title": "x", "project": theirs.pk, "owner": user.pk}
    assert codes(client.post("/api/milestones/", given, JSON)) == {"project": ["invalid_choice"]}
