"""Writing very many rows: COPY instead of INSERT, ten times faster; for rows that are known to be right."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django.conf import settings
from django.db import connection, connections, models, transaction
from django.db.models.expressions import DatabaseDefault
from psycopg import sql
from psycopg.adapt import PyFormat, Transformer

from core.db.context import current_company, run_as_owner
from core.db.raw import raw_connection
from core.db.roles import roles_of

_QUOTED = re.compile(r"""[{}"\\\s]|null""", re.IGNORECASE)  # elements that hold this are put into quotes

_LATER: Any = object()
_METHODS = ("pre_save", "to_python", "get_prep_value", "get_db_prep_value", "get_db_prep_save")
_AS_THEY_ARE: dict[tuple[Any, ...], type] = {
    tuple(getattr(field, name) for name in _METHODS): kind
    for field, kind in (
        (models.CharField, str),
        (models.TextField, str),
        (models.BooleanField, bool),
        (models.DateField, datetime.date),
        (models.DateTimeField, datetime.datetime),
        *((one, int) for one in (models.IntegerField, models.PositiveIntegerField, models.BigAutoField)),
    )
}

_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = ANY (%s) AND contype = 'f'
"""
_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY (%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows of the named columns (`attname`s); the other columns get their fields' defaults.

    Nothing is validated and nothing is logged: whoever calls this answers for what the services would have seen to.
    Values are those that PostgreSQL takes: arrays by `array_text`, JSON as text. Returns the number of rows.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    others = {name: _default(field) for name, field in fields.items() if name not in names and not field.primary_key}
    columns = [sql.Identifier(cast(str, fields[name].column)) for name in (*names, *others)]
    constant = tuple(others.values())
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns)
    )
    return _copy(statement, ((*row, *constant) for row in rows))


def copy_records(records: Sequence[models.Model]) -> None:
    """Store new records of one model, as `bulk_create` does: those without keys get them, `save` is not called.

    Raises what `bulk_create` raises. A field whose value the database sets is left to it for all of them.
    """
    if not records:
        return
    model = type(records[0])
    given: list[models.Field[Any, Any]] = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(getattr(records[0], field.attname), DatabaseDefault)
    ]
    without = [record for record in records if record.pk is None]
    for record, key in zip(without, next_keys(model, len(without)), strict=True):
        record.pk = key
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(cast(str, one.column)) for one in given)
    )
    _copy(statement, zip(*(_column(field, records) for field in given), strict=True))
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def update_records(records: Sequence[models.Model], names: Sequence[str]) -> None:
    """Store these fields of records of one model: a small statement for each of them.

    Raises what `bulk_update` raises, which makes one great statement and takes ten times as long.
    """
    if not records:
        return
    model = type(records[0])
    changed: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in changed)
    table, stored = connection.ops.quote_name(model._meta.db_table), [_stored(field, add=False) for field in changed]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {columns} WHERE id = %s",  # noqa: S608
            [(*(value_of(record) for value_of in stored), record.pk) for record in records],
        )


def _copy(statement: sql.Composed, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with connection.wrap_database_errors, raw_connection().cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _column(field: models.Field[Any, Any], records: Sequence[models.Model]) -> list[Any]:
    """The field's values of all records, as PostgreSQL takes them.

    What of a column's values is stored as it is tells its type: the field is asked about the others alone.
    """
    value_of, as_it_is = _stored(field, add=True), _as_it_is(field)
    if as_it_is is None:
        return [value_of(record) for record in records]
    name = field.attname
    column = [record.__dict__.get(name, _LATER) for record in records]
    for place, value in enumerate(column):
        if value is None or (type(value) is as_it_is and getattr(value, "tzinfo", True)):
            continue
        column[place] = value_of(records[place])  # a moment without a time zone as well
    return column


def _as_it_is(field: Any) -> type | None:
    """The type of values that the field stores as they are, as far as its methods are Django's own."""
    if isinstance(field, models.ForeignKey):
        own = type(field).get_db_prep_save is models.ForeignKey.get_db_prep_save
        return _as_it_is(field.target_field) if own and type(field).pre_save is models.Field.pre_save else None
    found = _AS_THEY_ARE.get(tuple(getattr(type(field), name, None) for name in _METHODS))
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return None if by_itself else found


def _stored(field: models.Field[Any, Any], *, add: bool) -> Callable[[models.Model], Any]:
    """What gives the field's value of one record after another, as PostgreSQL takes it."""
    database = connections[connection.alias]

    def value_of(record: models.Model) -> Any:
        value = field.get_db_prep_save(field.pre_save(record, add), database)
        return array_text(value) if isinstance(value, list) else value

    return value_of


def array_text(values: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it: made once where many rows hold the same."""
    joined = ",".join(values)
    if values and joined.count(",") == len(values) - 1 and "" not in values and not _QUOTED.search(joined):
        return f"{{{joined}}}"
    dumped = Transformer().get_dumper(list(values), PyFormat.TEXT).dump(list(values))
    return bytes(dumped or b"{}").decode()


def reserve_keys(model: type[models.Model], count: int) -> int:
    """Take `count` numbers in a row from the table's primary keys; gives the first. For tables nobody else fills."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, nextval(%s) + %s - 1)", [sequence, sequence, count])
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """The next `count` numbers of the table's primary keys, whoever else takes some at the same time."""
    with connection.cursor() as cursor:
        sequence = [model._meta.db_table, model._meta.pk.column]
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [*sequence, count])
        return [key for (key,) in cursor.fetchall()]


def copied_in_bulk(tables: Sequence[type[models.Model]], fill: Callable[[], None]) -> None:
    """Call `fill`, which copies millions of rows into the tables, with their indexes and foreign keys put aside.

    Made anew at the end they take a fraction of the time that each row would take. All of it is one transaction: who
    looks meanwhile waits, and whatever happens, nothing is missing afterwards. To be called outside transactions.
    """

    def run() -> None:
        with transaction.atomic():
            raw = raw_connection()
            raw.execute("SET LOCAL maintenance_work_mem = '512MB'")
            oids = [raw.execute("SELECT %s::regclass::oid", [_quoted(model)]).fetchone()[0] for model in tables]  # type: ignore[index]
            aside = [raw.execute(query, [oids]).fetchall() for query in (_FOREIGN_KEYS, _INDEXES)]
            for drop, _make in itertools.chain(*aside):
                raw.execute(drop)
            fill()
            for _drop, make in itertools.chain(*reversed(aside)):
                raw.execute(make)

    _as_owner(run)


def tidy(*tables: type[models.Model]) -> None:
    """Do for the tables what the server does by itself a minute after very many new rows: VACUUM and ANALYZE.

    To be called outside transactions. Only their owner may: to a company's own role PostgreSQL gives a warning.
    """

    def run() -> None:
        for model in tables:
            raw_connection().execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(model._meta.db_table)))

    _as_owner(run)


def _as_owner(run: Callable[[], None]) -> None:
    owner = roles_of(raw_connection()).owner if settings.COMPANY_ROLES else "none"
    run_as_owner(current_company().schema_name, owner, run)


def _quoted(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _default(field: models.Field[Any, Any]) -> Any:
    value = field.get_db_prep_save(field.get_default(), connection)
    return array_text(value) if isinstance(value, list) else value
