"""What the API refuses, and how it says so: always a problem, always in the user's language."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.db import run_outside_companies
from core.resources import Resource
from tenants.companies import lookup
from tenants.companies.models import Licence
from tenants.people.models import Department, User
from tests.core.test_api import JSON, codes, problem
from tests.factories import make, make_administrator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


@pytest.mark.parametrize("address", ["users/", "users/1/", "schema/", "nothing-here/"])
def test_who_is_not_signed_in_learns_nothing(client: Any, address: str) -> None:
    answer = client.get(f"/api/{address}")
    problem(answer, 401, "signed-out")
    assert answer["WWW-Authenticate"].startswith("Session")


def test_without_the_permission_nothing_is_looked_up(client: Any) -> None:
    client.force_login(make_user("departments.view"))
    problem(client.get("/api/users/"), 403, "permission")
    problem(client.get("/api/users/999999/"), 403, "permission")
    problem(client.post("/api/departments/", {"name": "x", "code": "x"}, JSON), 403, "permission")


@pytest.mark.parametrize(
    "address", ["nothing/", "users/abc/", "users", "users/1/nothing/", "users/99999999999999999999/"]
)
def test_an_address_that_is_none_is_told_so(client: Any, admin: User, address: str) -> None:
    problem(client.get(f"/api/{address}"), 404, "missing")


def test_a_method_that_is_not_there_names_those_that_are(client: Any, admin: User) -> None:
    answer = client.post("/api/log/", {}, JSON)
    problem(answer, 405, "method")
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b'"text"',
        b"{",
        b"\xff",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"order": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "list", "number", "text", "broken", "not UTF-8", "NaN", "half a character", "deep", "endless"],
)
def test_a_body_that_is_no_object_is_refused(client: Any, admin: User, body: bytes) -> None:
    answer = client.generic("POST", "/api/departments/", body, JSON)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(client: Any, admin: User) -> None:
    large = b'{"name": "' + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + b'"}'
    problem(client.generic("POST", "/api/departments/", large, JSON), 413, "size")


def test_forms_are_not_taken_for_json(client: Any, admin: User) -> None:
    problem(client.post("/api/departments/", {"name": "x", "code": "y"}), 415, "media-type")


def test_every_value_is_refused_at_its_field(client: Any, admin: User) -> None:
    given = {"name": "", "code": "a b", "kind": "planet", "parent": 99999, "note": "x" * 300, "no": 1, "id": 4}
    assert codes(client.post("/api/departments/", given, JSON)) == {
        "name": ["required"],
        "code": ["invalid"],
        "kind": ["invalid_choice"],
        "parent": ["invalid_choice"],
        "note": ["max_length"],
        "no": ["unknown"],
        "id": ["read_only"],
    }
    assert not Department.objects.exists()


@pytest.mark.parametrize(
    ("resource", "field", "value"),
    [
        ("departments", "name", 5),
        ("departments", "name", ["x"]),
        ("departments", "name", {"a": 1}),
        ("departments", "parent", True),
        ("departments", "parent", {"text": "x"}),
        ("departments", "kind", ["company"]),
        ("users", "is_active", "yes"),
        ("users", "is_active", 1),
        ("roles", "departments", 5),
        ("roles", "departments", [[1]]),
        ("options", "order", True),
        ("options", "order", {}),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(client: Any, admin: User, resource: str, field: str, value: Any) -> None:
    assert codes(client.post(f"/api/{resource}/", {field: value}, JSON))[field] == ["wrong_type"]


def test_a_value_with_a_zero_character_is_refused(client: Any, admin: User) -> None:
    found = codes(client.post("/api/departments/", {"name": "a\0b", "code": "x"}, JSON))
    assert found == {"name": ["null_characters_not_allowed"]}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sort=nothing", "sort"),
        ("sort=-password", "sort"),
        ("page=0", "page"),
        ("page=two", "page"),
        ("page=2", "page"),
        ("page=9999999", "page"),
        ("size=7", "size"),
        ("department=x", "department"),
        ("is_active=maybe", "is_active"),
        ("created_at=soon", "created_at"),
        ("created_at=2026-02-30", "created_at"),
        ("password=x", "password"),
        ("nmae=typo", "nmae"),
        ("department__name=x", "department__name"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(client: Any, admin: User, query: str, parameter: str) -> None:
    body = problem(client.get(f"/api/users/?{query}"), 400, "query")
    assert list(body["errors"]) == [parameter]
    assert body["errors"][parameter][0]["message"]


def test_an_action_without_values_takes_none(client: Any, admin: User) -> None:
    gone = make(User)
    client.delete(f"/api/users/{gone.pk}/")
    assert codes(client.post(f"/api/users/{gone.pk}/restore/", {"why": "x"}, JSON)) == {"why": ["unknown"]}


def test_a_write_needs_the_csrf_token(company: Any) -> None:
    browser = Client(enforce_csrf_checks=True, HTTP_HOST=company.host)
    browser.force_login(make_administrator())
    problem(browser.post("/api/departments/", {"name": "x", "code": "y"}, JSON), 403, "permission")
    browser.cookies[settings.CSRF_COOKIE_NAME] = token = "a" * 32
    answer = browser.post("/api/departments/", {"name": "x", "code": "y"}, JSON, headers={"X-CSRFToken": token})
    assert answer.status_code == 201, answer.content


def test_an_error_that_nobody_foresaw_tells_nothing_of_itself(
    client: Any, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(Resource, "ways", broken)
    client.raise_request_exception = False
    answer = client.get("/api/users/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b"secret" not in answer.content
    assert answer.json()["status"] == 500


@pytest.mark.parametrize(("language", "title"), [("en", "Not found"), ("zh-hans", "未找到")])
def test_problems_speak_the_users_language(client: Any, language: str, title: str) -> None:
    client.force_login(make_administrator(language=language))
    assert problem(client.get("/api/users/999999/"), 404, "missing")["title"] == title


@pytest.mark.parametrize(("state", "method", "status"), [("expired", "post", 403), ("suspended", "get", 403)])
def test_a_licence_that_ran_out_is_told_as_a_problem(
    client: Any, admin: User, company: Any, state: str, method: str, status: int
) -> None:
    run_outside_companies(lambda: Licence.objects.filter(company_id=company.id).update(state=state, valid_until=None))
    run_outside_companies(lookup.forget_companies)
    answer = getattr(client, method)("/api/departments/", {}, JSON)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail", "errors"} <= set(answer.json())
