"""Import: rows of a file become records, with the form's own checks and the user's own rights."""

from __future__ import annotations

import datetime
import gc
import weakref
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from core.access import Scope
from core.access.models import Collaborator
from core.pages.imports import services
from core.pages.imports.duplicates import Duplicates
from core.pages.imports.models import Import, Policy
from core.pages.models import ListSettings
from core.records.attachments import attachment_add
from core.records.collaborators import collaborator_add
from core.records.models import LogEntry, Option
from core.resources.registry import all_permissions, resources
from core.resources.row_forms import RowForms
from tenants.people.models import Department, User
from tests.core.imports import checked, csv_file, errors, failed, findings, fresh, imported, undone, worked
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

NAMES = ["Project name", "State", "Kind of project", "Budget", "Due on", "Urgent", "Owner", "Project members"]


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def admin() -> User:
    return make_administrator(name="秦晨", username="qin.chen", language="en")


def projects() -> dict[str, Project]:
    return {project.name: project for project in Project.objects.all()}


class TestValues:
    """What cells say."""

    def test_a_row_with_everything_becomes_a_record(self, admin: User) -> None:
        kind = make(Option, kind="sample_kind", name="外包")
        other = make(User, name="符睿", username="fu.rui", department=make(Department, name="业务部"))
        row = ["新项目", "Running", kind.name, "￥1,234.50元", "2026年5月4日", "是", "符睿", "qin.chen、符睿"]
        batch = imported("projects", admin, [NAMES, row])
        assert batch.counts == {"created": 1}
        made = projects()["新项目"]
        assert (made.state, made.kind, made.budget, made.due) == (
            "active",
            kind,
            Decimal("1234.50"),
            datetime.date(2026, 5, 4),
        )
        assert made.urgent
        assert (made.owner, made.created_by, made.department) == (other, admin, other.department)
        assert set(made.members.all()) == {admin, other}
        line = LogEntry.objects.of("projects", made.pk).get()
        assert (line.verb, line.actor_id, line.changes["name"]) == ("create", admin.pk, [None, "新项目"])

    @pytest.mark.parametrize(
        "text",
        ["2026-05-04", "2026/5/4", "2026.5.4", "20260504", "2026年5月4日", "46146", "2026-05-04 13:30", "２０２６-5-4"],
    )
    def test_a_day_is_read_in_every_spelling(self, admin: User, text: str) -> None:
        imported("projects", admin, [["Project name", "Due on"], ["One", text]])
        assert projects()["One"].due == datetime.date(2026, 5, 4)

    @pytest.mark.parametrize(
        "text", ["2026-05-04 09:30", "2026/5/4 9:30:00", "46146.395833333336", "2026年5月4日 9时30分"]
    )
    def test_a_moment_is_read_in_every_spelling(self, admin: User, text: str) -> None:
        imported("projects", admin, [["Project name", "Starts at"], ["One", text]])
        found = projects()["One"].starts_at
        assert found is not None
        assert timezone.localtime(found).replace(tzinfo=None) == datetime.datetime(2026, 5, 4, 9, 30)  # noqa: DTZ001

    @pytest.mark.parametrize("text", ["2026-02-30", "tomorrow", "99999999", "1,2,3"])
    def test_what_is_no_day_is_refused_at_its_cell(self, admin: User, text: str) -> None:
        assert set(errors(checked("projects", admin, [["Project name", "Due on"], ["One", text]]))[2]) == {"due"}

    @pytest.mark.parametrize(("text", "value"), [("是", True), ("yes", True), ("√", True), ("否", False), ("0", False)])
    def test_yes_and_no_are_read_in_both_languages(self, admin: User, text: str, value: bool) -> None:
        imported("projects", admin, [["Project name", "Urgent"], ["One", text]])
        assert projects()["One"].urgent is value

    def test_a_choice_is_found_by_its_label_in_either_language(self, admin: User) -> None:
        with translation.override("zh-hans"):
            label = str(Project.State.DONE.label)
        imported(
            "projects", admin, [["Project name", "State"], ["A", label], ["B", "finished"], ["C", "done"], ["D", ""]]
        )
        assert [projects()[name].state for name in "ABCD"] == ["done", "done", "done", "planned"]

    def test_a_name_that_several_have_is_refused_at_its_cell(self, admin: User) -> None:
        for number in range(2):
            make(User, name="王伟", username=f"wang{number}")
        batch = checked(
            "projects", admin, [["Project name", "Owner"], ["One", "王伟"], ["Two", "wang1"], ["Three", "无人"]]
        )
        assert errors(batch).keys() == {2, 4}
        assert "2 records are called “王伟”" in errors(batch)[2]["owner"][0]

    def test_the_key_of_a_record_is_no_name(self, admin: User) -> None:
        batch = checked("projects", admin, [["Project name", "Owner"], ["One", str(admin.pk)], ["Two", "秦晨"]])
        assert errors(batch).keys() == {2}

    def test_a_phone_is_stored_in_one_form(self, admin: User) -> None:
        head = ["Login name", "Full name", "Mobile phone", "Password"]
        imported("users", admin, [head, ["li.si", "李四", "+86 186 6509 1989", "Kx7-nine-fish"]])
        assert User.objects.get_queryset().get(username="li.si").phone == "18665091989"

    def test_the_form_refuses_what_it_refuses_on_the_page(self, admin: User) -> None:
        batch = checked("projects", admin, [["Project name", "Budget", "Website"], ["", "-1", "javascript:x"]])
        form = resources["projects"].form_for(admin, None, {"name": "", "budget": "-1", "website": "javascript:x"})
        of_form = {name: list(map(str, found)) for name, found in form.errors.items() if name not in {"state", "owner"}}
        assert errors(batch)[2] == of_form
        assert of_form.keys() == {"name", "budget", "website"}


