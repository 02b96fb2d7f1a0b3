"""The ground of the tests: real servers, one template database, a copy of it for each process and for some tests."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from infra.local.services import running, temporary_services
from infra.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("platform/core", "tenants", "crm", "billing", "console", "tests/samples")
_BUILD_LOCK = 0x71696B75_0F


def start_servers() -> None:
    """Put addresses of running servers into the environment, before the settings are read.

    PostgreSQL is the one of DATABASE_URL, or one of our own that ends with us. Valkey is always our own:
    tests flush it, and several processes of tests run at once.
    """
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(tempfile.mkdtemp(prefix="qiku-tests-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        os.environ |= stack.enter_context(temporary_services()).environment()
    valkey = Valkey(folder / "valkey", durable=False)
    valkey.prepare()
    os.environ["VALKEY_URL"] = valkey.url(stack.enter_context(running(valkey)))
    os.environ["QIKU_DATA"] = str(folder / "data")
    os.environ["QIKU_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def url_of(database: str) -> str:
    """The address of a database on the server of the tests."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


@contextmanager
def server() -> Iterator[psycopg.Connection[Any]]:
    """A connection for making and dropping databases."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as raw:
        yield raw


@cache
def template_name() -> str:
    """The template database of these sources: another as soon as a migration, a model or the provisioning changes."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            inside = path.relative_to(ROOT).as_posix()
            if (
                "/migrations/" in inside
                or path.stem == "models"
                or inside.startswith(("platform/core/db/", "tenants/companies/"))
            ):
                digest.update(inside.encode() + path.read_bytes())
    digest.update((ROOT / "platform/config/settings.py").read_bytes() + Path(__file__).read_bytes())
    return f"qiku_template_{digest.hexdigest()[:16]}"


def use_database(name: str) -> None:
    """Let every connection of this process, in all threads, go to the database `name` from now on."""
    from django.db import connections

    from tenants.companies import lookup

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
    connections["default"].settings_dict["NAME"] = name
    connections.settings["default"]["NAME"] = name
    lookup.restart()


def make_template() -> str:
    """Make the template database, unless there is one: migrated, with three companies of the real provisioning."""
    name = template_name()
    with server() as raw:
        raw.execute("SELECT pg_advisory_lock(%s)", [_BUILD_LOCK])
        if raw.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        unfinished = f"{name}_unfinished"
        drop_database(raw, unfinished)
        raw.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        use_database(unfinished)
        _make_companies()
        use_database("postgres")
        raw.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def copy_template(copy: str) -> None:
    """Make the database `copy` from the template, in half a second."""
    name = make_template()
    with server() as raw:
        drop_database(raw, copy)
        raw.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(name)))


def drop_database(raw: psycopg.Connection[Any], name: str) -> None:
    """Drop the database, whoever is connected to it."""
    raw.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _make_companies() -> None:
    from tenants.companies.provisioning import company_create, fill_pool, operators_create
    from tenants.companies.runner import migrate_public

    migrate_public()
    fill_pool(3)  # so that primary keys, counters and names are those of claimed schemas, as in production
    for name in ("alpha", "beta"):
        company_create(name=name.capitalize(), subdomain=name, plan="trial", seats=10, setup=_nothing)
    operators_create(name="Operators", seats=10, setup=_nothing)


def _nothing() -> None:
    """The tests make the people they need."""


@dataclass(frozen=True)
class Ground:
    """A database of one test's own, which it may fill, break and leave behind."""

    name: str

    @property
    def url(self) -> str:
        """Its address."""
        return url_of(self.name)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that is to work on it."""
        path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
        return {**os.environ, "DATABASE_URL": self.url, "PYTHONPATH": path}


@contextmanager
def live() -> Iterator[Ground]:
    """A fresh database that this process works on meanwhile; changes of companies are heard across processes."""
    from django.conf import settings

    own = Ground(f"qiku_live_{os.getpid()}")
    copy_template(own.name)
    settings.COMPANY_CHANGES_HEARD = True
    use_database(own.name)
    try:
        yield own
    finally:
        settings.COMPANY_CHANGES_HEARD = False
        use_database(f"qiku_test_{os.getpid()}")
        with server() as raw:
            drop_database(raw, own.name)
