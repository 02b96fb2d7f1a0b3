"""The second wall, inside PostgreSQL: a role per company that may use its own schema and no other.

Table rights come from one group role by default privileges; a company's role is a member of it and has USAGE on one
schema. The login role is a member of all and inherits from none, so between companies it can only look at the few
public tables. Which public rows a company's role may touch, a public model says itself: `company_rights`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from psycopg import sql

from core.db.raw import raw_connection
from core.db.router import PUBLIC, is_public

OLDEST_SERVER = 160000  # membership without inheritance: GRANT … WITH INHERIT FALSE


class CompanyRights(NamedTuple):
    """What a company's role may do with its own rows of a public table.

    `verbs` as in GRANT ("SELECT, INSERT"); `column` holds the number of the company a row belongs to.
    """

    verbs: str
    column: str = "company_id"


class Roles(NamedTuple):
    """Names of the roles of one installation, after its login role: several may share a cluster."""

    login: str
    owner: str
    group: str


def roles_of(raw: psycopg.Connection[Any]) -> Roles:
    """The roles of the installation that is logged in on `raw`."""
    login: str = raw.info.user
    return Roles(login, f"{login}_owner", f"{login}_company")


def prepare_database() -> None:
    """Make the roles, default privileges and extensions this database needs; nothing to do the second time.

    Raises ImproperlyConfigured, saying what to grant, when the login role may not make roles.
    """
    raw = raw_connection()
    if raw.info.server_version < OLDEST_SERVER:
        raise ImproperlyConfigured(f"PostgreSQL 16 or later is needed, this is {raw.info.server_version // 10000}")
    for extension in getattr(settings, "DATABASE_EXTENSIONS", ("pg_trgm",)):
        raw.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension)))
    if settings.COMPANY_ROLES:
        _make_roles(raw)


def _make_roles(raw: psycopg.Connection[Any]) -> None:
    roles = roles_of(raw)
    names = {key: sql.Identifier(value) for key, value in roles._asdict().items()}
    for role in (roles.owner, roles.group):
        try:
            # Another process may make it in the same moment: roles belong to the cluster, not to the database.
            raw.execute(
                sql.SQL(
                    "DO $$ BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                ).format(sql.Identifier(role))
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise ImproperlyConfigured(
                f"the login role {roles.login!r} must be allowed to make roles (ALTER ROLE {roles.login} CREATEROLE),"
                " or set QIKU_COMPANY_ROLES=no"
            ) from error
    raw.execute(sql.SQL("GRANT {owner} TO {login} WITH INHERIT FALSE, SET TRUE").format(**names))
    raw.execute(
        sql.SQL(
            "BEGIN; SET LOCAL ROLE {owner};"
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {group};"
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {group};"
            "COMMIT"
        ).format(**names)
    )


def grant_company_rights() -> None:
    """Give companies' roles what the public models say, row by row; takes back what they no longer say."""
    if not settings.COMPANY_ROLES:
        return
    raw = raw_connection()
    with transaction.atomic():
        for model in apps.get_models():
            name = model._meta.db_table.replace('"', "")
            if is_public(model) and raw.execute("SELECT to_regclass(%s)", [name]).fetchone() != (None,):
                _grant(raw, model, getattr(model, "company_rights", None))


def _grant(raw: psycopg.Connection[Any], model: type[models.Model], rights: CompanyRights | None) -> None:
    group = sql.Identifier(roles_of(raw).group)
    table = sql.Identifier("public", model._meta.db_table.removeprefix(PUBLIC))
    raw.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, group))
    raw.execute(sql.SQL("DROP POLICY IF EXISTS own_rows ON {}").format(table))
    if rights is None:
        return
    raw.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights.verbs), table, group))
    raw.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))
    raw.execute(
        sql.SQL("CREATE POLICY own_rows ON {} TO {} USING ({} = current_setting('qiku.company')::bigint)").format(
            table, group, sql.Identifier(rights.column)
        )
    )