class TestRights:
    """What a user's roles allow."""

    def test_records_out_of_sight_are_not_found_by_name(self) -> None:
        me = make_user(*all_permissions(), scope=Scope.OWN, department=make(Department), language="en")
        make(Project, name="Theirs", owner=make(User))
        make(Project, name="Mine", owner=me)
        batch = checked("projects", me, [["Project name"], ["x"]])
        assert batch.counts["good"] == 1
        from core.pages.imports.references import References

        found = References(resources["projects"].offered(me), me)
        assert found.key("Mine").strip().isdigit()
        assert found.key("Theirs") == "Theirs"

    def test_a_field_that_may_not_be_edited_is_no_column(self) -> None:
        me = make_user(*all_permissions(), field_rights={"projects.budget": "read_only"}, language="en")
        batch = services.import_upload(
            resources["projects"], csv_file([["Project name", "Budget"], ["One", "5"]]), by=me
        )
        assert batch.columns == {0: "name"}

    def test_rights_are_those_of_the_moment_it_runs(self, admin: User) -> None:
        me = make_user(*all_permissions(), language="en")
        batch = checked("projects", me, [["Project name"], ["One"]])
        role = me.roles.get()
        role.permissions = sorted(all_permissions() - {"projects.add"})
        role.save()
        services.import_begin(batch, {}, by=me)
        assert worked(batch).counts == {"failed": 1}
        assert not projects()

    def test_only_ones_own_records_are_updated(self) -> None:
        me = make_user(*all_permissions(), scope=Scope.OWN, department=make(Department), language="en")
        make(Project, name="Theirs", note="before", owner=make(User))
        make(Project, name="Mine", note="before", owner=me)
        rows = [["Project name", "Remarks"], ["Theirs", "after"], ["Mine", "after"]]
        batch = imported("projects", me, rows, policy=Policy.UPDATE)
        assert batch.counts == {"failed": 1, "updated": 1}
        assert (projects()["Theirs"].note, projects()["Mine"].note) == ("before", "after")

    def test_users_take_seats_and_no_more(self, admin: User) -> None:
        seats = 10
        head = ["Login name", "Full name", "Password"]
        rows = [[f"user{number}", f"User {number}", "Kx7-nine-fish"] for number in range(seats + 3)]
        batch = imported("users", admin, [head, *rows])
        assert batch.counts["created"] == seats - 1
        assert User.objects.get_queryset().with_seat().count() == seats
        assert set(failed(batch)[len(rows) + 1]) == {"is_active"}

    def test_passwords_are_not_kept(self, admin: User) -> None:
        head = ["Login name", "Full name", "Password"]
        batch = imported("users", admin, [head, ["li.si", "李四", "Kx7-nine-fish"], ["", "x", "Kx7-other-fish"]])
        assert User.objects.get_queryset().get(username="li.si").check_password("Kx7-nine-fish")
        assert "fish" not in str(list(batch.chunks().values()))
        assert "fish" not in str(list(LogEntry.objects.values()))


