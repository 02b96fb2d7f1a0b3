"""The settings of the company that is set, as they are now."""

from __future__ import annotations

from core.db.prepared import Prepared
from tenants.companies.lookup import here
from tenants.settings.models import CompanySettings

_stored = Prepared[CompanySettings](lambda: CompanySettings.objects.known([1]))


def settings_now() -> CompanySettings:
    """The company's basic settings; defaults with the company's name while nobody has stored any."""
    if stored := _stored.first():
        return stored
    name = here().name
    return CompanySettings(pk=1, system_name=name[:40], company_name=name)
