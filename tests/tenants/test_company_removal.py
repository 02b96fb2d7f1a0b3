"""Deleting a company: restored in time, or removed with all that was its own."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.db import run_in_company, run_outside_companies
from core.jobs.due.models import DueJob
from core.jobs.models import Job
from core.jobs.run import Run
from core.jobs.services import enqueue
from core.records.models import LogEntry
from tenants.companies import services
from tenants.companies.info import KEPT, CompanyInfo
from tenants.companies.jobs import purge
from tenants.companies.lookup import company_by_id, company_for_host
from tenants.companies.models import Company, Domain, Licence, Schema
from tenants.companies.provisioning import company_create
from tenants.companies.removal import company_purge
from tests.ground import ROOT, Ground
from tests.tenants.companies import ask


def made(subdomain: str = "gamma") -> CompanyInfo:
    """A company with a row, a file, an answer in the cache, and a job that is due."""

    def fill() -> None:
        enqueue("companies.fill_pool", by=None)

    company = company_create(name="Gamma", subdomain=subdomain, plan="trial", seats=3, setup=fill)
    run_in_company(company, cache.set, "answer", 42, 3600)
    for folder in ("attachments", "exports/1"):
        default_storage.save(f"{company.uuid}/{folder}/x.txt", ContentFile(b"x"))
    return company


def deleted(company: CompanyInfo, *, ago: timedelta) -> None:
    """Delete it, as if that was so long ago."""
    services.company_delete(company.id, by=None)
    run_outside_companies(lambda: Company.objects.filter(pk=company.id).update(deleted_at=timezone.now() - ago))


def left_of(ground: Ground, company: CompanyInfo) -> set[str]:
    """What there still is of it."""
    rows = {
        "Company": Company.objects.filter(pk=company.id),
        "Domain": Domain.objects.filter(company=company.id),
        "Licence": Licence.objects.filter(pk=company.id),
        "Schema": Schema.objects.filter(pk=company.schema_name),
        "DueJob": DueJob._default_manager.filter(company_id=company.id),
    }
    found = run_outside_companies(lambda: {name for name, those in rows.items() if those.exists()})
    with psycopg.connect(ground.url) as raw:
        for what, query in (
            ("schema", "SELECT 1 FROM pg_namespace WHERE nspname = %s"),
            ("role", "SELECT 1 FROM pg_roles WHERE rolname = %s"),
        ):
            if raw.execute(query, [company.schema_name]).fetchone():
                found.add(what)
    if run_in_company(company, cache.get, "answer"):
        found.add("cache")
    if default_storage.exists(str(company.uuid)):
        found.add("files")
    return found


EVERYTHING = {"Company", "Domain", "Licence", "Schema", "DueJob", "schema", "role", "cache", "files"}
FILES = {"cache", "files"}


def do(operators: Any, company: CompanyInfo) -> Any:
    """The job, as the worker runs it."""
    run = Run(company=operators, user=None, job_id=1, attempt=1)
    return run_in_company(operators, purge, run, company=company.id, uuid=str(company.uuid))


@pytest.mark.django_db
def test_a_deleted_company_can_be_taken_back(company: Any) -> None:
    services.company_delete(company.id, by=None)
    assert ask(company.host).status_code == 403
    services.company_restore(company.id, by=None)
    assert ask(company.host).status_code == 200


@pytest.mark.django_db
def test_the_removal_is_ordered_with_the_deletion_for_when_the_time_is_over(company: Any, operators: Any) -> None:
    services.company_delete(company.id, by=None)
    services.company_delete(company.id, by=None)
    (order,) = run_in_company(operators, lambda: list(Job.rows.filter(kind="companies.purge")))
    found = company_by_id(company.id)
    assert found is not None
    assert order.run_at == found.kept_until
    assert order.payload == {"company": company.id, "uuid": str(company.uuid)}
    assert timedelta(days=29) < order.run_at - timezone.now() <= KEPT


def test_nothing_of_it_is_left_when_its_time_is_over(live_ground: Ground, company: Any, operators: Any) -> None:
    gone, stays = made(), made("delta")
    deleted(gone, ago=KEPT + timedelta(seconds=1))
    assert left_of(live_ground, gone) == EVERYTHING
    assert do(operators, gone) == {"removed": True}
    assert left_of(live_ground, gone) == set()
    assert left_of(live_ground, stays) == EVERYTHING
    assert company_for_host("gamma.localhost") is None
    entry = run_in_company(operators, lambda: LogEntry.objects.filter(verb="company_purge").get())
    assert (entry.record_id, entry.record_text) == (gone.id, "Gamma")
    assert entry.changes == {"domains": [["gamma.localhost"], []]}
    again = made()
    assert again.id != gone.id, "the subdomain is free, and nothing of the former company comes with it"


@pytest.mark.parametrize("ago", [timedelta(0), KEPT - timedelta(minutes=1)])
def test_nothing_is_removed_before_its_time(live_ground: Ground, company: Any, operators: Any, ago: timedelta) -> None:
    kept = made()
    deleted(kept, ago=ago)
    assert do(operators, kept) == {"removed": False}
    services.company_restore(kept.id, by=None)
    assert do(operators, kept) == {"removed": False}
    assert left_of(live_ground, kept) == EVERYTHING
    assert ask(kept.host).status_code == 200


def test_the_operators_company_is_never_removed(live_ground: Ground, operators: Any) -> None:
    run_outside_companies(lambda: Company.objects.filter(pk=operators.id).update(deleted_at=timezone.now() - 2 * KEPT))
    assert company_purge(operators.id, operators.uuid) is False


# Ends the process at a point of the removal, as kill -9 does.
KILLED = """
import os, signal, sys, uuid
import django; django.setup()
from tenants.companies import removal
setattr(removal, sys.argv[1], lambda *given: os.kill(os.getpid(), signal.SIGKILL))
removal.company_purge(int(sys.argv[2]), uuid.UUID(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("point", "left"), [("forget_companies", EVERYTHING), ("files_delete", FILES), ("forget_cached", {"cache"})]
)
def test_a_removal_that_was_killed_is_finished_by_the_next_try(
    live_ground: Ground, company: Any, operators: Any, point: str, left: set[str]
) -> None:
    gone = made()
    deleted(gone, ago=KEPT + timedelta(seconds=1))
    command = [sys.executable, "-c", KILLED, point, str(gone.id), str(gone.uuid)]
    ended = subprocess.run(command, env=live_ground.environment, cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -9, ended.stderr.decode()[-2000:]
    assert left_of(live_ground, gone) == left
    assert do(operators, gone) == {"removed": True}
    assert left_of(live_ground, gone) == set()