class TestDuplicates:
    """Rows that are there already."""

    ROWS = (["Project name", "Remarks"], ["Old", "after"], ["New", "x"])

    def test_they_are_left_out(self, admin: User) -> None:
        make(Project, name="Old", note="before")
        batch = imported("projects", admin, self.ROWS)
        assert batch.counts == {"skipped": 1, "created": 1}
        assert projects()["Old"].note == "before"

    def test_they_are_updated_and_empty_cells_change_nothing(self, admin: User) -> None:
        make(Project, name="Old", note="before", budget=5)
        rows = [["Project name", "Remarks", "Budget"], ["Old", "after", ""], ["New", "x", ""]]
        batch = imported("projects", admin, rows, policy=Policy.UPDATE)
        assert batch.counts == {"updated": 1, "created": 1}
        old = projects()["Old"]
        assert (old.note, old.budget, old.version) == ("after", Decimal(5), 2)

    def test_an_update_needs_no_required_columns(self, admin: User) -> None:
        make(User, username="fu.rui", name="符睿", telephone="1")
        batch = imported("users", admin, [["Login name", "Telephone"], ["FU.RUI", "2"]], policy=Policy.UPDATE)
        assert batch.counts == {"updated": 1}
        assert User.objects.get_queryset().get(username="FU.RUI").telephone == "2"

    def test_created_all_the_same_they_are_refused_where_the_form_refuses_them(self, admin: User) -> None:
        make(Project, name="Old")
        batch = checked("projects", admin, self.ROWS, policy=Policy.CREATE)
        message = "There is a project of this name already."
        assert errors(batch) == {2: {"": [message]}}
        services.import_begin(batch, {}, by=admin)
        assert failed(worked(batch)) == {2: {"": [message]}}

    def test_each_is_asked_about(self, admin: User) -> None:
        for name in ("Old", "Older"):
            make(Project, name=name, note="before")
        rows = [*self.ROWS, ["Older", "after"]]
        batch = imported("projects", admin, rows, policy=Policy.ASK, decisions={"2": "update"})
        assert batch.counts == {"updated": 1, "created": 1, "skipped": 1}
        assert (projects()["Old"].note, projects()["Older"].note) == ("after", "before")

    def test_a_row_may_be_the_same_as_one_above_it(self, admin: User) -> None:
        rows = [["Project name", "Remarks"], ["One", "first"], ["Two", ""], ["One", "second"]]
        batch = checked("projects", admin, rows)
        assert findings(batch) == {4: {"above": 2}}
        services.import_begin(batch, {}, by=admin)
        assert worked(batch).counts == {"created": 2, "skipped": 1}
        assert imported("projects", admin, rows, policy=Policy.UPDATE).counts == {"updated": 1, "skipped": 2}
        assert projects()["One"].note == "second"

    def test_a_module_may_know_more_about_what_is_the_same(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        old = make(Project, name="创之新科技有限公司")

        def duplicates(self: Any, rows: Any, *, user: Any) -> list[list[int]]:
            return [[old.pk] if row["name"].startswith("创之新") else [] for row in rows]

        monkeypatch.setattr(type(resources["projects"]), "duplicates", duplicates)
        rows = [["Project name"], ["创之新"], ["别的"]]
        assert imported("projects", admin, rows).counts == {"skipped": 1, "created": 1}
        assert imported("projects", admin, rows[:2], policy=Policy.CREATE).counts == {"created": 1}


class TestChunks:
    """Many rows, a chunk at a time."""

    def test_a_try_that_is_broken_off_leaves_nothing(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "ROWS_OF_A_CHUNK", 3)
        rows = [["Project name"], *([f"Project {number}"] for number in range(8))]
        batch = checked("projects", admin, rows)
        services.import_begin(batch, {}, by=admin)
        worked(batch, chunks=1)
        assert len(projects()) == 3
        assert batch.state == Import.State.RUNNING
        assert worked(batch).counts == {"created": 8}
        assert len(projects()) == 8

    def test_one_bad_record_spoils_no_other(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [["Project name"], ["One"], ["Two"], ["Three"]]
        batch = checked("projects", admin, rows)
        from core.pages.imports.duplicates import Duplicates

        make(Project, name="Two")  # somebody makes it between the look and the storing
        monkeypatch.setattr(Duplicates, "stored", lambda self, rows: [[] for _row in rows])
        services.import_begin(batch, {}, by=admin)
        assert worked(batch).counts == {"created": 2, "failed": 1}
        assert failed(batch) == {3: {"": ["There is a project of this name already."]}}


class TestUndo:
    """Taken back as a whole."""

    def test_what_was_created_goes_and_what_was_updated_is_as_before(self, admin: User) -> None:
        old = make(Project, name="Old", note="before", budget=5, owner=admin)
        members = list(old.members.all())
        head = ["Project name", "Remarks", "Budget", "Project members"]
        batch = imported(
            "projects", admin, [head, ["Old", "after", "7", "qin.chen"], ["New", "x", "", ""]], policy=Policy.UPDATE
        )
        assert undone(batch).counts | {"created": 1, "updated": 1} == batch.counts
        assert (batch.counts["removed"], batch.counts["reverted"]) == (1, 1)
        old.refresh_from_db()
        assert (old.note, old.budget, list(old.members.all())) == ("before", Decimal(5), members)
        assert not Project.objects.filter(name="New").exists()
        verbs = {line.verb for line in LogEntry.objects.of("projects")}
        assert verbs >= {"import", "import_undo", "take_back", "change"}

    def test_what_somebody_changed_since_stays_and_is_listed(self, admin: User, client: Any) -> None:
        make(Project, name="Old", note="before")
        batch = imported(
            "projects", admin, [["Project name", "Remarks"], ["Old", "after"], ["New", "x"]], policy="update"
        )
        for project in Project.objects.all():
            resources["projects"].update(project, {"phone": "5"}, by=admin)
        assert undone(batch).counts["kept"] == 2
        assert {name: project.note for name, project in projects().items()} == {"Old": "after", "New": "x"}
        client.force_login(admin)
        page = client.get(f"/projects/import/{batch.pk}/").content.decode()
        assert page.count("Somebody changed it since.") == 2

    def test_a_record_that_two_rows_wrote_goes_as_well(self, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "ROWS_OF_A_CHUNK", 2)
        make(Project, name="Old", note="before")
        rows = [["Project name", "Remarks"]]
        rows += [[name, text] for text in ("1", "2", "3") for name in ("New", "Old")]
        batch = imported("projects", admin, rows, policy=Policy.UPDATE)
        assert projects()["New"].note == "3"
        undone(batch)
        assert "kept" not in batch.counts
        assert projects()["Old"].note == "before"
        assert "New" not in projects()

    def test_what_somebody_added_something_to_stays_and_is_listed(self, admin: User, client: Any) -> None:
        batch = imported("projects", admin, [["Project name"], ["Shared"], ["Begun"], ["Filed"], ["Bare"]])
        found = projects()
        make(Milestone, project=found["Begun"], title="First")
        attachment_add(found["Filed"], SimpleUploadedFile("plan.txt", b"text"), by=admin)
        collaborator_add(found["Shared"], make_user(), Collaborator.Level.READ, by=admin)
        undone(batch)
        assert (batch.counts["removed"], batch.counts["kept"]) == (1, 3)
        assert set(projects()) == {"Shared", "Begun", "Filed"}
        client.force_login(admin)
        page = client.get(f"/projects/import/{batch.pk}/").content.decode()
        assert page.count("Somebody added something to it since.") == 3

    def test_users_go_by_their_own_service(self, admin: User) -> None:
        head = ["Login name", "Full name", "Password"]
        batch = imported(
            "users", admin, [head, ["li.si", "李四", "Kx7-nine-fish"], ["wang.wu", "王五", "Kx7-nine-fish"]]
        )
        owner = User.objects.get_queryset().get(username="li.si")
        make(Project, name="Kept", owner=owner)
        assert undone(batch).counts["removed"] == 1
        assert batch.counts["kept"] == 1
        assert fresh(owner).deleted_at is None


def test_rows_that_are_all_the_same_and_all_refused_are_looked_at_a_few_times_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is tried as the first of its kind; a pass over all that are left for each of them would take hours."""
    user = make_user("projects.view", "projects.import")
    looked_at: list[int] = []
    stored = Duplicates.stored

    def counted(self: Duplicates, rows: Any) -> Any:
        looked_at.append(len(rows))
        return stored(self, rows)

    batch = checked("projects", user, [["Project name"], *[["A"]] * 60], mapping={0: "name"})
    monkeypatch.setattr(Duplicates, "stored", counted)
    services.import_begin(batch, {}, by=user)
    assert worked(batch).counts == {"failed": 60}
    assert sum(looked_at) <= 3 * 60


def test_rows_that_were_refused_are_not_kept_in_memory(admin: User) -> None:
    """An error remembers its frames, and they the rows: what is kept of it must not."""
    form = RowForms(resources["projects"], admin)

    class Row:
        """Something in hand while a row is checked."""

    def refused(text: str) -> Any:
        row = Row()
        assert form.filled({"name": "A", "budget": text}).errors
        return weakref.ref(row)

    refused("what is loaded once")
    gc.disable()
    try:
        assert [kept() for kept in [refused("x"), refused("y"), refused("x")]] == [None, None, None]
    finally:
        gc.enable()


def test_headings_are_guessed_and_what_a_user_says_is_remembered(admin: User) -> None:
    resource = resources["projects"]
    with translation.override("zh-hans"):
        due = str(resource.form_for(admin).fields["due"].label)
    rows = [["Project name *", due, "Money", "budget", "?"], ["One", "", "5", "6", ""]]
    batch = services.import_upload(resource, csv_file(rows), by=admin)
    assert batch.columns == {0: "name", 1: "due", 3: "budget"}
    services.import_match(batch, resource, {0: "name", 2: "budget"}, Policy.SKIP, by=admin)
    assert services.import_upload(resource, csv_file(rows), by=admin).columns == {0: "name", 2: "budget"}
    assert not ListSettings.of(make_administrator(), "projects").import_columns
