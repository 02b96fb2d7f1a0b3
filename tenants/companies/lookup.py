"""Which company a host belongs to: asked with every request, so answered from memory.

Answers, misses too, are kept for at most 30 seconds and dropped at once when a company changes, in every process: a
change sends a PostgreSQL notification with its commit. While a process cannot hear notifications it keeps nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port

from core.db import current_company, run_outside_companies
from core.db.raw import connection_params
from tenants.companies.info import CompanyInfo
from tenants.companies.models import Company, Domain

KEPT_SECONDS = 30.0
MOST_KEPT = 10_000  # strangers may ask for any number of hosts
CHANNEL = "qiku_companies"


class _Ear(threading.Thread):
    """Listens for changes of companies on a connection of its own, and drops what is kept."""

    def __init__(self, drop: Callable[[], None], params: dict[str, Any]) -> None:
        super().__init__(name="company changes", daemon=True)
        self._drop = drop
        self._params = params
        self._stopped = False
        self.hears = False

    def run(self) -> None:
        while not self._stopped:
            try:
                self._listen()
            except psycopg.Error:
                self._go_deaf()
                time.sleep(0.5)
            finally:
                self._go_deaf()

    def _listen(self) -> None:
        with psycopg.connect(**self._params, autocommit=True, application_name="qiku company changes") as raw:
            raw.execute(f"LISTEN {CHANNEL}")
            self._drop()
            self.hears = True
            while not self._stopped:
                for _change in raw.notifies(timeout=1.0):
                    self._drop()

    def _go_deaf(self) -> None:
        self.hears = False
        self._drop()

    def stop(self) -> None:
        """Let the thread end within a second."""
        self._stopped = True


class _Kept:
    """The answers of one process."""

    def __init__(self) -> None:
        self._answers: dict[str | int, tuple[float, CompanyInfo | None]] = {}
        self._generation = 0
        self._ear: _Ear | None = None
        self._lock = threading.Lock()

    def get(self, key: str | int, ask: Callable[[], CompanyInfo | None]) -> CompanyInfo | None:
        """The kept answer, or the one of `ask`, which is kept unless something changed while it was asked."""
        may_keep = self._hears()
        found = self._answers.get(key)
        if may_keep and found is not None and found[0] > time.monotonic():
            return found[1]
        generation = self._generation
        answer = ask()
        if may_keep and generation == self._generation:
            if len(self._answers) >= MOST_KEPT:
                self._answers.clear()
            self._answers[key] = (time.monotonic() + KEPT_SECONDS, answer)
        return answer

    def drop(self) -> None:
        """Forget every answer, and those that are being asked for now."""
        self._generation += 1
        self._answers.clear()

    def restart(self) -> None:
        """Forget everything and listen anew: after a fork, or when the database is another one."""
        if self._ear is not None:
            self._ear.stop()
        self._ear = None
        self.drop()

    def _hears(self) -> bool:
        if not getattr(settings, "COMPANY_CHANGES_HEARD", True):
            return True  # one process, one thread: whoever changes a company drops the answers himself
        if self._ear is None or not self._ear.is_alive():
            with self._lock:
                if self._ear is None or not self._ear.is_alive():
                    self._ear = _Ear(self.drop, connection_params())
                    self._ear.start()
        return self._ear.hears


_kept = _Kept()
os.register_at_fork(after_in_child=_kept.restart)


def company_for_host(host: str) -> CompanyInfo | None:
    """The company reached under `host` (a port and the case do not matter), or None."""
    name = _domain_name(host)
    return _kept.get(name, lambda: run_outside_companies(_company_of_domain, name))


def company_by_id(company_id: int) -> CompanyInfo | None:
    """The company with that number, or None."""
    return _kept.get(company_id, lambda: run_outside_companies(_company_of_id, company_id))


def operators() -> CompanyInfo | None:
    """The company whose users run the platform; None before it was made."""
    return _kept.get("", lambda: run_outside_companies(_company_of_operators))


def here() -> CompanyInfo:
    """The company this thread works for, with its licence; raises NoCompany if there is none."""
    company = current_company()
    if not isinstance(company, CompanyInfo):
        raise TypeError(f"{company!r} is set as a schema only: migrations have no company")
    return company


def companies() -> list[CompanyInfo]:
    """Every company that is not deleted, in the order they were made. For what must visit all of them; not kept."""
    return run_outside_companies(
        lambda: [row.info for row in _rows().filter(deleted_at=None).order_by("pk")],
    )


def forget_companies() -> None:
    """Drop the answers kept in this process, and with the commit of the open transaction those in all others."""
    _kept.drop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def restart() -> None:
    """Forget everything and listen to the database that is set now. For the test ground."""
    _kept.restart()


def _domain_name(host: str) -> str:
    name, _port = split_domain_port(host)
    return name.removesuffix(f".{settings.HOST}") if "." not in name.removesuffix(f".{settings.HOST}") else name


def _rows() -> Any:
    return Company.objects.select_related("licence").prefetch_related("domains")


def _company_of_domain(name: str) -> CompanyInfo | None:
    if not name:
        return None
    domain = Domain.objects.filter(name=name).first()
    return _company_of_id(domain.company_id) if domain else None


def _company_of_id(company_id: int) -> CompanyInfo | None:
    row = _rows().filter(pk=company_id).first()
    return row.info if row else None


def _company_of_operators() -> CompanyInfo | None:
    row = _rows().filter(is_operators=True).first()
    return row.info if row else None
