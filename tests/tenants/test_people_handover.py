"""Users who leave: what they own goes to somebody, is counted and logged."""

import pytest
from django.core.exceptions import ValidationError

from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Run
from core.records.models import LogEntry
from tenants.people.owned import owned_by
from tenants.people.services import user_delete, user_update
from tests.samples.models import Project
from tests.tenants.people import code_of, fresh, make_administrator, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_administrator()


def test_deleting_asks_who_takes_over_and_counts_what_went(boss):
    leaver, heir = make_person("fu.rui"), make_person("fu.rong", department=make_unit("销售部", "10000004"))
    for number in range(3):
        Project.objects.create(name=f"P{number}", owner=leaver, created_by=leaver)
    Project.objects.filter(name="P2").update(deleted_at="2026-01-01T00:00Z")
    with pytest.raises(ValidationError) as raised:
        user_delete(leaver, hand_over_to=None, by=boss)
    assert code_of(raised, "hand_over_to") == "owns_records"
    assert "3" in raised.value.message_dict["hand_over_to"][0]
    user_delete(leaver, hand_over_to=heir, by=boss)
    assert set(Project._base_manager.values_list("owner", "department")) == {(heir.pk, heir.department_id)}
    assert not owned_by(leaver)
    entry = LogEntry.objects.get(verb="hand_over", resource="projects")
    assert entry.changes == {"owner": ["fu.rui", "fu.rong"], "count": [None, 3]}


def test_departments_and_reports_of_a_leaver_go_on_without_a_circle(boss):
    leaver = make_person("head")
    middle = make_person("middle", manager=leaver)
    heir = make_person("heir", manager=middle)
    unit = make_unit("销售部", "10000004", leader=leaver)
    user_delete(leaver, hand_over_to=heir, by=boss)
    unit.refresh_from_db()
    assert unit.leader == heir
    assert fresh(middle).manager == heir
    assert fresh(heir).manager is None


@pytest.mark.parametrize("heir", ["oneself", "barred", "deleted"])
def test_it_hands_over_only_to_a_colleague_who_can_sign_in(boss, heir):
    leaver = make_person("fu.rui")
    to = {"oneself": leaver}.get(heir) or make_person("heir", is_active=False)
    if heir == "deleted":
        user_delete(to, hand_over_to=None, by=boss)
        to = fresh(to)
    with pytest.raises(ValidationError) as raised:
        user_delete(leaver, hand_over_to=to, by=boss)
    assert code_of(raised, "hand_over_to") == "invalid"


def test_records_follow_their_owner_to_another_department(boss):
    sales, finance = make_unit("销售部", "10000004"), make_unit("财务部", "10000005")
    user = make_person("fu.rui", department=sales)
    project = Project.objects.create(name="P", owner=user, created_by=user, department=sales)
    user_update(user, {"department": finance}, by=boss)
    project.refresh_from_db()
    assert project.department == finance


def test_very_many_records_go_piece_by_piece_in_the_background(boss, company, monkeypatch):
    monkeypatch.setattr("tenants.people.owned.AT_ONCE", 2)
    leaver, heir = make_person("fu.rui"), make_person("fu.rong")
    for number in range(5):
        Project.objects.create(name=f"P{number}", owner=leaver, created_by=leaver)
    user_delete(leaver, hand_over_to=heir, by=boss)
    assert not fresh(leaver).is_active
    ordered = Job.rows.get(kind="people.hand_over")
    run = Run(company=company, user=boss, job_id=ordered.pk, attempt=1)
    assert kind_named(ordered.kind).work(run, **ordered.payload) == {"moved": 5}
    assert set(Project._base_manager.values_list("owner", flat=True)) == {heir.pk}
    lines = LogEntry.objects.filter(verb="hand_over", resource="projects")
    assert sum(line.changes["count"][1] for line in lines) == 5
