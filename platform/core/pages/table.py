"""The table of a list as HTML.

Its rows are nearly all of a list, so it is written by Python, which takes a twentieth of the time that templates take:
what is the same in all rows is drawn once, and what stands in many cells too. The same code draws a single row anew
after a change in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from core.access import Actor, FieldRight
from core.pages.cells import drawer
from core.resources import Column, Resource
from core.resources.columns import cell
from core.shell.vocabulary.atoms import avatar, icon

if TYPE_CHECKING:
    from core.pages.lists import Choosable, Heading, Row

LINES_OF_A_CARD = 2


class AnyRecord:
    """Stands for the records of all rows, in what is drawn once for them: see `Pattern`."""

    pk = 987_654_321_987_654_321

    def __str__(self) -> str:
        return "\ue000"  # a character of nobody's script


ANY_ADDRESS, ANY_TOKEN = "\ue001", "\ue002"


class Pattern:
    """HTML that was drawn for `AnyRecord`, to be filled with the key and the name of one record after another.

    Where it was drawn for any list, with the address of that, and the token against forged requests, too.
    """

    def __init__(self, html: str) -> None:
        marks = {str(AnyRecord.pk): "pk", str(AnyRecord()): "name", ANY_ADDRESS: "address", ANY_TOKEN: "token"}
        self._html = html.replace("%", "%%")
        for mark, name in marks.items():
            self._html = self._html.replace(mark, f"%({name})s")

    def of(self, pk: object, name: str = "", **others: str) -> str:
        """The HTML of the record with this key and (escaped) name, and what else it has a place for."""
        return self._html % {"pk": pk, "name": name, **others}


class _Column:
    """Draws the cells of one column; `place` is where they stand on a phone's card."""

    def __init__(self, resource: Resource, user: Actor, column: Column, place: str, *, frozen: bool) -> None:
        self.name = column.name
        self._column, self._right = column, resource.right(user, column.name)
        self.draw = drawer(resource, column, self._right)
        classes = " ".join(("stick",) * frozen + ("numc",) * column.numeric)
        rest = f' data-m="{place}"' if place else ""
        rest += f' class="{classes}"' if classes else ""
        # A card has no heads: a yes or no says there what is meant.
        labelled = place == "line" or (place == "status" and column.kind == "boolean")
        rest += f' data-label="{escape(str(column.label))}"' if labelled else ""
        self._fixed = f'<td data-cell="{column.name}"{rest}>'
        self._changeable = f'<td data-cell="{column.name}" data-field{rest}>'
        self._leads = column.name == resource.parent and self._right >= FieldRight.READ_ONLY

    def cell(self, content: str, inline: frozenset[str]) -> str:
        """The column's cell in a row of which the columns `inline` are changed in their place."""
        return f"{self._changeable if self.name in inline else self._fixed}{content}</td>"

    def linked(self, record: Any, parent_url: str) -> str:
        """The value; that of the column which names the record's parent leads to its page."""
        html = self.draw(record)
        return f'<a href="{parent_url}">{html}</a>' if self._leads and parent_url else html

    def naming(self, record: Any, name: str, url: str) -> str:
        """The value where it names the record and leads to its page; `name`, escaped, stands in for an empty one."""
        text = escape(cell(self._column, record, self._right).text) or name
        sign = avatar(record, record.pk, square=True) if self._column.kind == "text" else ""
        link = f'<a class="ell" href="{url}">{text}</a>' if url else f'<span class="ell">{text}</span>'
        return f'<div class="nm">{sign}{link}</div>'


