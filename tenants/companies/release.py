"""What the code of this release says a company's schema is: its version, its migrations, its script."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from core.db import run_outside_companies
from core.db.context import run_as_owner
from core.db.raw import raw_connection
from core.db.roles import roles_of
from core.db.router import labels
from core.db.schemas import describe_schema, drop_schema, fingerprint, make_schema, new_schema_name
from tenants.companies.models import Template

_TEMPLATE_LOCK = 0x71696B7501  # one process makes the script, the others wait for it
_CONCURRENTLY = re.compile(r"\b(INDEX)\s+CONCURRENTLY\b", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """The migrations of one kind of schema in the order they are applied, and the hash of their texts."""

    migrations: tuple[Migration, ...]
    version: str
    graph: MigrationGraph

    @property
    def names(self) -> list[str]:
        """As they are recorded: "app.name"."""
        return [name_of(migration) for migration in self.migrations]

    def state_before(self, migration: Migration) -> ProjectState:
        """The models as they are before `migration`, those of all apps."""
        return self.graph.make_state(nodes=(migration.app_label, migration.name), at_end=False)


@dataclass(frozen=True)
class Step:
    """One migration as it is brought to a company: its SQL, or None where Python has to run in the company itself."""

    migration: Migration
    script: str | None

    @property
    def name(self) -> str:
        """As it is recorded."""
        return name_of(self.migration)


def name_of(migration: Migration) -> str:
    """How a migration is recorded."""
    return f"{migration.app_label}.{migration.name}"


@cache
def company_plan() -> Plan:
    """The migrations of a company's schema."""
    return plan_of("TENANT_APPS")


@cache
def public_plan() -> Plan:
    """The migrations of the schema `public`."""
    return plan_of("SHARED_APPS")


def plan_of(setting: str) -> Plan:
    """The migrations of the apps in a setting, read from the files."""
    graph, wanted = MigrationLoader(None).graph, labels(setting)
    keys: list[tuple[str, str]] = []
    for leaf in sorted(key for key in graph.leaf_nodes() if key[0] in wanted):
        keys += [key for key in graph.forwards_plan(leaf) if key[0] in wanted and key not in keys]
    migrations = tuple(graph.nodes[key] for key in keys)
    digest = hashlib.sha256()
    for migration in migrations:
        module = inspect.getmodule(type(migration))
        text = inspect.getsource(module) if module else ""
        digest.update(f"{name_of(migration)}\0{text}\0".encode())
    return Plan(migrations, digest.hexdigest(), graph)


def apply_in_process(plan: Plan, migration: Migration, *, unseen: bool = False) -> str | None:
    """Apply one migration to the schema that is set now, as Django's `migrate` does.

    `unseen`: nobody works in the schema yet, so its indexes need not be built beside others' work. That would wait for
    the oldest transaction of the whole database, and for whoever waits for this one to end.

    Returns its SQL, for other schemas; None where the SQL alone does not do it.
    """
    editor = _recording_editor(atomic=migration.atomic, unseen=unseen)
    with editor:
        migration.apply(plan.state_before(migration), editor)
    if not migration.atomic or any(_runs_python(operation) for operation in migration.operations):
        return None
    return "\n".join(f"{statement.rstrip().rstrip(';')};" for statement in editor.done)


_apply_unseen = partial(apply_in_process, unseen=True)


def _runs_python(operation: Operation) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return any(_runs_python(part) for part in operation.database_operations)
    return isinstance(operation, RunPython)


def _recording_editor(*, atomic: bool, unseen: bool) -> Any:
    usual: type[BaseDatabaseSchemaEditor] = connection.SchemaEditorClass
    compose = connection.ops.compose_sql  # type: ignore[attr-defined]

    class Recording(usual):  # type: ignore[misc, valid-type]
        """Django's editor, keeping what it has executed."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.done: list[str] = []

        def execute(self, sql: Any, params: Any = ()) -> None:
            """As Django's."""
            if unseen:
                sql = _CONCURRENTLY.sub(r"\1", str(sql))
            super().execute(sql, params)
            self.done.append(compose(str(sql), params) if params else str(sql))

    return Recording(connection, atomic=atomic)


def template() -> Template:
    """The script of this release; made on first use, by applying the migrations once to a scratch schema."""
    return run_outside_companies(_template)


def _template() -> Template:
    plan = company_plan()
    found = Template.objects.filter(pk=plan.version).first()
    if found is not None:
        return found
    with _alone(_TEMPLATE_LOCK):
        found = Template.objects.filter(pk=plan.version).first()
        if found is None:
            script, structure = script_of_migrations(plan)
            found = Template(
                version=plan.version, script=script, fingerprint=fingerprint(structure), applied=plan.names
            )
            found.save(force_insert=True)
        return found


def script_of_migrations(plan: Plan) -> tuple[str, str]:
    """Apply every migration to a scratch schema; the script that makes the like of it, and its structure alone."""
    with scratch_schema("") as name:
        run_as_owner(name, owner_role(), lambda: [_apply_unseen(plan, each) for each in plan.migrations])
        return describe_as_owner(name, with_rows=True), describe_as_owner(name, with_rows=False)


def steps_from(version: str, applied: list[str]) -> list[Step]:
    """The migrations that a schema of `version` lacks, with their SQL, tried on a scratch schema first."""
    plan = company_plan()
    old = Template.objects.filter(pk=version).first()
    done = set(old.applied if old else applied)
    with _alone(_TEMPLATE_LOCK), scratch_schema(old.script if old else "") as name:

        def apply() -> list[Step]:
            if old is None:
                for migration in plan.migrations:
                    if name_of(migration) in done:
                        _apply_unseen(plan, migration)
            lacking = [migration for migration in plan.migrations if name_of(migration) not in done]
            return [Step(migration, _apply_unseen(plan, migration)) for migration in lacking]

        return run_as_owner(name, owner_role(), apply)


@contextmanager
def scratch_schema(script: str) -> Iterator[str]:
    """A schema made from `script` that is gone after the block. Whoever calls holds the template lock.

    Its name is one of its own, because its role belongs to all databases of the server.
    """
    for left in raw_connection().execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'").fetchall():
        drop_schema(raw_connection(), left[0])  # by a process that was killed
    name = new_schema_name("t")
    with raw_connection().transaction():
        make_schema(raw_connection(), name, script)
    try:
        yield name
    finally:
        drop_schema(raw_connection(), name)


def describe_as_owner(name: str, *, with_rows: bool) -> str:
    """Describe a schema with the rights of its owner: the login role sees into none."""
    raw = raw_connection()
    with raw.transaction():
        raw.execute("SELECT set_config('role', %s, true)", [owner_role()])
        return describe_schema(raw, name, with_rows=with_rows)


def owner_role() -> str:
    """The role that owns the tables of companies, or `none` without the second wall."""
    return roles_of(raw_connection()).owner if settings.COMPANY_ROLES else "none"


@contextmanager
def _alone(lock: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
