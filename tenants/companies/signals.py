"""What follows at once when something happens to a company, or in it."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from core.live.sending import close_sockets
from tenants.companies.events import company_closed, domains_changed
from tenants.companies.info import CompanyInfo
from tenants.companies.sessions import sessions_clear


@receiver(company_closed)
def close_all_sockets(company: CompanyInfo, **kwargs: Any) -> None:
    """Close every open socket of the company: nobody may be signed in any more."""
    close_sockets(company)


@receiver(domains_changed)
def recall_sockets(company: CompanyInfo, **kwargs: Any) -> None:
    """Ask every open tab anew who it is: one at an address that is gone gets no answer, the others open again."""
    close_sockets(company)


@receiver(user_logged_in)
def clear_expired_sessions(**kwargs: Any) -> None:
    """Whoever adds a session takes away those that are over."""
    sessions_clear()
