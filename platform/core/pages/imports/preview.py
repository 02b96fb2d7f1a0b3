"""What the wizard shows of the rows: before the run what would become of them, afterwards what did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from core.access import Actor
from core.pages.imports.columns import Importable
from core.pages.imports.files import told
from core.pages.imports.models import Import, Policy
from core.resources import Resource

FIRST_ROWS = 10
BAD_ROWS = 50
SAME_ROWS = 100
FAILURES = 50


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of the file, and what is wrong with it."""

    label: str
    text: str
    errors: list[str]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the file with what is to be said of it; `same` are the records it may be the same as."""

    number: int
    cells: list[ShownCell]
    errors: list[str] = field(default_factory=list)
    bad: bool = False
    same: list[tuple[str, str]] = field(default_factory=list)
    above: int = 0


class Preview:
    """The rows as the check found them."""

    def __init__(self, resource: Resource, user: Actor, batch: Import, fields: Mapping[str, Importable]) -> None:
        self._resource = resource
        self._user = user
        self._batch = batch
        self.fields = {index: fields[name] for index, name in sorted(batch.columns.items()) if name in fields}
        self.counts = {"good": 0, "bad": 0, "same": 0} | batch.counts

    @property
    def labels(self) -> list[str]:
        """The heads of the columns."""
        return [one.label for one in self.fields.values()]

    @property
    def asks(self) -> bool:
        """Whether the user is to decide on the rows that are there already."""
        return self._batch.policy == Policy.ASK and bool(self.counts["same"])

    @property
    def can_begin(self) -> bool:
        """Whether anything would be stored, or might be."""
        return bool(self.counts["good"] or self.counts["same"])

    @cached_property
    def first(self) -> list[ShownRow]:
        """The first rows of the file."""
        return [self._shown(*found) for found in islice(self._rows(), FIRST_ROWS)]

    @cached_property
    def bad(self) -> list[ShownRow]:
        """The first rows that can't be stored as they are."""
        shown = (self._shown(*found) for found in self._remarkable() if "errors" in found[2])
        return list(islice(shown, BAD_ROWS))

    @cached_property
    def same(self) -> list[ShownRow]:
        """The first rows that are there already, with the records they are the same as."""
        wanted = list(islice((found for found in self._remarkable() if found[2].keys() & {"same", "above"}), SAME_ROWS))
        pks = {pk for _number, _cells, finding in wanted for pk in finding.get("same", ())}
        seen = {
            record.pk: (str(record), self._resource.record_url(record))
            for record in self._resource.rows(self._user).filter(pk__in=pks)
        }
        return [self._shown(*found, seen) for found in wanted]

    @property
    def more_same(self) -> int:
        """How many more there are than are shown."""
        return max(0, int(self.counts["same"]) - len(self.same))

    def _rows(self) -> Iterator[tuple[int, list[str], dict[str, Any]]]:
        for chunk in self._batch.chunks().iterator(1):
            for place, (number, cells) in enumerate(chunk.rows):
                yield number, cells, chunk.findings.get(str(place), {})

    def _remarkable(self) -> Iterator[tuple[int, list[str], dict[str, Any]]]:
        """The rows that the check says anything of."""
        for chunk in self._batch.chunks().exclude(findings={}).iterator(1):
            for place in sorted(map(int, chunk.findings)):
                number, cells = chunk.rows[place]
                yield number, cells, chunk.findings[str(place)]

    def _shown(
        self,
        number: int,
        cells: list[str],
        finding: Mapping[str, Any],
        seen: Mapping[int, tuple[str, str]] | None = None,
    ) -> ShownRow:
        errors = dict(finding.get("errors", {}))
        shown = []
        for index, one in self.fields.items():
            text = cells[index] if index < len(cells) else ""
            shown.append(ShownCell(one.label, "•••" if one.secret and text else text, errors.pop(one.name, [])))
        labels = {one.name: one.label for one in self.fields.values()}
        whole = [told({name: messages}, labels) for name, messages in errors.items()]
        same = [(seen or {}).get(pk, ("", "")) for pk in finding.get("same", ())]
        return ShownRow(number, shown, whole, "errors" in finding, same, finding.get("above", 0))


@dataclass(frozen=True, slots=True)
class Told:
    """A row that could not be stored, or could not be taken back, and why."""

    number: int
    text: str
    reason: str
    url: str = ""


class Result:
    """What came of the rows."""

    def __init__(self, resource: Resource, user: Actor, batch: Import, fields: Mapping[str, Importable]) -> None:
        self._resource = resource
        self._batch = batch
        self._labels = {name: one.label for name, one in fields.items()}
        self._shown = [
            index for index, name in sorted(batch.columns.items()) if name in fields and not fields[name].secret
        ]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows came to what."""
        names = ("created", "updated", "skipped", "failed", "removed", "reverted", "kept")
        return {name: int(self._batch.counts.get(name, 0)) for name in names}

    @cached_property
    def failures(self) -> list[Told]:
        """The first rows that failed."""
        return list(islice(self._failed(), FAILURES))

    @cached_property
    def kept(self) -> list[Told]:
        """The records that undoing left as they are, the first of them."""
        return list(islice(self._kept(), FAILURES))

    def _failed(self) -> Iterator[Told]:
        for chunk in self._batch.chunks().iterator(1):
            for (number, cells), (what, *rest) in zip(chunk.rows, chunk.outcome, strict=False):
                if what == "failed":
                    yield Told(number, self._text(cells), told(rest[0], self._labels))

    def _kept(self) -> Iterator[Told]:
        for chunk in self._batch.chunks().exclude(undo={}).iterator(1):
            for place, why in sorted(chunk.undo.items(), key=lambda item: int(item[0])):
                number, cells = chunk.rows[int(place)]
                pk = chunk.outcome[int(place)][1]
                url = self._resource.record_url(self._resource.model(pk=pk))
                yield Told(number, self._text(cells), why, url)

    def _text(self, cells: list[str]) -> str:
        """Enough of a row to know it by."""
        return " · ".join([cells[index] for index in self._shown if index < len(cells) and cells[index]][:3])
