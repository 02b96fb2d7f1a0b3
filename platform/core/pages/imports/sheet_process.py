"""Reads a workbook in a process of its own: `python sheet_process.py book.xlsx`, one JSON list a line.

A workbook can be made so that reading it takes all the memory there is (a cell at the far end of the sheet, a bomb of
zeros). Here that ends this process, and nothing else. The first line is the headings; each further one is the number
of the row and the texts of its cells.
"""

from __future__ import annotations

import datetime
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

MEMORY = 1_500_000_000  # bytes of address space
SECONDS = 60  # of computing


def text_of(value: Any) -> str:
    """A cell as a person would write it: days as 2026-05-04, numbers without what binary fractions add."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)


def rows_of(path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first visible sheet that are not empty, each with its number in the sheet, from 1."""
    with CalamineWorkbook.from_path(path) as book:
        shown = [index for index, one in enumerate(book.sheets_metadata) if one.visible == SheetVisibleEnum.Visible]
        sheet = book.get_sheet_by_index(shown[0] if shown else 0)
        first_row, first_column = sheet.start or (0, 0)
        for number, cells in enumerate(sheet.iter_rows(), first_row + 1):
            texts = [text_of(cell) for cell in cells]
            if any(texts):
                yield number, [""] * first_column + texts


def main(path: str) -> None:
    """Write the rows to the standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for number, texts in rows_of(path):
        sys.stdout.write(json.dumps([number, texts], ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
