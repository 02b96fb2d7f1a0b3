"""What the shell shows around the pages of each kind of host: the public site, the operators', a company's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from console.access import may_operate
from core.shell.navigation import Area, Brand, Entry, Group
from tenants.areas import SYSTEM
from tenants.settings.navigation import CompanyProvider


class HostProvider(CompanyProvider):
    """Answers as the company's provider does, and for hosts that are no ordinary company's."""

    def areas(self, request: HttpRequest) -> Sequence[Area]:
        """For operators: the companies, and of their own company what they need to administer themselves."""
        areas = super().areas(request)
        if not _operators_host(request) or not areas:
            return areas
        own = [area for area in areas if area.key == SYSTEM.key]
        if not may_operate(request.user):
            return own
        entries = [Entry(_("Companies"), reverse("console-companies"), icon="building-community", key="companies")]
        entries.append(Entry(_("Operators' log"), reverse("console-log"), icon="history", key="operators-log"))
        return (
            Area(
                "console",
                _("Companies"),
                reverse("console-companies"),
                [Group(_("Console"), entries)],
                "building-community",
            ),
            *own,
        )

    def brand(self, request: HttpRequest) -> Brand:
        """The product's own on the public site and for operators."""
        if getattr(request, "company", None) is None:
            return Brand()
        brand = super().brand(request)
        return replace(brand, name=_("Qiku CRM console")) if _operators_host(request) else brand

    def create(self, request: HttpRequest) -> Sequence[Entry]:
        """Operators make companies."""
        if not _operators_host(request):
            return super().create(request)
        return (
            [Entry(_("Company"), reverse("console-new"), icon="building-community")]
            if may_operate(request.user)
            else []
        )

    def urls(self, request: HttpRequest) -> dict[str, str]:
        """On the public site there is nothing but a language to choose."""
        if getattr(request, "company", None) is None:
            return {"home": "/", "language": "/language/"}
        return super().urls(request)


def _operators_host(request: HttpRequest) -> bool:
    company = getattr(request, "company", None)
    return company is not None and company.is_operators
