"""Domains of a company's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from core.db import run_in_company, run_outside_companies
from core.jobs.run import Run
from core.live.admission import admit, is_own_page
from core.records.models import LogEntry
from tenants.companies import lookup, services, signals
from tenants.companies.domains import DomainInvalid, readable_host
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import company_for_host
from tenants.companies.models import Domain
from tenants.people.jobs import password_reset_mail
from tests.tenants.signin_people import PASSWORD, person

OWN = "crm.example.com"


@pytest.mark.django_db
def test_a_company_may_have_a_host_of_its_own(company: Any) -> None:
    run_outside_companies(
        lambda: Domain.objects.create(company_id=company.id, name="crm.example.com", is_primary=False)
    )
    lookup.forget_companies()
    found = company_for_host("crm.example.com:443")
    assert found is not None
    assert (found.id, found.host) == (company.id, "alpha.localhost")
    assert (found.platform_host, found.custom_hosts) == ("alpha.localhost", ("crm.example.com",))


@pytest.mark.django_db
def test_a_domain_of_its_own_comes_and_goes(company: Any, operators: Any) -> None:
    assert company_for_host("crm.xn--fsqu00a.com") is None
    added = services.domain_add(company.id, domain=" CRM.例子。com. ", by=None)
    assert added.host == "alpha.localhost"
    assert company_for_host("crm.xn--fsqu00a.com") == added
    assert services.domain_make_primary(company.id, domain="crm.xn--fsqu00a.com", by=None).host == "crm.xn--fsqu00a.com"
    assert services.domain_remove(company.id, domain="crm.xn--fsqu00a.com", by=None).host == "alpha.localhost"
    assert company_for_host("crm.xn--fsqu00a.com") is None
    verbs = run_in_company(operators, lambda: list(LogEntry.objects.order_by("pk").values_list("verb", flat=True)))
    assert verbs == ["domain_add", "domain_make_primary", "domain_remove"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "domain",
    [
        "",
        "alpha",
        "localhost",
        "beta.localhost",
        "10.0.0.1",
        "a..b.com",
        "-a.com",
        "a b.com",
        "x" * 250 + ".com",
        "a.1",
        "http://a.com",
        "crm.a.invalid",
        "crm.a.onion",
        "*.example.com",
        "crm_a.example.com",
        "xn--a.com",
        "a.com/b",
        "a.com:8000",
    ],
)
def test_what_is_no_domain_is_refused_at_its_field(company: Any, domain: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.domain_add(company.id, domain=domain, by=None)
    assert list(refusal.value.message_dict) == ["domain"]


@pytest.mark.django_db
def test_a_domain_leads_to_one_company(company: Any, other_company: Any) -> None:
    services.domain_add(company.id, domain="crm.example.com", by=None)
    with pytest.raises(ValidationError) as refusal:
        services.domain_add(other_company.id, domain="crm.example.com", by=None)
    assert list(refusal.value.message_dict) == ["domain"]
    with pytest.raises(ValidationError, match=r"cannot be removed|不能删除"):
        services.domain_remove(company.id, domain="alpha.localhost", by=None)
    for act in (services.domain_remove, services.domain_make_primary):
        with pytest.raises(ValidationError):
            act(other_company.id, domain="crm.example.com", by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("domain", ["qiku.example.cn", "beta.qiku.example.cn", "QIKU.example.CN.", "example.cn"])
def test_the_platforms_own_names_are_refused(company: Any, settings: Any, domain: str) -> None:
    settings.HOST = "qiku.example.cn"
    with pytest.raises(DomainInvalid, match=r"platform|平台"):
        services.domain_add(company.id, domain=domain, by=None)


def test_a_domain_is_shown_as_people_write_it() -> None:
    assert readable_host("crm.xn--fsqu00a.com") == "crm.例子.com"
    assert readable_host("crm.example.com") == "crm.example.com"


@pytest.fixture
def own(company: Any) -> CompanyInfo:
    """The company with a domain of its own as its primary address."""
    services.domain_add(company.id, domain=OWN, by=None)
    return services.domain_make_primary(company.id, domain=OWN, by=None)


@pytest.mark.django_db
def test_one_signs_in_and_works_at_the_domain(own: CompanyInfo) -> None:
    person()
    browser = Client(HTTP_HOST=OWN, enforce_csrf_checks=True)
    token = browser.get("/sign-in/").cookies[settings.CSRF_COOKIE_NAME].value
    sent = {"login": "qinchen", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/sign-in/", sent, HTTP_ORIGIN="http://alpha.localhost").status_code == 403
    signed = browser.post("/sign-in/", sent, HTTP_ORIGIN=f"http://{OWN}")
    assert signed.status_code == 302
    cookie = signed.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["domain"], cookie["secure"], cookie["path"]) == ("", True, "/"), "bound to this one host"
    page = browser.get("/profile/")
    assert page.status_code == 200
    assert f"wss://{OWN}" in page["Content-Security-Policy"]


@pytest.mark.django_db
def test_links_in_mails_lead_to_the_primary_address(own: CompanyInfo) -> None:
    person()
    run = Run(company=own, user=None, job_id=1, attempt=1)
    run_in_company(own, password_reset_mail, run, name="qinchen", language="en")
    assert f"http://{OWN}:8000/" in mail.outbox[-1].body


@pytest.mark.django_db
def test_sockets_open_at_the_domain_for_its_own_pages_until_it_is_removed(own: CompanyInfo) -> None:
    browser = Client(HTTP_HOST=OWN)
    browser.force_login(person())
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_own_page({b"host": OWN.encode(), b"origin": f"https://{OWN}".encode()})
    assert not is_own_page({b"host": OWN.encode(), b"origin": b"https://alpha.localhost"})
    guest = admit(OWN, key)
    assert guest is not None
    assert guest.company_id == own.id
    services.domain_remove(own.id, domain=OWN, by=None)
    assert admit(OWN, key) is None


def test_tabs_are_asked_anew_when_an_address_goes(
    live_ground: Any, own: CompanyInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(signals, "close_sockets", lambda company: closed.append(company.id))
    services.domain_remove(own.id, domain=OWN, by=None)
    assert closed == [own.id]


@pytest.mark.django_db
def test_on_a_domain_of_a_company_transport_security_is_asked_for_that_name_alone(
    own: CompanyInfo, settings: Any
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 3600, True
    told = {
        host: Client(HTTP_HOST=host).get("/sign-in/", secure=True)["Strict-Transport-Security"]
        for host in (OWN, "alpha.localhost")
    }
    assert told == {OWN: "max-age=3600", "alpha.localhost": "max-age=3600; includeSubDomains"}
