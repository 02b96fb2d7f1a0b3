"""Fixtures: a company whose tables the test's body sees, other companies beside it, clients on their hosts."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from tests import ground

settings.COMPANY_CHANGES_HEARD = False  # a test's transaction is never committed, so nobody could hear of it

pytest_plugins = ["tests.urls_reached"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse connections that leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test connects to {address!r}: tests use this machine only")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A copy of the template database for this process."""
    name = f"qiku_test_{os.getpid()}"
    with django_db_blocker.unblock():
        ground.copy_template(name)
        ground.use_database(name)
        yield
        ground.use_database("postgres")
        with ground.server() as raw:
            ground.drop_database(raw, name)


@pytest.fixture
def transactional_db() -> None:
    """Refused: flushing the tables of every company is no clean ground."""
    raise pytest.UsageError("use the fixture live_ground: a database of the test's own")


@pytest.fixture
def live_ground(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[ground.Ground]:
    """A fresh database for tests that need commits, several connections, threads, processes or killed servers.

    The body runs inside alpha, without a transaction. Changes of companies are heard across processes.
    """
    with django_db_blocker.unblock(), ground.live() as own:
        yield own


@pytest.fixture(autouse=True)
def company(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The company of the test: alpha. Its body, and the fixtures it asks for, run inside it."""
    names = request.fixturenames
    if "live_ground" in names:
        request.getfixturevalue("live_ground")
    elif "db" in names or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
    else:
        yield None
        return

    from django.core.cache import cache

    from core.db import context
    from tenants.companies import lookup

    lookup.restart()
    cache.clear()
    alpha = _company("alpha")
    before = context.swap(context.inside(alpha))
    try:
        yield alpha
    finally:
        context.swap(before)
        lookup.restart()


@pytest.fixture
def other_company(company: Any) -> Any:
    """A second company, beta: what belongs to it does not exist for alpha."""
    return _company("beta")


@pytest.fixture
def operators(company: Any) -> Any:
    """The reserved company of the operators."""
    return _company(settings.OPERATORS_SUBDOMAIN)


@pytest.fixture
def client_of(company: Any) -> Callable[[Any], Any]:
    """A browser on the host of a company: `client_of(other_company)`; `client_of(None)` is on the public site."""
    from django.test import Client

    def make(of: Any) -> Any:
        return Client(HTTP_HOST=of.host if of else settings.HOST)

    return make


@pytest.fixture
def client(client_of: Callable[[Any], Any], company: Any) -> Any:
    """A browser on the host of alpha."""
    return client_of(company)


def _company(subdomain: str) -> Any:
    from tenants.companies.lookup import company_for_host

    found = company_for_host(f"{subdomain}.{settings.HOST}")
    assert found is not None, f"the template database has no company {subdomain}"
    return found
