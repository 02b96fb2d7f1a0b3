"""A chunk of rows becomes records: many in one go where nothing is in the way, one by one where something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from core.pages.imports.checking import may_add, refused
from core.pages.imports.duplicates import Duplicates
from core.pages.imports.models import Import, Policy
from core.pages.imports.sheet import Errors, Sheet, SheetRow, messages_of
from core.records.base import Stored
from core.records.custom import custom_field
from core.records.services import StaleRecord
from core.resources import Resource

Outcome = list[Any]
"""["created", key, version], ["updated", key, version, values before], ["skipped", key], ["failed", errors]"""


class Writer:
    """Stores rows of one import, as its owner may."""

    def __init__(self, resource: Resource, user: Any, batch: Import) -> None:
        self._resource = resource
        self._user = user
        self._batch = batch
        self._sheet = Sheet(resource, user, batch.columns)
        self._duplicates = Duplicates(resource, user)
        self._may_add = may_add(resource, user)
        self._changeable: dict[int, Stored] = {}
        self._waiting: list[SheetRow] = []
        self._outcomes: dict[int, Outcome] = {}

    def write(self, rows: Sequence[Sequence[Any]]) -> list[Outcome]:
        """Store the rows of a chunk; what came of each, in order."""
        read = self._sheet.read(rows)
        # Twins of what the first pass stored are dealt with in the second. A third one would be for those whose first
        # could not be stored: each has to be tried as the first of its kind, and a pass for each is no more than that.
        for row in self._pass(self._pass(read)):
            self._pass([row])
        return [self._outcomes[row.place] for row in read]

    def _pass(self, rows: Sequence[SheetRow]) -> list[SheetRow]:
        """Store the rows, but for those that are the same as one above them: there has to be a record first."""
        self._duplicates.forget()
        stored = self._duplicates.stored(rows)
        self._reach(pk for same in stored for pk in same)
        twins = []
        for row, same in zip(rows, stored, strict=True):
            if not same and self._duplicates.above(row)[0]:
                twins.append(row)
            elif outcome := self._done(row, same):
                self._outcomes[row.place] = outcome
        self._store_waiting()
        return twins

    def _done(self, row: SheetRow, same: list[int]) -> Outcome | None:
        """What came of the row; None while it waits to be stored with others."""
        policy = self._policy(row) if same else Policy.CREATE
        if policy == Policy.SKIP:
            return ["skipped", same[0]]
        if policy == Policy.UPDATE:
            return self._update(row, same)
        if not self._may_add:
            return _failed({"": [_("Your roles do not allow you to add records here.")]})
        if row.errors:
            return _failed(row.errors)
        if same:
            return self._create(row, all_the_same=True)
        self._waiting.append(row)
        return None

    def _policy(self, row: SheetRow) -> Policy:
        policy = Policy(self._batch.policy)
        return Policy(self._batch.decisions.get(str(row.number), Policy.SKIP)) if policy == Policy.ASK else policy

    def _reach(self, pks: Any) -> None:
        wanted = set(pks) - self._changeable.keys()
        if wanted:
            reached = self._resource.rows(self._user, "change").filter(pk__in=wanted)
            self._changeable |= {record.pk: record for record in reached}

    def _store_waiting(self) -> None:
        """Store the rows that wait: in one go, or one by one when one of them is refused."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if self._resource.creates_many:
            try:
                with transaction.atomic():
                    records = self._resource.create_many([row.values for row in waiting], by=self._user)
            except (ValidationError, IntegrityError):
                pass  # whose fault it is shows one by one
            else:
                for row, record in zip(waiting, records, strict=True):
                    self._outcomes[row.place] = ["created", record.pk, record.version]
                return
        for row in waiting:
            self._outcomes[row.place] = self._create(row)

    def _create(self, row: SheetRow, *, all_the_same: bool = False) -> Outcome:
        """Store one new record, as the page does; the constraints say what is in the way."""
        form = self._sheet.as_new(row, all_the_same=all_the_same)
        del form.instance.validate_constraints
        try:
            with transaction.atomic():
                record = self._resource.save(form, by=self._user)
        except (DataError, IntegrityError) as error:
            return _failed({"": [_("The database refused it (%(error)s).") % {"error": type(error).__name__}]})
        return _failed(messages_of(form)) if record is None else ["created", record.pk, record.version]

    def _update(self, row: SheetRow, same: list[int]) -> Outcome:
        if refusal := refused(same, self._changeable):
            return _failed(refusal)
        if row.unread:
            return _failed(row.unread)
        record = self._changeable.pop(same[0])  # it is read anew, should a further row mean it
        version, before = record.version, held(record, row.given)
        form = self._sheet.as_change(row, record)
        try:
            saved = self._resource.save(form, by=self._user) if form.is_valid() else None
        except StaleRecord:
            return _failed({"": [_("Somebody changed the record at the same moment.")]})
        self._reach(same)
        if saved is None:
            return _failed(messages_of(form))
        if saved.version == version:
            return ["skipped", saved.pk]
        return ["updated", saved.pk, saved.version, before]


def held(record: Stored, names: Mapping[str, Any]) -> dict[str, Any]:
    """The record's values of these fields, as JSON keeps them; of what is no field of it (a password), nothing."""
    found: dict[str, Any] = {}
    for name in names:
        if own := custom_field(type(record), name):
            found[name] = own.held(record)
            continue
        try:
            field: Any = record._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if field.many_to_many:
            found[name] = list(getattr(record, name).values_list("pk", flat=True))
        else:
            found[name] = field.get_prep_value(getattr(record, field.attname))
    return found


def _failed(errors: Errors) -> Outcome:
    return ["failed", errors]
