"""The addresses of one company as its page lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from console.company_acts import Act
from tenants.companies.domains import readable_host
from tenants.companies.info import CompanyInfo


@dataclass(frozen=True, slots=True)
class Deed:
    """An act on one address, and where it is asked for."""

    act: Act
    url: str


@dataclass(frozen=True, slots=True)
class Address:
    """One address. `target` is what its DNS has to lead to, empty where the platform sees to it."""

    host: str
    name: str
    is_primary: bool
    target: str
    deeds: list[Deed]


def addresses_of(company: CompanyInfo, acts: Iterable[Act]) -> list[Address]:
    """The company's addresses, the primary one first, each with what can be done to it."""
    deeds = [act for act in acts if act.place == "address"]
    return [
        Address(
            host=host,
            name=readable_host(host),
            is_primary=host == company.host,
            target=company.platform_host if host in company.custom_hosts else "",
            deeds=[_deed(company, act, host) for act in deeds if host in act.form.hosts_of(company)],
        )
        for host in company.hosts
    ]


def _deed(company: CompanyInfo, act: Act, host: str) -> Deed:
    return Deed(act, f"{reverse('console-act', args=[company.id, act.name])}?{urlencode({'domain': host})}")
