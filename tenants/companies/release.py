"""What the code of this release says a company's schema is: its version, its migrations, its script."""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from core.db import run_outside_companies
from core.db.context import run_as_owner
from core.db.roles import roles_of
from core.db.router import labels
from core.db.schemas import describe_schema, drop_schema, fingerprint, make_schema
from tenants.companies.models import Template

_TEMPLATE_LOCK = 0x71696B75_01  # one process makes the script, the others wait for it


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
        """The models as they are before `migration`, those of apps without tables of ours included."""
        return self.graph.make_state(nodes=(migration.app_label, migration.name), at_end=False)


def name_of(migration: Migration) -> str:
    """How a migration is recorded."""
    return f"{migration.app_label}.{migration.name}"


@cache
def company_plan() -> Plan:
    """The migrations of a company's schema."""
    return _plan("TENANT_APPS")


@cache
def public_plan() -> Plan:
    """The migrations of the schema `public`."""
    return _plan("SHARED_APPS")


def _plan(setting: str) -> Plan:
    loader = MigrationLoader(None)
    graph, wanted = loader.graph, labels(setting)
    keys: list[tuple[str, str]] = []
    for leaf in sorted(key for key in graph.leaf_nodes() if key[0] in wanted):
        keys += [key for key in graph.forwards_plan(leaf) if key[0] in wanted and key not in keys]
    migrations = tuple(graph.nodes[key] for key in keys)
    digest = hashlib.sha256()
    for migration in migrations:
        digest.update(name_of(migration).encode() + b"\0")
        digest.update(inspect.getsource(inspect.getmodule(type(migration)) or type(migration)).encode() + b"\0")
    return Plan(migrations, digest.hexdigest(), graph)


def apply_in_process(plan: Plan, migration: Migration) -> None:
    """Apply one migration to the schema that is set now, as Django's `migrate` does."""
    state = plan.state_before(migration)
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(state, editor)


def template() -> Template:
    """The script of this release; made on first use, by applying the migrations once to a schema that is then dropped."""
    return run_outside_companies(_template)


def _template() -> Template:
    version = company_plan().version
    found = Template.objects.filter(pk=version).first()
    if found is not None:
        return found
    raw = raw_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
    try:
        found = Template.objects.filter(pk=version).first()
        if found is None:
            script = script_of_migrations(raw)
            found = Template(
                version=version, script=script, fingerprint=fingerprint(script), applied=company_plan().names
            )
            found.save(force_insert=True)
        return found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_TEMPLATE_LOCK])


def script_of_migrations(raw: psycopg.Connection[Any]) -> str:
    """Apply every migration to a scratch schema and describe what came out; the schema is gone afterwards."""
    scratch = "t_scratch"
    drop_schema(raw, scratch)  # left by a process that was killed
    with raw.transaction():
        make_schema(raw, scratch, "")
    try:
        run_as_owner(scratch, owner_role(raw), _apply_all)
        raw_connection()
        return describe_schema_as_owner(raw, scratch)
    finally:
        raw_connection()
        drop_schema(raw, scratch)


def describe_schema_as_owner(raw: psycopg.Connection[Any], name: str) -> str:
    """Describe a schema with the rights of its owner: the login role sees into none."""
    with raw.transaction():
        raw.execute("SELECT set_config('role', %s, true)", [owner_role(raw)])
        return describe_schema(raw, name)


def owner_role(raw: psycopg.Connection[Any]) -> str:
    """The role that owns the tables of companies, or `none` without the second wall."""
    return roles_of(raw).owner if settings.COMPANY_ROLES else "none"


def raw_connection() -> psycopg.Connection[Any]:
    """The physical connection of this thread, set to where the thread is now."""
    connection.ensure_connection()
    connection.set_place()  # type: ignore[attr-defined]
    raw: psycopg.Connection[Any] = connection.connection
    return raw


def _apply_all() -> None:
    plan = company_plan()
    for migration in plan.migrations:
        apply_in_process(plan, migration)
