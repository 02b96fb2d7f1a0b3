"""Export: the right rows and columns, harmless, with the rights its owner has when it runs."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from core.access import Scope
from core.db import run_in_company, run_outside_companies
from core.jobs.due.models import DueJob
from core.jobs.models import Job
from core.jobs.runner import Outcome, run_job
from core.live.models import Notification
from core.pages.export import export_order, exports_of
from core.pages.workbooks import csv_lines, harmless, number_cell, write_xlsx
from core.records.models import LogEntry
from core.resources import registry
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

DAY, MOMENT = datetime(2026, 5, 4), datetime(2026, 5, 4, 9, 30)  # noqa: DTZ001  workbooks know no time zones
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def projects() -> Any:
    return registry.resources["projects"]


def ran(company: Any, ordered: Job, expected: Outcome = Outcome.DONE) -> Job:
    """The order after its work was done, by a worker that speaks English."""
    with translation.override("en"):
        assert run_job(company, ordered.pk) == expected
    return Job.rows.get(pk=ordered.pk)


def result(ordered: Job) -> dict[str, Any]:
    assert ordered.result is not None
    found: dict[str, Any] = ordered.result
    return found


def content(ordered: Job) -> bytes:
    with default_storage.open(result(ordered)["file"]) as file:
        stored: bytes = file.read()
        return stored


def as_csv(ordered: Job) -> list[list[str]]:
    text = content(ordered).decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:])))


def as_sheet(ordered: Job) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content(ordered))).active


@pytest.mark.usefixtures("live_ground")
class TestTheFile:
    """What stands in it."""

    def test_it_holds_what_the_list_shows(self, company: Any) -> None:
        owner = make_administrator(name="秦晨")
        for number in range(3):
            make(
                Project,
                name=f"Project {number}",
                owner=owner,
                state="active",
                budget=Decimal("1234.50"),
                due=date(2026, 5, 4),
            )
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv", query="sort=name"))
        head, *rows = as_csv(ordered)
        with translation.override("en"):
            assert head == [str(column.label) for column in projects().columns_for(owner)]
        assert [row[0] for row in rows] == ["Project 0", "Project 1", "Project 2"]
        assert rows[0][3:5] == ["1234.50", "2026-05-04"]
        assert rows[0][6] == "秦晨"
        assert result(ordered)["rows"] == 3

    def test_a_workbook_holds_numbers_as_numbers_and_days_as_days(self, company: Any) -> None:
        owner = make_administrator()
        moment = datetime(2026, 5, 4, 1, 30, tzinfo=UTC)
        make(
            Project,
            name="One",
            owner=owner,
            budget=Decimal("-0.10"),
            due=date(2026, 5, 4),
            starts_at=moment,
            urgent=True,
        )
        names = ["name", "budget", "due", "starts_at", "urgent", "members"]
        with timezone.override("Asia/Shanghai"):
            ordered = ran(company, export_order(projects(), by=owner, file_format="xlsx", columns=names))
        _head, row = as_sheet(ordered).iter_rows()
        assert [cell.value for cell in row[:5]] == ["One", -0.1, DAY, MOMENT, "Yes"]
        assert [cell.data_type for cell in row[:4]] == ["s", "n", "d", "d"]
        assert (row[2].number_format, row[3].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm")

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_no_text_is_a_formula(self, company: Any, file_format: str) -> None:
        owner = make_administrator()
        for text in HOSTILE:
            make(Project, name=f"{text} name", owner=owner, note=text, phone="")
        ordered = ran(company, export_order(projects(), by=owner, file_format=file_format, columns=["name", "note"]))
        if file_format == "csv":
            cells = [text for row in as_csv(ordered) for text in row]
        else:
            found = [cell for row in as_sheet(ordered).iter_rows() for cell in row]
            assert {cell.data_type for cell in found} == {"s"}
            cells = [cell.value for cell in found]
        assert len(cells) == 2 + 2 * len(HOSTILE)
        assert not [text for text in cells if text[0] in "=+-@\t\r"]

    def test_filters_and_search_narrow_it(self, company: Any) -> None:
        owner = make_administrator()
        for name, state in (("Alpha", "active"), ("Beta", "planned"), ("Alpine", "planned")):
            make(Project, name=name, owner=owner, state=state)
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv", query="q=Alp&state=planned"))
        assert [row[0] for row in as_csv(ordered)[1:]] == ["Alpine"]

    def test_chosen_records_only(self, company: Any) -> None:
        owner = make_administrator()
        made = [make(Project, name=f"Project {number}", owner=owner) for number in range(4)]
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv", ids=[made[1].pk, made[3].pk]))
        assert {row[0] for row in as_csv(ordered)[1:]} == {"Project 1", "Project 3"}

    def test_a_condition_that_is_not_understood_fails_it(self, company: Any) -> None:
        owner = make_administrator(language="en")
        ordered = export_order(projects(), by=owner, file_format="csv", query="due=nonsense")
        assert "nonsense" in ran(company, ordered, Outcome.FAILED).error

    def test_an_empty_list_gives_headings_only(self, company: Any) -> None:
        owner = make_administrator()
        for file_format in ("csv", "xlsx"):
            ordered = ran(company, export_order(projects(), by=owner, file_format=file_format))
            assert result(ordered)["rows"] == 0
        assert as_sheet(ordered)["A1"].value

    def test_more_rows_than_a_sheet_holds_go_on_to_the_next(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        monkeypatch.setattr("core.pages.workbooks.ROWS_OF_A_SHEET", 10)
        path = tmp_path / "many.xlsx"
        write_xlsx(path, "用户: [all]", ["Number"], ([number] for number in range(25)), total=25)
        book = openpyxl.load_workbook(path)
        assert [sheet.max_row for sheet in book] == [11, 11, 6]
        assert book.sheetnames[0] == "用户   all 1"
        assert [cell.value for cell in book.worksheets[2]["A"]] == ["Number", 20, 21, 22, 23, 24]


@pytest.mark.usefixtures("live_ground")
class TestItsRights:
    """Who may have what, and when that is asked."""

    def test_only_rows_in_the_scope_of_its_owner(self, company: Any) -> None:
        user, other = make_user("projects.view", "projects.export", scope=Scope.OWN), make_administrator()
        make(Project, name="Mine", owner=user)
        make(Project, name="Canary", owner=other)
        ordered = ran(company, export_order(projects(), by=user, file_format="csv"))
        assert [row[0] for row in as_csv(ordered)[1:]] == ["Mine"]

    def test_rights_are_those_of_the_moment_it_runs(self, company: Any) -> None:
        user = make_user("projects.view", "projects.export")
        make(Project, name="Canary", owner=make_administrator())
        ordered = export_order(projects(), by=user, file_format="csv")
        user.roles.clear()
        failed = ran(company, ordered, Outcome.FAILED)
        assert failed.result is None
        assert Notification.rows.of(user).get().kind == "job_failed"

    def test_hidden_columns_are_absent_and_masked_ones_masked(self, company: Any) -> None:
        user = make_user(
            "projects.view",
            "projects.export",
            field_rights={"projects.phone": "masked", "projects.budget": "hidden"},
        )
        make(Project, name="One", owner=user, phone="13812342077", budget=Decimal("99.00"))
        for names in ([], ["name", "phone", "budget"]):
            ordered = ran(company, export_order(projects(), by=user, file_format="csv", columns=names))
            text = content(ordered).decode()
            assert "138****2077" in text
            assert "13812342077" not in text
            assert "99" not in text
            assert "Budget" not in text

    def test_another_company_is_not_in_it(self, company: Any, other_company: Any) -> None:
        owner = make_administrator()
        make(Project, name="Ours", owner=owner)
        run_in_company(other_company, lambda: make(Project, name="Canary", owner=make_administrator()))
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv"))
        assert [row[0] for row in as_csv(ordered)[1:]] == ["Ours"]
        assert result(ordered)["file"].startswith(f"{company.uuid}/exports/")


@pytest.mark.usefixtures("live_ground")
class TestAfterwards:
    """The link, the log, the end of the file."""

    def test_its_owner_is_told_and_fetches_it(self, company: Any, client: Any) -> None:
        owner = make_administrator(language="en")
        make(Project, name="One", owner=owner)
        client.force_login(owner)
        answer = client.post(
            "/projects/export/", {"format": "csv", "query": "sort=name", "columns": ["name", "nonsense"]}
        )
        assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
        ordered = ran(company, exports_of(owner).get())
        assert Notification.rows.of(owner).get().kind == "export_ready"
        assert LogEntry.objects.get(verb="export").changes["rows"] == [None, 1]
        page = client.get("/jobs/").content.decode()
        assert f"/exports/{ordered.pk}/file/" in page
        part = client.get(f"/jobs/{ordered.pk}/item/").content.decode()
        assert f"/exports/{ordered.pk}/file/" in part
        assert "<html" not in part
        file = client.get(f"/exports/{ordered.pk}/file/")
        assert b"".join(file.streaming_content) == content(ordered)
        assert file["Content-Disposition"].startswith("attachment")
        assert file["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in file["Cache-Control"]

    def test_nobody_else_fetches_it(self, company: Any, client_of: Any, other_company: Any) -> None:
        owner, colleague = make_administrator(), make_administrator()
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv"))
        browser = client_of(company)
        assert browser.get(f"/exports/{ordered.pk}/file/").status_code == 302
        browser.force_login(colleague)
        assert browser.get(f"/exports/{ordered.pk}/file/").status_code == 404
        assert browser.get(f"/jobs/{ordered.pk}/item/").status_code == 404
        assert browser.get(f"/jobs/{ordered.pk}/").status_code == 404
        stranger = client_of(other_company)
        run_in_company(other_company, lambda: stranger.force_login(make_administrator()))
        assert stranger.get(f"/exports/{ordered.pk}/file/").status_code == 404

    def test_who_may_no_longer_export_no_longer_fetches_it(self, company: Any, client: Any) -> None:
        user = make_user("projects.view", "projects.export")
        ordered = ran(company, export_order(projects(), by=user, file_format="csv"))
        client.force_login(user)
        with contextlib.closing(client.get(f"/exports/{ordered.pk}/file/")) as file:
            assert file.status_code == 200
        user.roles.clear()
        assert client.get(f"/exports/{ordered.pk}/file/").status_code == 403

    def test_the_link_expires_and_the_file_goes(self, company: Any, client: Any) -> None:
        owner = make_administrator()
        ordered = ran(company, export_order(projects(), by=owner, file_format="csv"))
        client.force_login(owner)
        Job.rows.filter(pk=ordered.pk).update(
            result={**result(ordered), "expires": (timezone.now() - timedelta(seconds=1)).isoformat()}
        )
        assert client.get(f"/exports/{ordered.pk}/file/").status_code == 404
        assert default_storage.exists(result(ordered)["file"])
        expiry = Job.rows.get(kind="export.expire")
        assert expiry.run_at > timezone.now() + timedelta(hours=23)
        Job.rows.filter(pk=expiry.pk).update(run_at=timezone.now())
        run_outside_companies(lambda: DueJob.objects.update(state=DueJob.State.READY))
        assert run_job(company, expiry.pk) == Outcome.DONE
        assert not default_storage.exists(result(ordered)["file"])

    def test_the_page_of_exports_asks_no_more_with_more_of_them(
        self, client: Any, django_assert_max_num_queries: Any
    ) -> None:
        owner = make_administrator()
        client.force_login(owner)
        for _number in range(10):
            export_order(projects(), by=owner, file_format="csv")
        assert client.get("/exports/", follow=True).redirect_chain == [("/jobs/", 302)]
        with django_assert_max_num_queries(12):
            assert client.get("/jobs/").status_code == 200


@pytest.mark.django_db
def test_it_is_refused_without_the_permission_and_for_nonsense(client: Any) -> None:
    user = make_user("projects.view")
    client.force_login(user)
    assert client.post("/projects/export/", {"format": "csv"}).status_code == 403
    client.force_login(make_administrator())
    assert client.post("/projects/export/", {"format": "exe"}).status_code == 404
    assert client.post("/projects/export/", {"format": "csv", "query": "x" * 5000}).status_code == 404
    assert client.get("/projects/export/").status_code == 405
    assert not Job.rows.exists()


def test_what_looks_like_a_formula_is_made_harmless() -> None:
    assert [harmless(text)[0] for text in HOSTILE] == ["'"] * len(HOSTILE)
    assert harmless("") == ""
    assert harmless("13812342077") == "13812342077"


def test_numbers_that_a_workbook_would_round_stay_text() -> None:
    assert number_cell(2**60) == str(2**60)
    assert number_cell(Decimal("12345678901234567.89")) == "12345678901234567.89"
    assert number_cell(Decimal("0.10")) == 0.1
    assert json.dumps(number_cell(7)) == "7"


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.tuples(
                *[st.none() | st.integers() | st.decimals() | st.text("ab ,;\"\r\n\t客户'=", max_size=6)] * width
            ),
            max_size=8,
        )
    )
)
def test_lines_are_those_of_the_standard_library(rows: list[tuple[Any, ...]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    assert csv_lines(rows) == file.getvalue()
