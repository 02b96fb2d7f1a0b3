"""Which rows are there already: by the unique constraints of the model, and by what the module calls the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.access import Actor
from core.pages.imports.sheet import SheetRow
from core.resources import Resource
from core.resources.uniqueness import UniqueKey, unique_keys


class Duplicates:
    """Asks for the rows of a chunk together, and remembers what rows of the file are about to have."""

    def __init__(self, resource: Resource, user: Actor) -> None:
        self._resource = resource
        self._user = user
        self._keys: Sequence[UniqueKey] = unique_keys(resource.model)
        self._in_file: dict[tuple[int | str, Any], int] = {}

    def stored(self, rows: Sequence[SheetRow]) -> list[list[int]]:
        """For each row the keys of the records that it may be the same as, in order."""
        found: list[set[int]] = [set() for _row in rows]
        for index, key in enumerate(self._keys):
            wanted = [self._unique(row)[index] for row in rows]
            taken = key.taken(self._resource.model, (one for one in wanted if one is not None))
            for same, one in zip(found, wanted, strict=True):
                if one in taken:
                    same.add(taken[one])
        whole = [row for row in rows if not row.errors]
        told = self._resource.duplicates([row.values for row in whole], user=self._user)
        by_place = {row.place: same for row, same in zip(rows, found, strict=True)}
        for row, pks in zip(whole, told, strict=True):
            by_place[row.place].update(pks)
        return [sorted(same) for same in found]

    def above(self, row: SheetRow) -> tuple[int, str]:
        """The number of the row above that has the same where it must be unique, and in which field; (0, "") if none.

        The row is remembered for those below it.
        """
        for index, key in enumerate(self._unique(row)):
            if key is not None and (number := self._in_file.setdefault((index, key), row.number)) != row.number:
                return number, self._keys[index].names[-1]
        for name, own in (self._resource.identity(row.values) if not row.errors else {}).items():
            if (number := self._in_file.setdefault((name, own), row.number)) != row.number:
                return number, name
        return 0, ""

    def forget(self) -> None:
        """Begin anew: the rows so far are stored."""
        self._in_file.clear()

    def _unique(self, row: SheetRow) -> list[Any]:
        """What must be unique about the row, for each constraint; None while one of its cells is wrong."""
        if row.unique is None:
            row.unique = [None if row.errors.keys() & set(key.names) else key.of(row.record) for key in self._keys]
        return row.unique
