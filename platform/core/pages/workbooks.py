"""Rows as files that spreadsheets open: CSV and XLSX, written row by row, in constant memory.

A text that a spreadsheet would take for a formula is made harmless: whoever opens the file would run it otherwise.
"""

from __future__ import annotations

import csv
import datetime
import decimal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import FastExcel, Format

ROWS_OF_A_SHEET = 1_048_575  # Excel's 1,048,576 less the heading
LONGEST_TEXT = 32_767  # characters of one cell in Excel
DAY_ZERO = datetime.date(1899, 12, 30)
EXACT_DIGITS = 15
EXACT_NUMBER = 2**53  # Excel keeps numbers as doubles: greater ones would change their last digits
FORMULA_STARTS = frozenset("=+-@\t\r\n|%")
CSV_MARKS = ',"\r\n'  # a cell with one of these stands in quotes
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes Chinese for the code page of the machine

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooManyRows(ValueError):
    """More rows came than were announced, and the last sheet is full."""


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text and text[0] in FORMULA_STARTS else text


def text_cells(texts: Iterable[str | None]) -> list[str | None]:
    """Harmless cells no longer than a spreadsheet takes. Nearly all pass untouched, so they are looked at in one go."""
    return [
        text
        if not text or (text[0] not in FORMULA_STARTS and len(text) < LONGEST_TEXT)
        else harmless(text if len(text) < LONGEST_TEXT else f"{text[: LONGEST_TEXT - 2]}…")
        for text in texts
    ]


def number_cell(value: Any) -> Any:
    """A number as a spreadsheet can hold it; text where it would lose digits."""
    if isinstance(value, decimal.Decimal):
        exact = value == 0 or (abs(value) < EXACT_NUMBER and len(value.as_tuple().digits) <= EXACT_DIGITS)
        return float(value) if exact else str(value)
    return value if not isinstance(value, int) or abs(value) <= EXACT_NUMBER else str(value)


def moment_cell(value: datetime.datetime | datetime.date | None) -> float | None:
    """A day, or a local moment without a time zone, as workbooks count: in days since the end of 1899."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return (value - datetime.datetime.combine(DAY_ZERO, datetime.time())) / datetime.timedelta(days=1)
    return float((value - DAY_ZERO).days)


def write_csv(path: Path, headings: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> None:
    """Write a CSV file of rows that come in chunks: UTF-8 with a byte order mark, lines ended as Excel ends them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK)
        csv.writer(file).writerow([harmless(heading) for heading in headings])
        for chunk in chunks:
            file.write(csv_lines(chunk))


def csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    """The rows as the writer of the standard library writes them, in half its time.

    It looks at every character for one that has to be quoted; here a column is looked at in one go.
    """
    columns = [_csv_cells(column) for column in zip(*rows, strict=True)]
    if len(columns) < 2:  # a lone empty cell is written as a pair of quotes, so that its line is not taken for none
        columns = [[text or '""' for text in column] for column in columns]
    return "".join(f"{line}\r\n" for line in map(",".join, zip(*columns, strict=True)))


def _csv_cells(values: Sequence[Any]) -> list[str]:
    texts = [value if value.__class__ is str else "" if value is None else str(value) for value in values]
    together = "".join(texts)
    if not any(mark in together for mark in CSV_MARKS):
        return texts
    return [
        '"{}"'.format(text.replace('"', '""')) if any(mark in text for mark in CSV_MARKS) else text for text in texts
    ]


def write_xlsx(
    path: Path,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    total: int,
    formats: Mapping[int, str] | None = None,
) -> None:
    """Write a workbook with as many sheets as `total` rows need; `formats` are those of numbers, by column from 0.

    Raises:
        TooManyRows: there are more rows than the sheets hold.
    """
    keys = _unique([harmless(heading) for heading in headings])
    source = iter(rows)
    sheets = max(1, -(-total // ROWS_OF_A_SHEET))
    book = FastExcel(str(path)).format(bold_headers=True).freeze(row=1)
    styles = {keys[column]: Format().set_num_format(style) for column, style in (formats or {}).items()}
    for number in range(1, sheets + 1):
        name = _sheet_name(title, number if sheets > 1 else 0)
        book.sheet(
            name, _records(keys, islice(source, ROWS_OF_A_SHEET)), column_width=16, column_formats=styles or None
        )
    book.save()
    if next(source, None) is not None:
        raise TooManyRows(f"More than the {total} rows that were counted")


def _records(keys: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """The rows as the writer wants them; an empty sheet still shows its headings."""
    empty = True
    for row in rows:
        empty = False
        yield dict(zip(keys, row, strict=True))
    if empty:
        yield dict.fromkeys(keys)


def _unique(headings: Sequence[str]) -> list[str]:
    """The headings, counted on where two are the same: a row is keyed by them."""
    seen: dict[str, int] = {}
    unique = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        unique.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return unique


def _sheet_name(title: str, number: int) -> str:
    """A name Excel accepts: at most 31 characters, none of those it refuses."""
    end = f" {number}" if number else ""
    cleaned = "".join(" " if character in "[]:*?/\\" else character for character in title).strip("' ") or "Sheet"
    return cleaned[: 31 - len(end)] + end
