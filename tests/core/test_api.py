"""REST over every resource: rows, values, versions, the trash. Users and departments stand for all of them."""

import datetime
from typing import Any

import pytest

from core.access import Scope
from core.records.models import LogEntry, Option
from core.records.services import record_update
from core.resources import Resource
from tenants.people.models import Department, User
from tenants.roles.models import Role
from tests.factories import make, make_administrator, make_user

pytestmark = pytest.mark.django_db

JSON = "application/json"
PEOPLE = ("users.view", "users.add", "users.change", "users.delete", "users.restore", "users.purge")


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, after a look at what every problem has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/api/docs/#{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def codes(answer: Any) -> dict[str, list[str]]:
    """{field: codes of its errors} of values that were refused."""
    body = problem(answer, 400, "values")
    assert all(error["message"] for errors in body["errors"].values() for error in errors)
    return {name: [error["code"] for error in errors] for name, errors in body["errors"].items()}


def test_a_list_comes_in_pages_with_links(client: Any, admin: User) -> None:
    for _ in range(12):
        make(Department, kind="department")
    first = client.get("/api/departments/?size=10&kind=department&sort=-code").json()
    assert (first["count"], first["more"], first["previous"], len(first["results"])) == (12, False, None, 10)
    second = client.get(first["next"]).json()
    assert second["next"] is None
    assert second["previous"].startswith("http://alpha.localhost")
    found = [row["code"] for row in first["results"] + second["results"]]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 12


def test_a_row_shows_its_values_in_plain_json(client: Any, admin: User) -> None:
    department = make(Department, name="销售部")
    user = make(User, department=department, language="en")
    body = client.get(f"/api/users/{user.pk}/").json()
    assert body["id"] == user.pk
    assert body["version"] == 1
    assert body["department"] == {"id": department.pk, "text": "销售部"}
    assert body["position"] is None
    assert body["is_active"] is True
    assert (body["language"], body["language_label"]) == ("en", "English")
    assert body["created_at"].endswith("Z")
    assert datetime.datetime.fromisoformat(body["created_at"]) == user.created_at
    assert "password" not in body


def test_a_row_tells_its_version_in_the_etag(client: Any, admin: User) -> None:
    department = make(Department, version=7)
    assert client.get(f"/api/departments/{department.pk}/")["ETag"] == '"7"'


def test_nothing_is_kept_by_caches(client: Any, admin: User) -> None:
    assert client.get("/api/users/")["Cache-Control"] == "no-store"


def test_it_creates_and_logs(client: Any, admin: User) -> None:
    parent = make(Department)
    answer = client.post("/api/departments/", {"name": "市场部", "code": "M1", "parent": parent.pk}, JSON)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert answer["Location"] == f"/api/departments/{body['id']}/"
    assert (body["name"], body["kind"], body["parent"]["id"]) == ("市场部", "department", parent.pk)
    entry = LogEntry.objects.get(resource="departments", record_id=body["id"])
    assert (entry.verb, entry.actor_id) == ("create", admin.pk)


def test_fields_left_out_of_a_new_row_take_their_defaults(client: Any, admin: User) -> None:
    body = client.post("/api/options/", {"kind": "position", "name": "会计"}, JSON).json()
    assert (body["active"], body["order"]) == (True, 0)


def test_several_records_are_sent_as_ids(client: Any, admin: User) -> None:
    one, two = make(Department), make(Department)
    values = {"name": "区域", "code": "R1", "scope": "custom", "departments": [one.pk, {"id": two.pk}]}
    body = client.post("/api/roles/", values, JSON).json()
    assert {each["id"] for each in body["departments"]} == {one.pk, two.pk}


def test_patch_changes_only_what_is_given(client: Any, admin: User) -> None:
    leader = make(User)
    department = make(Department, leader=leader, note="kept")
    answer = client.patch(f"/api/departments/{department.pk}/", {"name": "新名"}, JSON)
    assert answer.status_code == 200, answer.content
    assert answer["ETag"] == '"2"'
    department.refresh_from_db()
    assert (department.name, department.note, department.leader_id) == ("新名", "kept", leader.pk)


def test_put_sets_the_others_back(client: Any, admin: User) -> None:
    option = make(Option, kind="position", order=9, active=False)
    body = client.put(f"/api/options/{option.pk}/", {"kind": "position", "name": "出纳"}, JSON).json()
    assert (body["name"], body["order"], body["active"]) == ("出纳", 0, True)


def test_null_empties_a_field(client: Any, admin: User) -> None:
    department = make(Department, leader=make(User), note="gone")
    client.patch(f"/api/departments/{department.pk}/", {"leader": None, "note": None}, JSON)
    department.refresh_from_db()
    assert (department.leader_id, department.note) == (None, "")


def test_false_is_not_taken_for_left_out(client: Any, admin: User) -> None:
    option = make(Option, kind="position", active=True)
    assert client.patch(f"/api/options/{option.pk}/", {"active": False}, JSON).json()["active"] is False


