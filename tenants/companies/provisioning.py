"""New companies: a ready schema is claimed from a pool, and the company, its first rows and its licence are one commit.

A process killed at any moment leaves a working company or nothing: what it claimed is free again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.db import run_outside_companies
from core.db.context import run_in_company_same_transaction
from core.db.raw import raw_connection
from core.db.schemas import drop_schema, make_schema, new_schema_name
from tenants.companies import events
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import forget_companies
from tenants.companies.models import Company, Domain, Licence, Schema
from tenants.companies.models import Template as TemplateRow
from tenants.companies.operators import order_of_operators
from tenants.companies.release import company_plan, template
from tenants.companies.subdomains import check_form, is_taken, taken

FILL_POOL = "companies.fill_pool"  # the job that makes up for what sign-ups take
_FILL_LOCK = 0x71696B75_02  # one process fills the pool at a time


def company_create(
    *,
    name: str,
    subdomain: str,
    plan: str,
    seats: int,
    setup: Callable[[], None],
    state: LicenceState = LicenceState.TRIAL,
    valid_until: date | None = None,
) -> CompanyInfo:
    """Make a company that works: schema, subdomain, licence, and what `setup` writes inside it, in one transaction.

    `setup` runs in the new company and makes its first user. `seats` is the number of licensed users, `valid_until`
    the last good day (None: without end). Takes a schema from the pool, or makes one when the pool is empty.
    Raises SubdomainInvalid, SubdomainReserved, SubdomainTaken, and whatever `setup` raises; nothing is left then.
    """
    check_form(subdomain)
    return _create(name, subdomain, plan, seats, setup, state, valid_until, is_operators=False)


def operators_create(*, name: str, seats: int, setup: Callable[[], None]) -> CompanyInfo:
    """Make the reserved company whose users run the platform; its host serves the console. There is one."""
    subdomain: str = settings.OPERATORS_SUBDOMAIN
    return _create(name, subdomain, "operators", seats, setup, LicenceState.ACTIVE, None, is_operators=True)


def fill_pool(size: int | None = None) -> int:
    """Bring the pool to `size` ready schemas of this release (None: as configured) and drop those of another.

    Returns how many were made. Does nothing while another process fills.
    """
    return run_outside_companies(_fill, settings.POOL_OF_SCHEMAS if size is None else size)


def pool_size() -> int:
    """How many schemas of this release are ready."""
    return run_outside_companies(lambda: _ready().count())


def _create(
    name: str,
    subdomain: str,
    plan: str,
    seats: int,
    setup: Callable[[], None],
    state: LicenceState,
    valid_until: date | None,
    *,
    is_operators: bool,
) -> CompanyInfo:
    if is_taken(subdomain):
        raise taken()

    def create() -> CompanyInfo:
        script = template()  # outside the transaction: other sign-ups use it too, whatever becomes of this one
        with transaction.atomic():
            company = Company.objects.create(name=name, schema=_claim() or _make(script), is_operators=is_operators)
            _take_subdomain(company, subdomain)
            Licence.objects.create(company=company, plan=plan, seats=seats, state=state, valid_until=valid_until)
            info = company.info
            run_in_company_same_transaction(info, setup)
            order_of_operators(FILL_POOL)
            forget_companies()
            transaction.on_commit(lambda: events.company_created.send(sender=CompanyInfo, company=info))
        return info

    return run_outside_companies(create)


def _take_subdomain(company: Company, subdomain: str) -> None:
    try:
        with transaction.atomic():  # waits for a sign-up that is taking the same subdomain now
            Domain.objects.create(company=company, name=subdomain)
    except IntegrityError as error:
        raise taken() from error


def _claim() -> Schema | None:
    schema = _ready().select_for_update(skip_locked=True).order_by("made_at").first()
    if schema is not None:
        schema.claimed_at = timezone.now()
        schema.save(update_fields=["claimed_at"])
    return schema


def _make(script: TemplateRow, *, claimed: bool = True) -> Schema:
    name = new_schema_name()
    make_schema(raw_connection(), name, script.script)
    return Schema.objects.create(
        name=name, version=script.version, applied=script.applied, claimed_at=timezone.now() if claimed else None
    )


def _ready() -> QuerySet[Schema]:
    return Schema.objects.filter(claimed_at=None, version=company_plan().version)


def _fill(size: int) -> int:
    script = template()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_FILL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        _drop_strangers()
        made = 0
        while _ready().count() < size:
            with transaction.atomic():
                _make(script, claimed=False)
            made += 1
        return made
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_FILL_LOCK])


def _drop_strangers() -> None:
    """Ready schemas of another release can never be claimed by this one."""
    rows = Schema.objects.filter(claimed_at=None).exclude(version=company_plan().version).exclude(name="public")
    for name in list(rows.values_list("name", flat=True)):
        with transaction.atomic():
            schema = Schema.objects.select_for_update(skip_locked=True).filter(name=name, claimed_at=None).first()
            if schema is not None:
                schema.delete()
                drop_schema(raw_connection(), name)
