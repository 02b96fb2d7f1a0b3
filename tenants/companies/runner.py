"""Migrations of `public`, and then of every company."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from core.db import run_outside_companies
from core.db.roles import grant_company_rights, prepare_database
from tenants.companies.models import Schema
from tenants.companies.release import apply_in_process, name_of, public_plan

PUBLIC_SCHEMA = "public"


def migrate_public() -> list[str]:
    """Prepare the database and bring `public` to the version of the code; the names of what was applied."""
    return run_outside_companies(_migrate_public)


def _migrate_public() -> list[str]:
    prepare_database()
    plan = public_plan()
    row = _public_row()
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
            if _public_row_may_be_written():
                _write_public(applied, version="")
    grant_company_rights()
    _write_public(applied, version=plan.version)
    return done


def _public_row_may_be_written() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [Schema._meta.db_table.replace('"', "")])
        return cursor.fetchone()[0] is not None


def _public_row() -> Schema | None:
    return Schema.objects.filter(pk=PUBLIC_SCHEMA).first() if _public_row_may_be_written() else None


def _write_public(applied: list[str], *, version: str) -> None:
    now = timezone.now()
    Schema.objects.update_or_create(
        name=PUBLIC_SCHEMA, defaults={"version": version, "applied": applied, "claimed_at": now, "migrated_at": now}
    )
