"""The files of an import: what is read, what is refused, what is handed back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from core.pages.imports import reading, services
from core.pages.imports.files import failures_as_workbook, template_as_csv, template_as_workbook
from core.pages.imports.reading import rows_of
from core.pages.workbooks import write_csv, write_xlsx
from core.resources.registry import resources
from tenants.people.models import User
from tests.core.imports import csv_file, imported
from tests.factories import make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db

ROWS = [["名称", "备注"], ["创之新", "一，二"], ["", ""], ["第三", "；\t,"]]
READ = [(1, ["名称", "备注"]), (2, ["创之新", "一，二"]), (4, ["第三", "；\t,"])]


@pytest.fixture
def admin() -> Any:
    with translation.override("en"):
        yield make_administrator(language="en", username="qin.chen")


def read(content: bytes, name: str = "rows.csv") -> list[reading.Row]:
    return list(rows_of(SimpleUploadedFile(name, content)))


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_as_excel_writes_it(encoding: str, separator: str) -> None:
    file = csv_file(ROWS, encoding=encoding, separator=separator)
    assert list(rows_of(file)) == READ


def test_a_workbook_is_read_with_its_numbers_days_and_words() -> None:
    import datetime

    day, moment = datetime.date(2026, 5, 4), datetime.datetime(2026, 5, 4, 9, 30)  # noqa: DTZ001
    rows: list[list[Any]] = [
        ["a", "b", "c", "d", "e", "f"],
        [13812345678, 12.5, day, moment, True, " x "],
        [None] * 6,
        [1, None],
    ]
    assert read(workbook(rows), "rows.xlsx") == [
        (1, ["a", "b", "c", "d", "e", "f"]),
        (2, ["13812345678", "12.5", "2026-05-04", "2026-05-04 09:30:00", "TRUE", "x"]),
        (4, ["1"]),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_is_read_as_it_was(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"rows.{kind}"
    rows = [["'=1+1", "'-5"], ["'", "a'b"]]
    if kind == "csv":
        write_csv(path, ["a", "b"], [rows])
    else:
        write_xlsx(path, "S", ["a", "b"], rows, total=2)
    assert [cells for _number, cells in read(path.read_bytes(), path.name)][1:] == [["=1+1", "-5"], ["'", "a'b"]]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("rows.pdf", b"%PDF-1.4", "wrong_type"),
        ("rows.csv", b"", "empty"),
        ("rows.csv", b"a,b\n\x00", "wrong_content"),
        ("rows.csv", b"<html><script>x</script>", "wrong_content"),
        ("rows.csv", b"PK\x03\x04" + b"x" * 300, "wrong_content"),
        ("rows.csv", b"a\n\xff\xff", "encoding"),
        ("rows.xlsx", b"a,b\n1,2", "wrong_content"),
        ("rows.xlsx", b"PK\x03\x04" + b"x" * 300, "unreadable"),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        read(content, name)
    assert error.value.code == code


def test_a_workbook_that_takes_all_memory_ends_its_own_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(workbook([["a"], ["b"]]))
    bomb = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            target.writestr(item, data)
    with pytest.raises(ValidationError) as error:
        read(bomb.getvalue(), "rows.xlsx")
    assert error.value.code == "unreadable"


def test_a_file_has_bounds(monkeypatch: pytest.MonkeyPatch, admin: User) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(read(b"a\n1\n2\n3\n")) == 4
    with pytest.raises(ValidationError) as error:
        services.import_upload(
            resources["projects"], csv_file([["a"], *([str(number)] for number in range(4))]), by=admin
        )
    assert error.value.code == "too_many"


def test_the_template_has_stars_choices_and_lists(admin: User) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_as_workbook(resources["projects"], admin)))
    rows, choices = book["Rows"], book["Choices"]
    headings = [cell.value for cell in rows[1]]
    assert headings[:2] == ["Project name*", "State"]
    assert rows["A1"].font.color.rgb != rows["B1"].font.color
    assert [cell.value for cell in choices["A"]][:4] == ["State", "Planned", "Running", "Finished"]
    rules = {str(rule.sqref): rule.formula1 for rule in rows.data_validations.dataValidation}
    assert rules["B2:B1001"].lstrip("=") == "'Choices'!$A$2:$A$4"
    assert template_as_csv(resources["projects"], admin).decode("utf-8-sig").startswith("Project name*,State")


def test_a_field_that_may_not_be_edited_is_not_in_the_template(admin: User) -> None:
    me = make_user("projects.view", "projects.import", "projects.add", field_rights={"projects.budget": "read_only"})
    assert "Budget" in template_as_csv(resources["projects"], admin).decode()
    assert "Budget" not in template_as_csv(resources["projects"], me).decode()


def test_failed_rows_come_back_marked_and_can_be_sent_again(admin: User) -> None:
    head = ["Project name", "Remarks", "Budget", "Owner"]
    rows = [head, ["One", "=1+1", "much", "qin.chen"], ["Two", "", "5", ""], ["", "x", "5", "nobody"]]
    batch = imported("projects", admin, rows)
    content = failures_as_workbook(batch, {"name": "Project name", "budget": "Budget", "owner": "Owner"})
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:4] for row in cells] == [head, ["One", "'=1+1", "much", "qin.chen"], [None, "x", "5", "nobody"]]
    assert cells[1][4] == "Budget: Enter a number."
    marked = [[cell.fill.fgColor.rgb == "FFFDE3E1" for cell in row[:4]] for row in list(sheet.iter_rows())[1:]]
    assert marked == [[False, False, True, False], [True, False, False, True]]

    sheet["C2"], sheet["A3"], sheet["D3"] = "7", "Three", None
    mended = io.BytesIO()
    sheet.parent.save(mended)
    again = imported("projects", admin, [], file=SimpleUploadedFile("mended.xlsx", mended.getvalue()))
    assert again.counts == {"created": 2}
    assert {project.name: project.note for project in Project.objects.all()} == {"One": "=1+1", "Two": "", "Three": "x"}