class RowPen:
    """Draws rows of a list: what the record shows of itself, between further cells `before` and `after` it.

    `places` are the columns with their places on a phone's card; so many of them are `frozen`.
    """

    def __init__(self, resource: Resource, user: Actor, places: Iterable[tuple[Column, str]], frozen: int) -> None:
        self._columns = [
            _Column(resource, user, column, place, frozen=index < frozen)
            for index, (column, place) in enumerate(places)
        ]

    def row(self, row: Row, name: str, before: str = "", after: str = "") -> str:
        """One row, a `<tr>`; `name` is that of the record, escaped."""
        record, inline, url = row.record, row.inline, escape(row.url)
        address = f' data-url="{url}" data-preview="{url}?part=drawer"' if url else ""
        address += f' data-inline="{url}field/"' if inline else ""
        # Whoever may see no column at all may yet have something to do with the records.
        first = "".join([column.cell(column.naming(record, name, url), inline) for column in self._columns[:1]])
        others = "".join([column.cell(column.linked(record, row.parent_url), inline) for column in self._columns[1:]])
        return f'<tr id="row-{row.pk}" data-row="{row.pk}"{address}>{before}{first}{others}{after}</tr>\n'


def phone_places(resource: Resource, columns: Sequence[Column]) -> Iterable[tuple[Column, str]]:
    """Each column with its place on a phone's card (the names are those of the stylesheet); empty: left out.

    Beside the first lines there is one for each time by which something is to be done, and the end is the owner's.
    """
    free = {"status", "amount", "tags", "end", "sub"}
    lines, owned = LINES_OF_A_CARD, any(column.name == "owner" for column in columns)
    for index, column in enumerate(columns):
        place = "title" if index == 0 else _place(resource, column)
        if place == "end" and owned and column.name != "owner":
            place = "line"
        if column.name in resource.deadlines:
            place = "line"
        elif place in free:
            free.discard(place)
        elif place != "title":
            place, lines = ("line", lines - 1) if lines else ("", 0)
        yield column, place


def _place(resource: Resource, column: Column) -> str:
    if column.name in resource.tones or column.kind == "boolean":
        return "status"
    if column.numeric:
        return "amount"
    return {"many": "tags", "relation": "end", "text": "sub"}.get(column.kind, "line")


def heading(head: Heading, *, frozen: bool) -> str:
    """The head of a column, a `<th>`, which sorts the list by it."""
    column, label = head.column, escape(str(head.column.label))
    classes = " ".join(("stick",) * frozen + ("numc",) * column.numeric + ("sorted",) * head.sorted)
    attributes = f' data-width="{head.width}"' if head.width else ""
    attributes += f' class="{classes}"' if classes else ""
    attributes += f' aria-sort="{"descending" if head.descending else "ascending"}"' if head.sorted else ""
    attributes += f' title="{escape(str(column.help))}"' if column.help else ""
    if not head.sort_url:
        return f'<th data-column="{column.name}"{attributes}><span>{label}</span></th>'
    way = icon("chevron-down") if head.descending else icon("chevron-up")
    sign = way if head.sorted else ""
    return f'<th data-column="{column.name}"{attributes}><a {to_list_attributes(head.sort_url)}>{label}{sign}</a></th>'


def column_choice(choice: Choosable, move: str) -> str:
    """One line of the column chooser; `move` is what its grip is called, escaped."""
    column, fixed = choice.column, " disabled" if choice.fixed else ""
    box = f'<input type="checkbox" class="form-check-input" name="columns" value="{column.name}"'
    box += f"{' checked' if choice.shown else ''}{fixed}>"
    grip = f'<button type="button" class="grip" data-grip aria-label="{move}"{fixed}>{icon("grip-vertical")}</button>'
    line = f"{grip}<label>{box}{escape(str(column.label))}</label>"
    if not choice.fixed:
        return f"<li>{line}</li>"
    return f'<li data-fixed><input type="hidden" name="columns" value="{column.name}">{line}{icon("lock", "lock")}</li>'


def to_list_attributes(url: object) -> str:
    """Attributes of a link to another state of the list; the address changes, Back returns."""
    address = escape(str(url))
    return f'href="{address}" hx-get="{address}" hx-target="#list" hx-swap="outerHTML" hx-push-url="true"'
