"""The settings of the company that is set, as they are now."""

from __future__ import annotations

from tenants.companies.lookup import here
from tenants.settings.models import CompanySettings


def settings_now() -> CompanySettings:
    """The company's basic settings; defaults with the company's name while nobody has stored any."""
    stored = CompanySettings.objects.known([1]).first()
    if stored is not None:
        found: CompanySettings = stored
        return found
    name = here().name
    return CompanySettings(pk=1, system_name=name[:40], company_name=name)