@pytest.mark.parametrize("header", [False, True])
def test_a_stale_edit_is_refused_with_the_current_values(client: Any, admin: User, header: bool) -> None:
    department = make(Department, name="before")
    record_update(department, {"name": "by another"}, by=admin)
    given: dict[str, Any] = {"name": "mine"} if header else {"name": "mine", "version": 1}
    headers = {"If-Match": '"1"'} if header else {}
    answer = client.patch(f"/api/departments/{department.pk}/", given, JSON, headers=headers)
    body = problem(answer, 409, "stale")
    assert (body["current"]["name"], body["current"]["version"]) == ("by another", 2)
    department.refresh_from_db()
    assert department.name == "by another"


def test_the_version_that_was_read_is_taken(client: Any, admin: User) -> None:
    department = make(Department)
    answer = client.put(f"/api/departments/{department.pk}/", {"name": "n", "code": "c", "version": 1}, JSON)
    assert answer.json()["version"] == 2


def test_an_if_match_that_is_no_version_is_refused(client: Any, admin: User) -> None:
    department = make(Department)
    answer = client.patch(f"/api/departments/{department.pk}/", {"name": "x"}, JSON, headers={"If-Match": "yesterday"})
    problem(answer, 400, "body")


def test_patch_without_a_version_keeps_what_others_store_meanwhile(
    client: Any, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    department = make(Department, note="old")
    form_for = Resource.form_for
    others = iter([{"note": "by another"}])

    def interrupted(self: Resource, *args: Any, **named: Any) -> Any:
        form = form_for(self, *args, **named)
        if named.get("data") is not None and (values := next(others, None)):
            record_update(department, values, by=admin)
        return form

    monkeypatch.setattr(Resource, "form_for", interrupted)
    answer = client.patch(f"/api/departments/{department.pk}/", {"name": "mine"}, JSON)
    assert answer.status_code == 200, answer.content
    department.refresh_from_db()
    assert (department.name, department.note, department.version) == ("mine", "by another", 3)


def test_deleting_goes_through_the_trash(client: Any) -> None:
    client.force_login(make_user(*PEOPLE))
    gone = make(User)
    assert client.delete(f"/api/users/{gone.pk}/").status_code == 204
    problem(client.get(f"/api/users/{gone.pk}/"), 404, "missing")
    assert [row["id"] for row in client.get("/api/users/trash/").json()["results"]] == [gone.pk]
    answer = client.post(f"/api/users/{gone.pk}/restore/", content_type=JSON)
    assert (answer.status_code, answer.json()["id"]) == (200, gone.pk)
    assert answer["ETag"] == f'"{answer.json()["version"]}"'
    client.delete(f"/api/users/{gone.pk}/")
    assert client.post(f"/api/users/{gone.pk}/purge/", content_type=JSON).status_code == 204
    assert client.get("/api/users/trash/").json()["count"] == 0


def test_a_stale_deletion_is_refused(client: Any, admin: User) -> None:
    department = make(Department, version=4)
    answer = client.delete(f"/api/departments/{department.pk}/", headers={"If-Match": '"3"'})
    assert problem(answer, 409, "stale")["current"]["id"] == department.pk


def test_what_others_refer_to_is_not_deleted(client: Any, admin: User) -> None:
    department = make(Department)
    make(User, department=department)
    problem(client.delete(f"/api/departments/{department.pk}/"), 409, "refused")
    assert Department.objects.filter(pk=department.pk).exists()


def test_hidden_fields_are_absent_and_masked_ones_starred(client: Any) -> None:
    rights = {"users.phone": "masked", "users.email": "hidden", "users.department": "masked", "users.name": "read_only"}
    client.force_login(make_user(*PEOPLE, field_rights=rights))
    other = make(User, phone="13812342077", email="a@example.com", department=make(Department, name="销售部"))
    body = client.get(f"/api/users/{other.pk}/").json()
    assert "email" not in body
    assert body["phone"] == "138****2077"
    assert body["department"] == {"id": None, "text": "销**"}
    address = f"/api/users/{other.pk}/"
    assert codes(client.patch(address, {"email": "b@example.com"}, JSON)) == {"email": ["unknown"]}
    assert codes(client.patch(address, {"phone": "13900000000", "name": "x"}, JSON)) == {
        "phone": ["read_only"],
        "name": ["read_only"],
    }
    assert client.patch(address, {"telephone": "010-1"}, JSON).status_code == 200
    other.refresh_from_db()
    assert (other.phone, other.email) == ("13812342077", "a@example.com")


def test_masked_and_hidden_fields_neither_filter_nor_sort(client: Any) -> None:
    client.force_login(make_user("users.view", field_rights={"users.name": "masked", "users.username": "hidden"}))
    body = problem(client.get("/api/users/?name=a&username=b&sort=name"), 400, "query")
    assert set(body["errors"]) == {"name", "username", "sort"}


def test_who_may_see_but_not_change_is_told_so(client: Any) -> None:
    department = make(Department)
    user = make_user("users.view", department=department)
    own = make(Role, permissions=["users.change"], scope=Scope.OWN)
    own.users.add(user)
    client.force_login(user)
    other = make(User)
    problem(client.patch(f"/api/users/{other.pk}/", {"name": "x"}, JSON), 403, "permission")


def test_who_makes_what_they_may_not_see_gets_no_values_back(client: Any) -> None:
    client.force_login(make_user("options.add"))
    # Without the permission to see the module no field of it can be set either.
    assert set(codes(client.post("/api/options/", {"kind": "position", "name": "x"}, JSON))) == {"kind", "name"}
