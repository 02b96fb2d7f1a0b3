"""Files of a record: what is taken, what is refused, and how they are served."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.records.models import Attachment, LogEntry
from tenants.people.models import User
from tests.core.page_answers import body
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


@pytest.fixture
def project(admin: User) -> Project:
    """A project of the administrator's."""
    return make(Project, owner=admin)


def picture() -> bytes:
    """A small PNG."""
    encoded = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(encoded, "PNG")
    return encoded.getvalue()


def send(client: Any, project: Project, *files: tuple[str, bytes], **more: Any) -> Any:
    """Upload files; the answer."""
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"/projects/{project.pk}/files/", {"file": uploads}, **more)


def test_a_file_is_stored_listed_and_comes_back(client: Any, project: Project, company: Any) -> None:
    answer = send(client, project, ("报价 单.txt", "你好".encode()))
    assert answer["Location"] == f"/projects/{project.pk}/?panel=files"
    attachment = Attachment.objects.get()
    assert str(attachment.file).startswith(f"{company.uuid}/attachments/")
    assert "报价" not in str(attachment.file)
    assert "报价 单.txt" in body(client.get(answer["Location"]))
    got = client.get(f"/projects/{project.pk}/files/{attachment.pk}/")
    assert b"".join(got.streaming_content) == "你好".encode()
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in got["Cache-Control"]
    assert LogEntry.objects.get().verb == "attach"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("notes.txt", b"<html><script>alert(1)</script></html>"),
        ("photo.png", b"<svg onload='alert(1)'/>"),
        ("photo.jpg", b"%PDF-1.4 not a picture"),
        ("script.js", b"alert(1)"),
        ("setup.exe", b"MZ\x90\x00"),
        ("noextension", b"hello"),
        ("empty.txt", b""),
        ("picture.png.html", b"<b>"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(client: Any, project: Project, name: str, content: bytes) -> None:
    answer = send(client, project, (name, content))
    assert answer.status_code == 422
    assert "attn-danger" in body(answer)
    assert not Attachment.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_file_that_is_too_large_is_refused(client: Any, project: Project, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 10
    answer = send(client, project, ("big.txt", b"x" * 11))
    assert answer.status_code == 422
    assert "big.txt" in body(answer)
    assert not Attachment.objects.exists()


def test_of_several_files_the_good_ones_stay_and_the_others_are_named(client: Any, project: Project) -> None:
    answer = send(client, project, ("good.txt", b"fine"), ("bad.html", b"<p>"))
    assert answer.status_code == 422
    assert [attachment.name for attachment in Attachment.objects.all()] == ["good.txt"]
    assert "good.txt" in body(answer)


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ('a"; filename="evil.exe".txt', None),
        ("line\r\nX-Injected: 1.txt", None),
        ("\u202egnp.txt", None),
        ("x" * 400 + ".txt", None),
        (".txt", None),
    ],
)
def test_a_hostile_name_is_made_harmless(client: Any, project: Project, hostile: str, kept: str | None) -> None:
    answer = send(client, project, (hostile, b"text"))
    if answer.status_code == 422:
        assert not Attachment.objects.exists()
        return
    attachment = Attachment.objects.get()
    assert kept is None or attachment.name == kept
    assert len(attachment.name) <= 120
    assert not set(attachment.name) & set('\r\n"/\\\u202e')
    got = client.get(f"/projects/{project.pk}/files/{attachment.pk}/")
    assert "X-Injected" not in got.headers
    assert got["Content-Disposition"].startswith("attachment")
    assert b"".join(got.streaming_content) == b"text"


def test_pictures_may_be_looked_at_and_nothing_else(client: Any, project: Project) -> None:
    send(client, project, ("photo.png", picture()), ("notes.txt", b"text"))
    photo, notes = Attachment.objects.order_by("name").last(), Attachment.objects.order_by("name").first()
    assert photo is not None
    assert notes is not None
    shown = client.get(f"/projects/{project.pk}/files/{photo.pk}/?preview=1")
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Type"] == "image/png"
    text = client.get(f"/projects/{project.pk}/files/{notes.pk}/?preview=1")
    assert text["Content-Disposition"].startswith("attachment")
    assert b"".join(shown.streaming_content) == picture()
    assert b"".join(text.streaming_content) == b"text"


def test_a_file_is_read_by_who_sees_the_record_and_changed_by_who_may_change_it(client: Any, project: Project) -> None:
    send(client, project, ("notes.txt", b"text"))
    attachment = Attachment.objects.get()
    url = f"/projects/{project.pk}/files/{attachment.pk}/"
    reader = make_user("projects.view")
    client.force_login(reader)
    got = client.get(url)
    assert b"".join(got.streaming_content) == b"text"
    assert "data-upload" not in body(client.get(f"/projects/{project.pk}/?panel=files"))
    assert send(client, project, ("more.txt", b"text")).status_code == 403
    assert client.post(f"{url}remove/").status_code == 403
    client.force_login(make_user("projects.view", "projects.change", scope="own"))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}remove/").status_code == 404
    client.force_login(make_user("users.view"))
    assert client.get(url).status_code == 403
    client.cookies.clear()
    assert client.get(url).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_file_of_another_record_is_not_found_under_this_one(client: Any, project: Project, admin: User) -> None:
    send(client, project, ("notes.txt", b"text"))
    attachment = Attachment.objects.get()
    other = make(Project, owner=admin)
    assert client.get(f"/projects/{other.pk}/files/{attachment.pk}/").status_code == 404
    assert client.post(f"/projects/{other.pk}/files/{attachment.pk}/remove/").status_code == 404
    assert Attachment.objects.count() == 1


def test_removing_takes_the_stored_file_too(
    client: Any, project: Project, django_capture_on_commit_callbacks: Any
) -> None:
    send(client, project, ("notes.txt", b"text"))
    attachment = Attachment.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/projects/{project.pk}/files/{attachment.pk}/remove/")
    assert not Attachment.objects.exists()
    assert not default_storage.exists(str(attachment.file))
    assert [entry.verb for entry in LogEntry.objects.order_by("pk")] == ["attach", "detach"]


def test_a_file_whose_content_is_gone_is_not_found(client: Any, project: Project) -> None:
    send(client, project, ("notes.txt", b"text"))
    attachment = Attachment.objects.get()
    default_storage.delete(str(attachment.file))
    assert client.get(f"/projects/{project.pk}/files/{attachment.pk}/").status_code == 404


def test_choosing_no_file_is_told(client: Any, project: Project) -> None:
    answer = client.post(f"/projects/{project.pk}/files/", {})
    assert answer.status_code == 422


def test_a_module_without_files_has_no_address_for_them(client: Any, admin: User) -> None:
    assert client.post(f"/users/{admin.pk}/files/").status_code == 404


def test_htmx_gets_the_panel_with_the_errors(client: Any, project: Project) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#record-body"}
    answer = send(client, project, ("bad.html", b"<p>"), headers=headers)
    assert answer.status_code == 422
    assert b"<html" not in answer.content
    assert 'id="record-body"' in body(answer)


def test_stored_files_lie_in_the_test_s_own_folder(client: Any, project: Project) -> None:
    send(client, project, ("notes.txt", b"text"))
    assert str(settings.DATA) in Attachment.objects.get().file.path
