"""Migrations of `public`, then of every company: by what its row says, in parallel, canaries first, resumable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg import sql

from core.db import run_outside_companies
from core.db.context import run_as_owner
from core.db.raw import own_connection, raw_connection
from core.db.roles import grant_company_rights, move_behind_wall, prepare_database
from core.db.router import PUBLIC
from core.db.schemas import fingerprint
from tenants.companies.models import Schema
from tenants.companies.release import (
    Step,
    apply_in_process,
    company_plan,
    describe_as_owner,
    name_of,
    owner_role,
    public_plan,
    steps_from,
    template,
)

PUBLIC_SCHEMA = "public"
WORKERS = 4
LOCK_TIMEOUT = "3s"  # a migration that waits for a lock makes everybody else wait behind it
ATTEMPTS = 5
_RUNNER_LOCK = 0x71696B7503


@dataclass(frozen=True)
class Outcome:
    """What became of one company."""

    schema: str
    company: str
    state: Literal["done", "failed", "not tried"]
    seconds: float = 0.0
    error: str = ""


@dataclass
class Report:
    """What a run did: migrations of `public`, and one outcome for each company that was behind."""

    public: list[str]
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> list[Outcome]:
        """Those that are still behind."""
        return [outcome for outcome in self.outcomes if outcome.state != "done"]


@dataclass(frozen=True)
class _Behind:
    """A schema to be migrated, as its row says."""

    schema: str
    company: str
    version: str
    applied: tuple[str, ...]
    is_canary: bool


def migrate_all(workers: int = WORKERS, tell: Callable[[Outcome], None] = lambda outcome: None) -> Report:
    """Bring `public` and every company to the version of the code; `tell` hears of each company as it ends.

    What is done already is skipped, so a run that was killed is simply started again. A company that fails does not
    stop the others, a canary does. A second run waits for the first.
    """

    def run() -> Report:
        with _alone():
            report = Report(_migrate_public())
            template()  # the next release starts from it
            behind = _find_behind()
            steps = {version: _steps(version, behind) for version in {each.version for each in behind}}
            for group in (
                [each for each in behind if each.is_canary],
                [each for each in behind if not each.is_canary],
            ):
                stopped = any(outcome.state == "failed" for outcome in report.outcomes)
                for outcome in _skip(group) if stopped else _migrate_group(group, steps, workers):
                    report.outcomes.append(outcome)
                    tell(outcome)
            return report

    return run_outside_companies(run)


def migrate_public() -> list[str]:
    """Prepare the database and bring `public` alone to the version of the code; the names of what was applied."""
    return run_outside_companies(_migrate_public)


def _migrate_public() -> list[str]:
    wall_is_new = prepare_database()
    plan = public_plan()
    row = _public_row()
    if wall_is_new and row is not None:
        for name in Schema.objects.exclude(pk=PUBLIC_SCHEMA).values_list("name", flat=True):
            move_behind_wall(raw_connection(), name)
        grant_company_rights()
    if row is not None and row.version == plan.version:
        return []
    applied = list(row.applied) if row else []
    done = []
    for migration in plan.migrations:
        if name_of(migration) in applied:
            continue
        with transaction.atomic():
            apply_in_process(plan, migration)
            applied.append(name_of(migration))
            done.append(name_of(migration))
            if _is_there(Schema._meta.db_table):
                _write_public(applied, version="")
    grant_company_rights()
    _write_public(applied, version=plan.version)
    return done


def _is_there(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table.replace('"', "")])
        return bool(cursor.fetchone() != (None,))


def _public_row() -> Schema | None:
    return Schema.objects.filter(pk=PUBLIC_SCHEMA).first() if _is_there(Schema._meta.db_table) else None


def _write_public(applied: list[str], *, version: str) -> None:
    now = timezone.now()
    Schema.objects.update_or_create(
        name=PUBLIC_SCHEMA, defaults={"version": version, "applied": applied, "claimed_at": now, "migrated_at": now}
    )


def _find_behind() -> list[_Behind]:
    """One query decides; schemas that wait in the pool are not migrated but replaced."""
    rows = Schema.objects.filter(company__isnull=False).exclude(version=company_plan().version)
    return [
        _Behind(row.name, row.company.name, row.version, tuple(row.applied), row.company.is_canary)
        for row in rows.select_related("company").order_by("company__pk")
    ]


def _steps(version: str, behind: list[_Behind]) -> list[Step]:
    least = min((each.applied for each in behind if each.version == version), key=len)
    return steps_from(version, list(least))


def _skip(group: Sequence[_Behind]) -> list[Outcome]:
    return [Outcome(each.schema, each.company, "not tried", error="a canary failed") for each in group]


def _migrate_group(group: Sequence[_Behind], steps: dict[str, list[Step]], workers: int) -> Iterator[Outcome]:
    owner = owner_role()
    with ThreadPoolExecutor(max(1, workers), thread_name_prefix="migrate") as pool:
        yield from pool.map(lambda each: _migrate_one(each, steps[each.version], owner), group)


def _migrate_one(each: _Behind, steps: list[Step], owner: str) -> Outcome:
    started = time.monotonic()
    try:
        run_outside_companies(_bring_up, each, steps, owner)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other companies go on and the report names it
        run_outside_companies(Schema.objects.filter(pk=each.schema).update, failure=str(error))
        return Outcome(each.schema, each.company, "failed", time.monotonic() - started, str(error).strip())
    finally:
        connection.close()
    return Outcome(each.schema, each.company, "done", time.monotonic() - started)


def _bring_up(each: _Behind, steps: list[Step], owner: str) -> None:
    applied = list(each.applied)
    lacking = [step for step in steps if step.name not in applied]
    if not lacking:
        _accept(each)
    for step in lacking:
        applied.append(step.name)
        version = company_plan().version if step is lacking[-1] else each.version
        if step.script is not None:
            _patiently(partial(_replay, each.schema, step.script, owner, list(applied), version))
        elif step.migration.atomic:
            _patiently(partial(_apply_in_company, each.schema, step, owner, list(applied), version))
        else:
            run_as_owner(each.schema, owner, apply_in_process, company_plan(), step.migration)
            _mark(each.schema, list(applied), version)


def _apply_in_company(schema: str, step: Step, owner: str, applied: list[str], version: str) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        run_as_owner(schema, owner, apply_in_process, company_plan(), step.migration)
        _mark(schema, applied, version)


def _mark(schema: str, applied: list[str], version: str) -> None:
    Schema.objects.filter(pk=schema).update(applied=applied, version=version, migrated_at=timezone.now(), failure="")


def _accept(each: _Behind) -> None:
    """Nothing is lacking, only the text of a migration is another: fine if the schema came out the same."""
    wanted = template()
    if fingerprint(describe_as_owner(each.schema, with_rows=False)) != wanted.fingerprint:
        raise RuntimeError(
            "a migration was rewritten after it had been applied here, and the tables differ: "
            "write a new migration, or make the company anew (./qiku reset in development)"
        )
    _mark(each.schema, list(each.applied), wanted.version)


def _replay(schema: str, script: str, owner: str, applied: list[str], version: str) -> None:
    """The migration and its mark on the schema's row, in one trip and one transaction."""
    query = sql.SQL(
        "BEGIN; SELECT set_config('lock_timeout', {timeout}, true), set_config('search_path', {schema}, true),"
        " set_config('role', {owner}, true);\n{script}\n"
        "SELECT set_config('search_path', 'no_company', true), set_config('role', 'none', true);"
        "UPDATE {table} SET applied = {applied}::jsonb, version = {version}, migrated_at = now(), failure = ''"
        " WHERE name = {schema}; COMMIT"
    ).format(
        timeout=sql.Literal(LOCK_TIMEOUT),
        schema=sql.Literal(schema),
        owner=sql.Literal(owner),
        script=sql.SQL(script),
        table=sql.Identifier(PUBLIC_SCHEMA, Schema._meta.db_table.removeprefix(PUBLIC)),
        applied=sql.Literal(json.dumps(applied)),
        version=sql.Literal(version),
    )
    raw = raw_connection()
    try:
        raw.execute(query)
    except psycopg.Error:
        raw.rollback()
        raise


def _patiently(act: Callable[[], Any]) -> None:
    for attempt in range(ATTEMPTS):
        try:
            act()
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, OperationalError) as error:
            passing = isinstance(
                error.__cause__ or error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected
            )
            if not passing or attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.2 * 2**attempt)
        else:
            return


@contextmanager
def _alone() -> Iterator[None]:
    """One run at a time; on a connection of its own, since that of the thread is changed now and then."""
    with own_connection("qiku migrations") as raw:
        raw.execute("SELECT pg_advisory_lock(%s)", [_RUNNER_LOCK])
        yield
