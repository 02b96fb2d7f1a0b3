"""What follows at once when a company is suspended or deleted."""

from typing import Any

from django.dispatch import receiver

from core.live.sending import close_sockets
from tenants.companies.events import company_closed
from tenants.companies.info import CompanyInfo


@receiver(company_closed)
def close_all_sockets(company: CompanyInfo, **kwargs: Any) -> None:
    """Close every open socket of the company: nobody may be signed in any more."""
    close_sockets(company)
