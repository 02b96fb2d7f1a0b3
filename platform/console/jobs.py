"""Work of the public site, done in the operators' company."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.db import run_in_company
from core.db.apart import run_apart
from core.jobs.kinds import job
from core.jobs.run import Run
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import companies
from tenants.people.models import User


@job("console.find_companies", label=_("Find my company"), timeout=600)
def find_companies(run: Run, *, email: str, language: str) -> None:
    """Mail the companies where somebody with this address can sign in; nothing when there are none."""
    found = run_apart(_companies_of, email)
    if not found:
        return
    with translation.override(language or settings.LANGUAGE_CODE):
        context = {"companies": found}
        subject = " ".join(render_to_string("console/email/find_subject.txt", context).split())
        body = render_to_string("console/email/find_message.txt", context)
    EmailMessage(subject, body.strip() + "\n", to=[email]).send()


def _companies_of(email: str) -> list[CompanyInfo]:
    return [
        company for company in companies() if company.access != "closed" and run_in_company(company, _is_known, email)
    ]


def _is_known(email: str) -> bool:
    return bool(User.objects.get_queryset().with_seat().filter(email__iexact=email).exists())
