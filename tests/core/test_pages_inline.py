"""One field is changed in its place: saved, refused, settled with a colleague, taken back."""

import re

import pytest
from django.urls import reverse

from core.access import Scope
from core.records.models import LogEntry
from core.records.services import record_update
from tests.core.page_answers import body
from tests.factories import make, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db

SCRIPT = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def me(client):
    user = make_user("projects.view", "projects.change", scope=Scope.ALL)
    client.force_login(user)
    return user


@pytest.fixture
def project(me):
    return make(Project, owner=me, created_by=me, kind=None, name="Bridge", budget=100, phone="13812342077")


def address(project, field):
    return reverse("projects-field", args=[project.pk, field])


def send(client, project, field, value, version=1, **more):
    return client.post(address(project, field), {field: value, "version": version, **more}, headers=SCRIPT)


def cells(answer):
    """What is shown of each field, by name."""
    tags = "(?:td|dd|h1|span|b)"
    return dict(re.findall(rf'<{tags}[^>]*? data-cell="([^"]+)"[^>]*>(.*?)</{tags}>', body(answer), re.DOTALL))


def undo_of(answer):
    return re.search(r'"undo": "([^"]+)"', answer["HX-Trigger"])[1]


def test_the_answer_shows_the_record_as_it_is_then(client, me, project):
    answer = send(client, project, "name", "Tower")
    assert answer.status_code == 200
    shown = cells(answer)
    assert shown["$name"] == "Tower"
    assert "Tower" in shown["name"]
    assert "100.00" in shown["budget"]
    project.refresh_from_db()
    assert (project.name, project.version) == ("Tower", 2)
    assert project.name_grams == sorted({"to", "ow", "we", "er"})
    assert LogEntry.objects.of("projects", project.pk)[0].changes == {"name": ["Bridge", "Tower"]}


def test_in_a_list_the_answer_is_the_row_with_the_lists_columns(client, me, project):
    answer = send(client, project, "state", "active", list="sort=name&size=10")
    assert body(answer).lstrip().startswith(f'<tr id="row-{project.pk}"')
    assert list(cells(answer)) == ["name", "state", "kind", "budget", "due", "phone", "owner"]
    assert "c-blue" in cells(answer)["state"]


def test_what_does_not_change_is_not_told_or_written(client, me, project):
    answer = send(client, project, "name", "Bridge")
    assert answer.status_code == 200
    assert "HX-Trigger" not in answer
    assert not LogEntry.objects.of("projects", project.pk).exists()


def test_a_refused_value_comes_back_with_its_reason(client, me, project):
    make(Project, owner=me, created_by=me, kind=None, name="Tower")
    for field, value, reason in (("name", "", "必填"), ("name", "Tower", "已有同名"), ("budget", "-1", "不能为负数")):
        answer = send(client, project, field, value)
        assert answer.status_code == 422, field
        assert reason in body(answer)
        assert not value or f'value="{value}"' in body(answer)
    project.refresh_from_db()
    assert (project.name, project.budget, project.version) == ("Bridge", 100, 1)


def test_a_fault_in_another_field_is_told_above_the_control(client, me, project):
    Project.objects.filter(pk=project.pk).update(budget=-5)
    answer = send(client, project, "note", "hello")
    assert answer.status_code == 422
    assert "不能为负数" in body(answer)


def test_a_colleagues_change_of_the_same_field_asks_whose_to_keep(client, me, project):
    record_update(project, {"name": "Tunnel"}, by=me)
    answer = send(client, project, "name", "Tower", version=1)
    assert answer.status_code == 409
    assert "Tunnel" in body(answer)
    assert 'data-clash="2"' in body(answer)
    assert send(client, project, "name", "Tower", version=2).status_code == 200
    project.refresh_from_db()
    assert project.name == "Tower"


def test_a_colleagues_change_of_another_field_is_no_obstacle(client, me, project):
    record_update(project, {"budget": 7}, by=me)
    assert send(client, project, "name", "Tower", version=1).status_code == 200
    project.refresh_from_db()
    assert (project.name, project.budget, project.version) == ("Tower", 7, 3)


