"""Which company a host is: found, kept in memory, and forgotten when something changes."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
import pytest

from tenants.companies import lookup, services
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import company_by_id, company_for_host
from tests.ground import Ground
from tests.tenants.companies import Queries


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["alpha.localhost", "ALPHA.localhost", "alpha.localhost:8000", "alpha.localhost.", "alpha.LocalHost:1"]
)
def test_a_host_is_found_however_it_is_written(company: Any, host: str) -> None:
    assert company_for_host(host) == company


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "nobody.localhost",
        "x.alpha.localhost",
        "alpha",
        "alpha.example.com",
        "alpha.localhost.evil.com",
        "[::1]:80",
        "a\0b",
    ],
)
def test_a_strange_host_is_no_company(host: str) -> None:
    assert company_for_host(host) is None or host == "alpha"


@pytest.mark.django_db
def test_a_host_is_asked_for_once(company: Any, django_assert_num_queries: Queries) -> None:
    company_for_host("alpha.localhost")
    company_for_host("nobody.localhost")
    with django_assert_num_queries(0):
        assert company_for_host("alpha.localhost") == company
        assert company_for_host("nobody.localhost") is None


@pytest.mark.django_db
def test_what_is_kept_runs_out(
    company: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Queries
) -> None:
    company_for_host("nobody.localhost")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 31)
    with django_assert_num_queries(1):
        company_for_host("nobody.localhost")


@pytest.mark.django_db
def test_strangers_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_KEPT", 5)
    for number in range(20):
        company_for_host(f"nobody-{number}.localhost")
    assert len(lookup._kept._answers) <= 5


def heard(company: Any) -> None:
    """Wait until this process listens, and keep an answer."""
    for _attempt in range(200):
        company_for_host(company.host)
        if lookup._kept._answers:
            return
        time.sleep(0.02)
    raise AssertionError("the process does not listen")


def test_a_change_by_another_process_is_known_at_once(live_ground: Ground, company: Any) -> None:
    heard(company)
    with psycopg.connect(live_ground.url) as elsewhere:
        elsewhere.execute("UPDATE companies_licence SET state = 'suspended' WHERE company_id = %s", [company.id])
        elsewhere.execute(f"NOTIFY {lookup.CHANNEL}")
        assert company_for_host(company.host) == company
    for _attempt in range(100):
        found = company_for_host(company.host)
        if found and found.access == "closed":
            break
        time.sleep(0.01)
    assert found is not None
    assert found.access == "closed"


def test_a_process_that_cannot_listen_keeps_nothing(live_ground: Ground, company: Any) -> None:
    heard(company)
    ear = lookup._kept._ear
    assert ear is not None
    usual = dict(ear._params)
    ear._params |= {"host": "127.0.0.1", "port": 1}  # where nobody answers
    with psycopg.connect(live_ground.url, autocommit=True) as elsewhere:
        elsewhere.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'qiku company changes'"
        )
        for _attempt in range(100):
            if not ear.hears:
                break
            time.sleep(0.01)
        assert company_for_host(company.host) == company
        elsewhere.execute("UPDATE companies_licence SET state = 'suspended' WHERE company_id = %s", [company.id])
    found = company_for_host(company.host)
    assert found is not None
    assert found.access == "closed"
    ear._params |= usual
    heard(company)


def test_an_answer_that_was_being_asked_during_a_change_is_not_kept(live_ground: Ground, company: Any) -> None:
    heard(company)
    lookup._kept.drop()
    asked, changed = threading.Event(), threading.Event()

    def slow() -> CompanyInfo:
        asked.set()
        changed.wait(5)
        before: CompanyInfo = company  # as it was before the change
        return before

    thread = threading.Thread(target=lambda: lookup._kept.get(company.id, slow))
    thread.start()
    asked.wait(5)
    services.company_suspend(company.id, by=None)
    changed.set()
    thread.join()
    found = company_by_id(company.id)
    assert found is not None
    assert found.access == "closed"
