"""An uploaded file as rows of text: XLSX, or CSV in the encodings and with the separators that Excel writes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.pages.workbooks import FORMULA_STARTS
from core.records.files import checked_type, safe_name

TYPES = ("xlsx", "csv")
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # characters, as in Excel
SEPARATORS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")  # tried in this order: hardly any Chinese text of the second is valid in the first
PATIENCE = 90  # seconds for a workbook
SHEET_PROCESS = Path(__file__).with_name("sheet_process.py")

Row = tuple[int, list[str]]


def rows_of(upload: UploadedFile[Any]) -> Iterator[Row]:
    """The rows that are not empty, headings first, each with its number in the file, from 1.

    ValidationError, at once or while they are read, for what is no such file, can't be read, or has too many rows.
    """
    name = safe_name(upload.name or "")
    kind = PurePosixPath(name).suffix.lstrip(".").lower()
    if kind not in TYPES:
        raise ValidationError(
            _("“%(name)s” is neither an Excel workbook (.xlsx) nor a CSV file.") % {"name": name}, code="wrong_type"
        )
    checked_type(upload)
    return _bounded(_workbook(upload) if kind == "xlsx" else _text(upload))


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    width = 0
    for count, (number, cells) in enumerate(rows):
        while cells and not cells[-1]:
            cells.pop()
        width = width or min(len(cells), MOST_COLUMNS)
        if count > MOST_ROWS:
            raise ValidationError(
                _("The file has more than %(most)s rows. Divide it.") % {"most": f"{MOST_ROWS:,}"}, code="too_many"
            )
        yield number, [_plain(cell) for cell in cells[:width]]


def _plain(cell: str) -> str:
    """The text without the apostrophe that an export puts before what a spreadsheet would take for a formula."""
    cell = cell.replace("\x00", "")[:LONGEST_CELL]
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell


def _workbook(upload: UploadedFile[Any]) -> Iterator[Row]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for piece in upload.chunks():
            file.write(piece)
        file.flush()
        # -I: neither the environment nor the folder of the program decides what it imports.
        command = [sys.executable, "-I", str(SHEET_PROCESS), file.name]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            try:
                done = subprocess.run(command, stdout=lines, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)
            except subprocess.TimeoutExpired:
                raise _unreadable() from None
            if done.returncode:
                raise _unreadable()
            lines.seek(0)
            for line in lines:
                number, cells = json.loads(line)
                yield number, cells


def _unreadable() -> ValidationError:
    text = _("The workbook can't be read. Save it once more as .xlsx, without a password, and with one table alone.")
    return ValidationError(text, code="unreadable")


def _text(upload: UploadedFile[Any]) -> Iterator[Row]:
    text = _decoded(upload.read())
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        for cells in reader:
            texts = [cell.strip() for cell in cells]
            if any(texts):
                yield reader.line_num, texts
    except csv.Error as error:
        raise ValidationError(_("The file can't be read as CSV (%(error)s).") % {"error": error}) from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file is encoded neither in UTF-8 nor in GB18030."), code="encoding")


def _separator(text: str) -> str:
    """The separator that divides the headings into the most cells."""

    def cells(separator: str) -> int:
        return len(next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=separator), []))

    return max(SEPARATORS, key=cells)