def test_the_same_value_from_two_people_is_no_conflict(client, me, project):
    record_update(project, {"name": "Tower"}, by=me)
    assert send(client, project, "name", "Tower", version=1).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Tower"),
        ("state", "done"),
        ("budget", "7"),
        ("due", "2026-05-01"),
        ("urgent", "on"),
        ("owner", None),
        ("members", None),
    ],
)
def test_a_change_is_taken_back(client, me, project, field, value):
    other = make_user()
    before = Project.objects.values(field).filter(pk=project.pk)[0]
    answer = send(client, project, field, value or other.pk)
    assert answer.status_code == 200, body(answer)
    assert Project.objects.values(field).filter(pk=project.pk)[0] != before
    assert client.post(undo_of(answer)).status_code == 204
    assert Project.objects.values(field).filter(pk=project.pk)[0] == before
    assert LogEntry.objects.of("projects", project.pk).count() == 2


def test_what_was_changed_again_since_is_not_taken_back(client, me, project):
    answer = send(client, project, "name", "Tower")
    project.refresh_from_db()
    record_update(project, {"budget": 9}, by=me)
    refused = client.post(undo_of(answer))
    assert refused.status_code == 409
    assert "保持不变" in body(refused)
    project.refresh_from_db()
    assert project.name == "Tower"


def test_nobody_else_takes_it_back(client, me, project):
    url = undo_of(send(client, project, "name", "Tower"))
    client.force_login(make_user("projects.view", "projects.change"))
    assert client.post(url).status_code == 404


@pytest.mark.parametrize("right", ["masked", "hidden", "read_only"])
def test_a_field_that_may_not_be_edited_has_no_control(client, right):
    user = make_user("projects.view", "projects.change", field_rights={"projects.phone": right})
    client.force_login(user)
    project = make(Project, owner=user, created_by=user, kind=None, name="Bridge", phone="13812342077")
    assert client.get(address(project, "phone")).status_code == 404
    assert send(client, project, "phone", "1").status_code == 404
    answer = send(client, project, "name", "Tower")
    assert answer.status_code == 200
    assert ("13812342077" in body(answer)) == (right == "read_only")
    page = body(client.get(f"/projects/{project.pk}/"))
    assert 'data-cell="name" data-field' in page
    assert 'data-cell="phone" data-field' not in page


def test_who_may_not_change_the_record_changes_no_field(client):
    user = make_user("projects.view", scope=Scope.ALL)
    client.force_login(user)
    project = make(Project, owner=user, created_by=user, kind=None)
    assert client.get(address(project, "name")).status_code == 403
    assert send(client, project, "name", "x").status_code == 403
    assert " data-field" not in body(client.get(f"/projects/{project.pk}/"))
    assert " data-field" not in body(client.get("/projects/"))


def test_a_record_out_of_reach_is_not_there(client):
    user = make_user("projects.view", "projects.change", scope=Scope.OWN)
    client.force_login(user)
    other = make_user()
    project = make(Project, owner=other, created_by=other, kind=None)
    assert client.get(address(project, "name")).status_code == 404
    assert send(client, project, "name", "x").status_code == 404


def test_given_away_the_record_is_no_longer_shown(client):
    user = make_user("projects.view", "projects.change", scope=Scope.OWN)
    client.force_login(user)
    project = make(Project, owner=user, created_by=user, kind=None)
    assert send(client, project, "owner", make_user().pk).status_code == 204


def test_columns_keep_their_width_and_stay_frozen_whatever_else_is_arranged(client, me, project):
    url = reverse("projects-columns")
    fetch = {"X-Requested-With": "fetch"}
    assert client.post(url, {"do": "width", "column": "state", "pixels": "180"}, headers=fetch).status_code == 204
    assert client.post(url, {"do": "width", "column": "budget", "pixels": "5"}, headers=fetch).status_code == 204
    client.post(url, {"do": "mine", "columns": ["name", "budget", "state"], "frozen": "2"})
    page = body(client.get("/projects/"))
    assert '<th data-column="state" data-width="180"' in page
    assert '<th data-column="budget" data-width="60" class="stick' in page
    client.post(url, {"do": "mine", "columns": ["name", "state"]})
    assert '<th data-column="state" data-width="180" class="stick' in body(client.get("/projects/"))
    client.post(url, {"do": "width", "column": "state"})
    assert '<th data-column="state" class="stick' in body(client.get("/projects/"))
    client.post(url, {"do": "reset"})
    assert "data-width" not in body(client.get("/projects/"))
    assert client.post(url, {"do": "width", "column": "no_such", "pixels": "9"}).status_code == 404
