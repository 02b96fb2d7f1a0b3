"""The end of a company that was deleted and not restored: nothing of it is left but the lines of the operators' log."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from core.db import run_outside_companies
from core.db.cache import forget_cached
from core.db.raw import raw_connection
from core.db.schemas import drop_schema
from core.jobs.due.table import forget_company
from core.records.files import files_delete
from tenants.companies.lookup import forget_companies
from tenants.companies.models import Company, Schema
from tenants.companies.operators import log_for_operators


def company_purge(company_id: int, uuid: UUID) -> bool:
    """Remove a deleted company whose time is over: schema, role, addresses, licence, due work; then files and cache.

    Whether there is nothing left of it: False for one that was restored, or deleted anew and not for long enough.
    Everything in the database is one commit. Whoever is killed after it is to call again: files are found by the UUID,
    which nobody ever has again.
    """
    if not run_outside_companies(_remove, company_id):
        return False
    files_delete(str(uuid))
    forget_cached(uuid)
    return True


def _remove(company_id: int) -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")  # a backup may hold the tables; the job is tried again
        company = Company.objects.select_for_update().filter(pk=company_id).first()
        if company is None:
            return True
        kept_until = company.info.kept_until
        if company.is_operators or kept_until is None or kept_until > timezone.now():
            return False
        hosts = list(company.info.hosts)
        log_for_operators("company_purge", company, {"domains": [hosts, []]}, by=None)
        schema = company.schema_id
        company.delete()
        Schema.objects.filter(pk=schema).delete()
        forget_company(company_id)
        drop_schema(raw_connection(), schema)
        forget_companies()
    forget_companies()  # a request may have asked between the change and its commit
    return True
