"""The verbs every record has: create, update, delete to the trash, restore, purge.

Each is atomic and logged; the caller has found the record through `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from core.access import Actor, guarded
from core.db.copying import copy_records, update_records
from core.records.attachments import file_hold
from core.records.base import Record, Stored, Trashable
from core.records.custom import CustomField, Kind, parted
from core.records.filling import Filler, belong, follow_owner
from core.records.history import changed_field, log, log_each
from core.records.named_users import CACHE as NAMED_USERS
from core.records.searching import computed_from

R = TypeVar("R", bound=Stored)


class StaleRecord(Exception):
    """The record was changed by somebody else since the form was opened; `current` is the record as it is now."""

    def __init__(self, current: Stored) -> None:
        super().__init__(f"{current._meta.model_name} {current.pk} is at version {current.version}")
        self.current = current


@transaction.atomic
def record_create(record: R, values: Mapping[str, Any], *, by: Actor) -> R:
    """Fill a new record with the values (many-to-many ones and those of custom fields included), store it, log it."""
    own, custom = parted(type(record), values)
    plain, many = _split(record, own)
    for name, value in plain.items():
        setattr(record, name, value)
    if isinstance(record, Record):
        belong(record, by)
    record.custom = {**record.custom, **_kept(custom)}
    record.save(force_insert=True)
    for name, value in many.items():
        getattr(record, name).set(value)
    uploads = [(field.name, value) for field, value in custom.items() if field.type == Kind.FILE and value]
    if files := {name: file_hold(record, name, upload, by=by) for name, upload in uploads}:
        record.custom |= files
        record.save(update_fields=["custom"])
    filled = _filled({**plain, **many, **{field.name: value for field, value in custom.items()}})
    log("create", by=by, resource=guarded(type(record)).name, record=record, changes=filled)
    return record


@transaction.atomic
def records_create(
    model: type[R],
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    before: Callable[[Sequence[R]], None] | None = None,
) -> list[R]:
    """Store many new records as `record_create` stores one, in a few statements: `save` of the model is not called.

    `before` is called with the records just before they are stored: to give them keys that are reserved, or what
    follows from other records that are made with them.
    """
    filler = Filler(model)
    made = [filler.filled(values) for values in rows]
    records: list[R] = [record for record, _many in made]
    for record in records:
        if isinstance(record, Record):
            belong(record, by, at_hand=True)
    if before is not None:
        before(records)
    copy_records(records)
    _choose(records, [many for _record, many in made])
    changes = [
        _filled({name: many.get(name, value) for name, value in values.items()} if many else values)
        for values, (_record, many) in zip(rows, made, strict=True)
    ]
    log_each("create", records, by=by, changes=changes)
    return records


def stored_version(record: Stored) -> int:
    """The version that the record has now, whatever this copy of it says."""
    version: int = type(record)._base_manager.values_list("version", flat=True).get(pk=record.pk)
    return version


@transaction.atomic
def record_update(
    record: R, values: Mapping[str, Any], *, by: Actor, version: int | None = None, verb: str = "change"
) -> R:
    """Change the values given, under a lock; log what really changed, and nothing if nothing did.

    `version` is what the editor saw; raises StaleRecord when the record has moved on since.
    """
    # Not against references: whoever adds a row that refers to this one need not wait, nor meet us in a deadlock.
    locked = type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    if version is not None and locked.version != version:
        raise StaleRecord(locked)
    own, custom = parted(type(locked), values)
    plain, many = _split(locked, own)
    changes = _change_columns(locked, plain)
    changed_columns = list(changes)
    for name, value in many.items():
        before_set, after_set = set(getattr(locked, name).all()), set(value)
        if before_set != after_set:
            changes[name] = changed_field(name, sorted(map(str, before_set)), sorted(map(str, after_set)))
            getattr(locked, name).set(value)
    for field, value in custom.items():
        if (change := _change_custom(locked, field, value, by=by)) is not None:
            changes[field.name] = change
            changed_columns.append("custom")
    if not changes:
        return locked
    _save(locked, *changed_columns, *_followed(type(locked), changed_columns))
    log(verb, by=by, resource=guarded(type(locked)).name, record=locked, changes=changes)
    return locked


@transaction.atomic
def records_update(model: type[R], values: Mapping[int, Mapping[str, Any]], *, by: Actor, verb: str = "change") -> None:
    """Change columns of many records, given by their keys, as `record_update` changes one; in a few statements."""
    held = model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=values).order_by("pk")
    records: list[R] = []
    told: list[dict[str, list[Any]]] = []
    written: set[str] = {"version", "updated_at"}
    now = timezone.now()
    for record in held:
        changes = _change_columns(record, values[record.pk])
        if not changes:
            continue
        record.version, record.updated_at = record.version + 1, now
        written |= {*changes, *_followed(model, list(changes))}
        records.append(record)
        told.append(changes)
    update_records(records, sorted(written))
    log_each(verb, records, by=by, changes=told)


@transaction.atomic
def record_delete(record: Stored, *, by: Actor) -> None:
    """Put the record in the trash; one without a trash is removed (ProtectedError while others refer to it)."""
    log("delete", by=by, resource=guarded(type(record)).name, record=record)
    if isinstance(record, Trashable):
        record.deleted_at, record.deleted_by_id = timezone.now(), by.pk
        _save(record, "deleted_at", "deleted_by")
    else:
        record.delete()


@transaction.atomic
def records_delete(model: type[R], pks: Sequence[int], *, by: Actor) -> None:
    """Put many records of a model that has a trash there, in a few statements."""
    records = list(model._base_manager.filter(pk__in=pks, deleted_at=None).select_for_update(of=("self",), no_key=True))
    now = timezone.now()
    kept = model._base_manager.filter(pk__in=[record.pk for record in records])
    kept.update(deleted_at=now, deleted_by_id=by.pk, version=models.F("version") + 1, updated_at=now)
    log_each("delete", records, by=by)


@transaction.atomic
def record_restore(record: Stored, *, by: Actor) -> None:
    """Take the record out of the trash; ValidationError when what must be unique was taken in the meantime."""
    if not isinstance(record, Trashable):
        raise TypeError(f"{type(record).__name__} has no trash")
    record.deleted_at, record.deleted_by_id = None, None
    record.validate_constraints()
    _save(record, "deleted_at", "deleted_by")
    log("restore", by=by, resource=guarded(type(record)).name, record=record)


@transaction.atomic
def record_purge(record: Stored, *, by: Actor) -> None:
    """Remove the record for good; its lines of the log stay."""
    log("purge", by=by, resource=guarded(type(record)).name, record=record)
    record.delete()


def _kept(values: Mapping[CustomField, Any]) -> dict[str, Any]:
    """What `custom` of a new record holds of the values; files come when the record has its key."""
    kept = {field.name: field.kept(value) for field, value in values.items() if field.type != Kind.FILE}
    return {name: value for name, value in kept.items() if value is not None}


def _change_custom(record: Stored, field: CustomField, value: Any, *, by: Actor) -> list[Any] | None:
    """Give a custom field its value; what the log keeps of it, None where nothing changes."""
    held, before = field.held(record), field.of(record)
    if field.type == Kind.FILE:
        kept = file_hold(record, field.name, value or None, by=by) if value or held else None
    else:
        kept = field.kept(value)
    if kept == held:
        return None
    record.custom = {name: known for name, known in record.custom.items() if name != field.name}
    if kept is not None:
        record.custom[field.name] = kept
    record._state.fields_cache.pop(NAMED_USERS, None)
    return changed_field(field.name, before, value or None)


def _filled(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What the log keeps of a new record: the values that are there."""
    return {name: changed_field(name, None, value) for name, value in values.items() if not _is_nothing(value)}


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _choose(records: Sequence[Stored], chosen: Sequence[Mapping[str, Sequence[Any]]]) -> None:
    """Give new records the values of their many-to-many fields, in a statement a field."""
    for name in {name: None for many in chosen for name in many}:
        ends: Any = getattr(records[0], name)  # the manager knows the table between, and which end of it is ours
        ours, theirs = (ends.through._meta.get_field(end) for end in (ends.source_field_name, ends.target_field_name))
        ends.through._base_manager.bulk_create(
            ends.through(**{ours.attname: record.pk, theirs.attname: other})
            for record, many in zip(records, chosen, strict=True)
            for other in {getattr(one, "pk", one): None for one in many.get(name, ())}
        )


def _change_columns(record: Stored, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the record the values; what the log keeps of those that it did not have."""
    changes: dict[str, list[Any]] = {}
    for name, value in values.items():
        before = getattr(record, name)
        if before != value:
            changes[name] = changed_field(name, before, value)
            setattr(record, name, value)
    if "owner" in changes and isinstance(record, Record):
        follow_owner(record)
    return changes


def _followed(model: type[Stored], changed: Sequence[str]) -> list[str]:
    """The columns that change with these."""
    department = ["department"] if "owner" in changed and issubclass(model, Record) else []
    return [*department, *computed_from(model, changed)]


def _save(record: Stored, *fields: str) -> None:
    record.version += 1
    record.updated_at = timezone.now()
    record.save(update_fields=[*fields, "version", "updated_at"])


def _split(record: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the record's own columns, and those of its many-to-many fields."""
    many_names = {field.name for field in record._meta.many_to_many} | {
        name for name in values if getattr(record._meta.get_field(name), "many_to_many", False)
    }
    plain = {name: value for name, value in values.items() if name not in many_names}
    many = {name: list(value) for name, value in values.items() if name in many_names}
    return plain, many
