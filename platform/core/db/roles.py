"""The second wall, inside PostgreSQL: a role per company that may use its own schema and no other.

Table rights come from one group role by default privileges; a company's role is a member of it and has USAGE on one
schema. The login role is a member of all and inherits from none, so between companies it can only look at the few
public tables. Which public rows a company's role may touch, a public model says itself: `company_rights`.
"""

from __future__ import annotations

from typing import Any, LiteralString, NamedTuple

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


def prepare_database() -> bool:
    """Make the roles, default privileges and extensions this database needs; nothing to do the second time.

    Returns whether the second wall was raised just now: schemas made without it then have to be moved behind it.
    Raises ImproperlyConfigured, saying what to grant, when the login role may not make roles.
    """
    raw = raw_connection()
    if raw.info.server_version < OLDEST_SERVER:
        raise ImproperlyConfigured(f"PostgreSQL 16 or later is needed, this is {raw.info.server_version // 10000}")
    for extension in getattr(settings, "DATABASE_EXTENSIONS", ("pg_trgm", "btree_gin")):
        raw.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension)))
    stood = _wall_stands(raw)
    if settings.COMPANY_ROLES:
        _make_roles(raw)
        return not stood
    if stood:
        _let_inherit(raw, inherit=True)
    return False


def _wall_stands(raw: psycopg.Connection[Any]) -> bool:
    """Whether the login role is kept from what the owner of the tables may do."""
    query = (
        "SELECT NOT inherit_option FROM pg_auth_members WHERE roleid = to_regrole(%s) AND member = to_regrole(%s)"
        " ORDER BY inherit_option DESC LIMIT 1"
    )
    roles = roles_of(raw)
    return raw.execute(query, [f'"{roles.owner}"', f'"{roles.login}"']).fetchone() == (True,)


def _let_inherit(raw: psycopg.Connection[Any], *, inherit: bool) -> None:
    names = {key: sql.Identifier(value) for key, value in roles_of(raw)._asdict().items()}
    choice = sql.SQL("TRUE" if inherit else "FALSE")
    raw.execute(sql.SQL("GRANT {owner} TO {login} WITH INHERIT {choice}, SET TRUE").format(choice=choice, **names))


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
    _let_inherit(raw, inherit=False)
    raw.execute(
        sql.SQL(
            "BEGIN; SET LOCAL ROLE {owner};"
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {group};"
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {group};"
            "COMMIT"
        ).format(**names)
    )


def move_behind_wall(raw: psycopg.Connection[Any], name: str) -> None:
    """Give a schema that was made without the second wall its role, and its tables their owner and rights."""
    roles = roles_of(raw)
    names = {key: sql.Identifier(value) for key, value in roles._asdict().items()} | {"schema": sql.Identifier(name)}

    def execute(*statements: LiteralString) -> None:
        raw.execute(sql.SQL("; ").join(sql.SQL(statement).format(**names) for statement in statements))

    with raw.transaction():
        if raw.execute("SELECT to_regrole(%s)", [name]).fetchone() == (None,):
            execute("CREATE ROLE {schema} IN ROLE {group}")
        execute("GRANT {schema} TO {login} WITH INHERIT FALSE, SET TRUE")
        own = "SELECT nspowner = session_user::regrole FROM pg_namespace WHERE nspname = %s"
        if raw.execute(own, [name]).fetchone() == (True,):
            execute("ALTER SCHEMA {schema} OWNER TO {owner}")
        execute("SET LOCAL ROLE {owner}", "GRANT ALL ON SCHEMA {schema} TO {login}", "RESET ROLE")
        tables = raw.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
            " AND relowner = session_user::regrole",
            [name],
        )
        for (table,) in tables.fetchall():
            qualified = sql.Identifier(name, table)
            raw.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(qualified, names["owner"]))
        execute(
            "SET LOCAL ROLE {owner}",
            "REVOKE ALL ON SCHEMA {schema} FROM {login}",
            "GRANT USAGE ON SCHEMA {schema} TO {schema}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {group}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {group}",
            "RESET ROLE",
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
