"""The verbs of records, the log they leave, and who sees a row by its parent or as a collaborator."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.access import Scope
from core.access.models import Collaborator
from core.records import services
from core.records.acting import Acting, acting_as
from core.records.attachments import attachment_add, attachment_remove, attachments_of
from core.records.models import LogEntry
from tenants.people.models import Department, User
from tests.factories import make, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_user("projects.view", "projects.change", "milestones.view", "milestones.change", scope=Scope.OWN)


def lines(record):
    return LogEntry.objects.filter(record_id=record.pk).order_by("pk")


def test_a_new_record_belongs_to_its_maker_and_that_users_department():
    sales = make(Department)
    maker = make_user("projects.add", department=sales)
    project = services.record_create(Project(), {"name": "A", "members": [maker]}, by=maker)
    assert (project.owner_id, project.created_by_id, project.department_id) == (maker.pk, maker.pk, sales.pk)
    assert list(project.members.all()) == [maker]


def test_creating_and_changing_leave_one_line_each_with_what_changed(me):
    with acting_as(Acting(address="192.0.2.7", impersonator_id=me.pk + 1)):
        project = services.record_create(Project(), {"name": "A"}, by=me)
        services.record_update(project, {"name": "B", "urgent": False}, by=me)
    created, changed = lines(project)
    assert (created.verb, created.actor_id, created.address, created.impersonator_id) == (
        "create",
        me.pk,
        "192.0.2.7",
        me.pk + 1,
    )
    assert (changed.verb, changed.changes) == ("change", {"name": ["A", "B"]})


def test_a_change_that_changes_nothing_leaves_no_line_and_no_version(me):
    project = services.record_create(Project(), {"name": "A"}, by=me)
    services.record_update(project, {"name": "A"}, by=me)
    project.refresh_from_db()
    assert (lines(project).count(), project.version) == (1, 1)


def test_a_stale_edit_is_refused_and_changes_nothing(me):
    project = services.record_create(Project(), {"name": "A"}, by=me)
    services.record_update(project, {"name": "B"}, by=me, version=1)
    with pytest.raises(services.StaleRecord) as refused:
        services.record_update(project, {"name": "C"}, by=me, version=1)
    assert refused.value.current.name == "B"
    project.refresh_from_db()
    assert (project.name, lines(project).count()) == ("B", 2)


def test_a_new_owner_takes_the_record_to_their_department(me):
    project = services.record_create(Project(), {"name": "A"}, by=me)
    other = make_user(department=make(Department))
    services.record_update(project, {"owner": other}, by=me)
    project.refresh_from_db()
    assert project.department_id == other.department_id


def test_what_lies_in_the_trash_is_seen_for_restoring_only(me):
    project = services.record_create(Project(), {"name": "A"}, by=me)
    me.roles.update(permissions=["projects.view", "projects.restore"])
    services.record_delete(project, by=me)
    fresh = User.objects.get(pk=me.pk)
    assert not Project.objects.visible_to(fresh).exists()
    assert list(Project.objects.visible_to(fresh, "restore")) == [project]
    services.record_restore(project, by=me)
    assert list(Project.objects.visible_to(fresh)) == [project]
    assert [line.verb for line in lines(project)] == ["create", "delete", "restore"]


def test_who_sees_the_parent_sees_what_hangs_on_it(me):
    other = make_user("projects.view")
    mine = services.record_create(Project(), {"name": "mine"}, by=me)
    foreign = services.record_create(Project(), {"name": "foreign"}, by=other)
    under_mine = make(Milestone, project=mine, owner=other, created_by=other)
    under_foreign = make(Milestone, project=foreign, owner=other, created_by=other)
    own = make(Milestone, project=foreign, owner=me, created_by=me)
    assert set(Milestone.objects.visible_to(me)) == {under_mine, own}
    assert under_foreign not in Milestone.objects.visible_to(me)


def test_the_parent_gives_rows_but_not_the_permission(me):
    mine = services.record_create(Project(), {"name": "mine"}, by=me)
    make(Milestone, project=mine, owner=me, created_by=me)
    me.roles.update(permissions=["projects.view"])
    assert not Milestone.objects.visible_to(User.objects.get(pk=me.pk)).exists()


def test_a_collaborator_reads_or_edits_the_row_shared_and_no_other(me):
    other = make_user("projects.view")
    shared = services.record_create(Project(), {"name": "shared"}, by=other)
    services.record_create(Project(), {"name": "kept"}, by=other)
    share = Collaborator.objects.create(resource="projects", record_id=shared.pk, user=me, level="read")
    assert list(Project.objects.visible_to(me)) == [shared]
    assert not Project.objects.visible_to(me, "change").exists()
    share.level = "edit"
    share.save()
    assert list(Project.objects.visible_to(me, "change")) == [shared]


def test_scope_parent_and_sharing_are_asked_for_one_by_one():
    """An OR across them reads every row: measured at four times the time on two million."""
    me = make_user("milestones.view", "projects.view", scope=Scope.OWN)
    ways = [str(way.query) for way in Milestone.objects.ways_visible_to(me)]
    assert len(ways) > 1
    assert not [way for way in ways if " OR " in way]


def test_a_file_is_stored_under_the_company_and_logged(me, company):
    project = services.record_create(Project(), {"name": "A"}, by=me)
    upload = SimpleUploadedFile("../../報告\u202e.TXT", b"plain text")
    attachment = attachment_add(project, upload, by=me)
    assert attachment.file.name.startswith(f"{company.uuid}/attachments/")
    assert attachment.name == "報告_.TXT"
    assert attachment.content_type == "text/plain"
    attachment_remove(project, attachment, by=me)
    assert not attachments_of(project).exists()
    assert [line.verb for line in lines(project)] == ["create", "attach", "detach"]


def test_a_row_that_was_read_is_as_django_makes_it(django_assert_num_queries):
    made = make(Project, name="A")
    whole = Project.objects.get(pk=made.pk)
    assert (whole._state.adding, whole._state.db) == (False, "default")
    django_way = {field.attname: getattr(made, field.attname) for field in Project._meta.concrete_fields}
    assert {name: value for name, value in vars(whole).items() if name != "_state"} == django_way
    lean = Project.objects.only("name").get(pk=made.pk)
    assert lean.get_deferred_fields() == set(django_way) - {"id", "name"}
    with django_assert_num_queries(1):
        assert lean.version == 1
    whole.name = "B"
    with django_assert_num_queries(1):
        whole.save(update_fields=["name"])


def test_many_at_once_are_stored_as_one_by_one_in_as_few_steps_as_two(me, django_assert_num_queries):
    others = [make(User) for _number in range(3)]
    rows = [{"name": f"A{number}", "members": others[: number % 4]} for number in range(40)]
    with CaptureQueriesContext(connection) as two:
        services.records_create(Project, [{**row, "name": f"B{row['name']}"} for row in rows[2:4]], by=me)
    with django_assert_num_queries(len(two)):
        many = services.records_create(Project, rows, by=me)
    single = services.record_create(Project(), {**rows[3], "name": "C3"}, by=me)
    assert [set(project.members.all()) for project in many] == [set(row["members"]) for row in rows]
    assert lines(many[3]).get().changes == {**lines(single).get().changes, "name": [None, "A3"]}


def test_many_change_as_one_by_one_does(me):
    sales = make(Department)
    heir = make(User, department=sales)
    several = services.records_create(Project, [{"name": f"项目{number}"} for number in range(3)], by=me)
    wanted = {several[0].pk: {"name": "云岭", "owner": heir}, several[1].pk: {"name": "项目1"}}
    services.records_update(Project, wanted, by=me)
    first, second, third = (Project.objects.get(pk=project.pk) for project in several)
    assert (first.name, first.owner, first.department, first.version) == ("云岭", heir, sales, 2)
    assert [line.verb for line in lines(first)] == ["create", "change"]
    assert lines(first).last().changes == {"name": ["项目0", "云岭"], "owner": [str(me), str(heir)]}
    for unchanged in (second, third):
        assert (unchanged.version, [line.verb for line in lines(unchanged)]) == (1, ["create"])
