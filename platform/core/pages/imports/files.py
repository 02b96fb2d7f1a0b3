"""The files that an import gives: the template to fill in, and the rows that failed with the reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import xlsxwriter
from django import forms
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from core.access import Actor
from core.pages.imports.columns import Importable, importable
from core.pages.imports.models import Import
from core.pages.imports.references import names_of
from core.pages.imports.sheet import Errors
from core.pages.workbooks import BYTE_ORDER_MARK, harmless
from core.resources import Resource

MOST_NAMES = 500  # of records in the sheet of what may be chosen: of more, nobody would look for one there
FILLED_ROWS = 1_000  # of the template, that have lists to choose from
WIDTH = 18
OPTIONS: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def template_as_csv(resource: Resource, user: Actor) -> bytes:
    """The headings alone; those that every row needs have a star."""
    file = io.StringIO()
    csv.writer(file).writerow([harmless(_heading(one)) for one in importable(resource, user).values()])
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def template_as_workbook(resource: Resource, user: Actor) -> bytes:
    """The headings, and a sheet of what may be chosen; columns of few choices offer them in their cells."""
    fields = importable(resource, user)
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, OPTIONS) as book:
        sheet, choices = book.add_worksheet(_("Rows")), book.add_worksheet(_("Choices"))
        needed = book.add_format({"bold": True, "font_color": "#b42318", "bg_color": "#fdf0ef"})
        heading = book.add_format({"bold": True, "bg_color": "#f2f4f7"})
        as_text = book.add_format({"num_format": "@"})  # a phone number stays what was typed
        filled = 0
        for index, one in enumerate(fields.values()):
            sheet.write_string(0, index, _heading(one), needed if one.required else heading)
            sheet.set_column(index, index, WIDTH, as_text if _is_text(one) else None)
            if help_text := _help(one):
                sheet.write_comment(0, index, help_text, {"x_scale": 2})
            words = _choices(one)
            if not words:
                continue
            choices.write_string(0, filled, one.label, heading)
            for row, word in enumerate(words, 1):
                choices.write_string(row, filled, word)
            if not isinstance(one.field, forms.ModelMultipleChoiceField):
                column = xl_col_to_name(filled, col_abs=True)
                source = f"='{choices.name}'!{column}$2:{column}${len(words) + 1}"
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                sheet.data_validation(1, index, FILLED_ROWS, index, rule)
            filled += 1
        choices.set_column(0, max(filled - 1, 0), WIDTH)
        sheet.freeze_panes(1, 0)
        choices.freeze_panes(1, 0)
    return output.getvalue()


def failed_rows(batch: Import) -> Iterator[tuple[int, Sequence[str], Errors]]:
    """The rows that could not be stored: their number in the file, their cells, what was wrong."""
    for chunk in batch.chunks().iterator(1):
        for (number, cells), (what, *rest) in zip(chunk.rows, chunk.outcome, strict=False):
            if what == "failed":
                yield number, cells, rest[0]


def failures_as_workbook(batch: Import, labels: Mapping[str, str]) -> bytes:
    """The rows that failed as they were sent, the wrong cells marked, with the reasons in a column of their own.

    It can be mended and sent again as it is: the column of reasons stands for no field.
    """
    columns = {name: index for index, name in batch.columns.items()}
    width = len(batch.headings)
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {**OPTIONS, "constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet(_("Rows"))
        bold = book.add_format({"bold": True, "bg_color": "#f2f4f7"})
        wrong = book.add_format(
            {"bg_color": "#fde3e1", "font_color": "#b42318", "border": 1, "border_color": "#e5988f"}
        )
        reason = book.add_format({"font_color": "#b42318"})
        sheet.set_column(0, max(width - 1, 0), WIDTH)
        sheet.set_column(width, width, 3 * WIDTH)
        sheet.freeze_panes(1, 0)
        for index, heading in enumerate([*batch.headings, _("What was wrong")]):
            sheet.write_string(0, index, harmless(heading), bold)
        for row, (_number, cells, errors) in enumerate(failed_rows(batch), 1):
            marked = {columns[name] for name in errors if name in columns}
            for index in range(width):
                text = harmless(cells[index]) if index < len(cells) else ""
                if index in marked:
                    sheet.write_string(row, index, text, wrong) if text else sheet.write_blank(row, index, None, wrong)
                elif text:
                    sheet.write_string(row, index, text)
            sheet.write_string(row, width, harmless(told(errors, labels)), reason)
    return output.getvalue()


def told(errors: Errors, labels: Mapping[str, str]) -> str:
    """What was wrong with a row, in one line."""
    return "; ".join(
        f"{labels.get(name, name)}: {' '.join(messages)}" if name else " ".join(messages)
        for name, messages in errors.items()
    )


def _heading(one: Importable) -> str:
    return f"{one.label}*" if one.required else one.label


def _is_text(one: Importable) -> bool:
    return type(one.field).__name__.endswith(("CharField", "ChoiceField", "EmailField", "URLField"))


def _help(one: Importable) -> str:
    match one.field:
        case forms.DateTimeField():
            return _("A day and a time: 2026-05-04 09:30")
        case forms.DateField():
            return _("A day: 2026-05-04")
        case forms.ModelMultipleChoiceField():
            return _("Several names, with commas between them")
        case forms.BooleanField():
            return _("Yes or no")
    return ""


def _choices(one: Importable) -> list[str]:
    """What the cells of a column may hold, where that is a list to choose from."""
    match one.field:
        case forms.ModelChoiceField():
            return names_of(cast(Any, one.field).queryset, MOST_NAMES)
        case forms.BooleanField():
            return [_("Yes"), _("No")]
        case forms.ChoiceField():
            return [str(label) for value, label in one.words if value != ""]
    return []
