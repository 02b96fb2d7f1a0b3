"""Domains of companies, in the operators' hands."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tenants.companies import services
from tenants.companies.lookup import company_for_host
from tests.console.operating import do, entries, now

pytestmark = pytest.mark.django_db


def test_a_domain_is_added_made_primary_and_removed_each_with_its_reason(
    console: Client, client_of: Any, operators: Any, company: Any
) -> None:
    assert company_for_host("crm.example.com") is None  # and remembered
    do(console, company, "add-domain", domain="crm.example.com", reason="asked by mail")
    assert now(company).hosts == ("alpha.localhost", "crm.example.com")
    assert client_of(None).get("/sign-in/", HTTP_HOST="crm.example.com").status_code == 200
    do(console, company, "primary-domain", domain="crm.example.com")
    assert now(company).host == "crm.example.com"
    do(console, company, "remove-domain", domain="crm.example.com")
    assert now(company).hosts == ("alpha.localhost",)
    assert client_of(None).get("/sign-in/", HTTP_HOST="crm.example.com").status_code == 404
    lines = entries(operators)
    assert [line.verb for line in lines] == ["domain_add", "domain_make_primary", "domain_remove"]
    assert lines[0].changes == {
        "domains": [["alpha.localhost"], ["alpha.localhost", "crm.example.com"]],
        "reason": ["", "asked by mail"],
    }
    assert lines[1].changes["host"] == ["alpha.localhost", "crm.example.com"]


def test_the_page_says_what_the_dns_has_to_say(console: Client, company: Any) -> None:
    do(console, company, "add-domain", domain="crm.例子.com")
    page = console.get(f"/companies/{company.id}/").content.decode()
    assert "crm.例子.com" in page
    assert "crm.xn--fsqu00a.com. CNAME alpha.localhost." in page
    log = console.get("/companies/log/").content.decode()
    assert "添加域名" in log
    assert "alpha.localhost, crm.例子.com" in log


def test_each_address_offers_what_can_be_done_to_it(console: Client, company: Any) -> None:
    services.domain_add(company.id, domain="crm.example.com", by=None)

    def offered() -> dict[str, list[str]]:
        shown = console.get(f"/companies/{company.id}/").context["addresses"]
        return {address.host: [deed.act.name for deed in address.deeds] for address in shown}

    assert offered() == {"alpha.localhost": [], "crm.example.com": ["primary-domain", "remove-domain"]}
    services.domain_make_primary(company.id, domain="crm.example.com", by=None)
    assert offered() == {"crm.example.com": ["remove-domain"], "alpha.localhost": ["primary-domain"]}


def test_it_asks_which_address_is_meant_and_why(console: Client, company: Any) -> None:
    for domain in ("crm.example.com", "work.example.com"):
        services.domain_add(company.id, domain=domain, by=None)
    form = console.get(f"/companies/{company.id}/remove-domain/", {"domain": "work.example.com"}).context["form"]
    assert form["domain"].initial == "work.example.com"
    assert [value for value, _label in form.fields["domain"].choices] == ["crm.example.com", "work.example.com"]
    refused = do(console, company, "remove-domain", domain="work.example.com", reason="")
    assert refused.status_code == 422
    assert "work.example.com" in now(company).hosts


@pytest.mark.parametrize(
    ("act", "domain"),
    [
        ("add-domain", ""),
        ("add-domain", "alpha"),
        ("add-domain", "www.localhost"),
        ("add-domain", "crm.beta.com"),  # another company's
        ("add-domain", "crm.example.com"),  # its own already
        ("remove-domain", "alpha.localhost"),
        ("remove-domain", "crm.beta.com"),
        ("primary-domain", "crm.beta.com"),
        ("primary-domain", "alpha.localhost"),  # it is
    ],
)
def test_what_can_not_be_is_refused_at_the_field_and_not_logged(
    console: Client, operators: Any, company: Any, other_company: Any, act: str, domain: str
) -> None:
    services.domain_add(company.id, domain="crm.example.com", by=None)
    services.domain_add(other_company.id, domain="crm.beta.com", by=None)
    before = len(entries(operators))
    answer = do(console, company, act, domain=domain)
    assert answer.status_code == 422
    assert "domain" in answer.context["form"].errors
    assert now(company).hosts == ("alpha.localhost", "crm.example.com")
    assert len(entries(operators)) == before


def test_there_is_nothing_to_remove_without_a_domain(console: Client, company: Any) -> None:
    assert console.get(f"/companies/{company.id}/remove-domain/").status_code == 302


def test_what_was_removed_for_good_stays_in_the_log_without_a_link(
    console: Client, company: Any, other_company: Any, operators: Any
) -> None:
    from core.db import run_outside_companies
    from tenants.companies.models import Company

    do(console, company, "grant-api")
    do(console, other_company, "grant-api")
    run_outside_companies(lambda: Company.objects.filter(pk=company.id).delete())
    page = console.get("/companies/log/").content.decode()
    assert "Alpha" in page
    assert f'href="/companies/{company.id}/"' not in page
    assert f'href="/companies/{other_company.id}/"' in page
