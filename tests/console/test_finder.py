"""Finding the way to one's own company."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from console.jobs import find_companies
from core.db import run_in_company, run_outside_companies
from core.jobs.models import Job
from core.jobs.run import Run
from tenants.companies import services
from tenants.companies.lookup import operators as operators_company
from tests.tenants.signin_people import person


@pytest.fixture
def site(client_of: Any) -> Client:
    """A browser on the public site."""
    browser: Client = client_of(None)
    return browser


def orders() -> list[dict[str, Any]]:
    """What was left to the worker."""
    home = operators_company()
    assert home is not None
    return run_in_company(
        home, lambda: list(Job.rows.filter(kind="console.find_companies").values_list("payload", flat=True))
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["alpha", "ALPHA", "alpha.localhost", "http://alpha.localhost:8000/users/?x=1", " alpha "]
)
def test_an_address_leads_to_the_sign_in_page_however_it_was_copied(site: Client, typed: str) -> None:
    answer = site.get("/find/", {"address": typed})
    assert (answer.status_code, answer["Refresh"]) == (200, "0; url=http://alpha.localhost:8000/sign-in/")
    assert 'href="http://alpha.localhost:8000/sign-in/"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["alpha", "crm.例子.com", "https://crm.xn--fsqu00a.com/x"])
def test_a_company_with_a_domain_of_its_own_is_found_and_led_there(site: Client, company: Any, typed: str) -> None:
    services.domain_add(company.id, domain="crm.例子.com", by=None)
    services.domain_make_primary(company.id, domain="crm.xn--fsqu00a.com", by=None)
    answer = site.get("/find/", {"address": typed})
    assert answer["Refresh"] == "0; url=http://crm.xn--fsqu00a.com:8000/sign-in/"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["nobody", "ops", "", "localhost", "a\x00b", "https://evil.example/", "x" * 400])
def test_an_unknown_address_is_told_at_its_field(site: Client, typed: str) -> None:
    answer = site.get("/find/", {"address": typed})
    assert answer.status_code == 422
    assert "address" in answer.context["by_address"].errors


@pytest.mark.django_db
def test_the_answer_to_an_email_is_the_same_whoever_has_it(site: Client) -> None:
    person()
    known, unknown = (site.post("/find/", {"email": email}) for email in ("qin@example.com", "nobody@example.com"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"]) == (302, "/find/sent/")
    assert mail.outbox == []
    assert [order["email"] for order in orders()] == ["qin@example.com", "nobody@example.com"]


@pytest.mark.django_db
def test_what_is_no_email_is_told_at_its_field(site: Client) -> None:
    answer = site.post("/find/", {"email": "x"})
    assert answer.status_code == 422
    assert "email" in answer.context["by_email"].errors
    assert orders() == []


@pytest.mark.django_db
def test_asking_is_throttled_by_mail_address_and_by_network(site: Client) -> None:
    codes = [site.post("/find/", {"email": "a@example.com"}).status_code for _time in range(4)]
    assert codes == [302, 302, 302, 429]
    assert site.post("/find/", {"email": "b@example.com"}).status_code == 302
    codes = [site.post("/find/", {"email": f"c{number}@example.com"}).status_code for number in range(7)]
    assert codes[-1] == 429
    assert len(orders()) < 12


def test_the_mail_lists_the_companies_where_the_address_can_sign_in(
    live_ground: Any, company: Any, other_company: Any, operators: Any
) -> None:
    person()
    run_in_company(other_company, person, "same", phone="", email="QIN@example.com")
    asked = Run(company=operators, user=None, job_id=1, attempt=1)
    run_in_company(operators, find_companies, asked, email="qin@example.com", language="zh-hans")
    (message,) = mail.outbox
    assert message.to == ["qin@example.com"]
    assert message.subject == "您的企业登录地址"
    assert "http://alpha.localhost:8000/sign-in/" in message.body
    assert "http://beta.localhost:8000/sign-in/" in message.body

    mail.outbox.clear()
    run_outside_companies(services.company_suspend, other_company.id, by=None)
    run_in_company(operators, find_companies, asked, email="qin@example.com", language="en")
    (message,) = mail.outbox
    assert message.subject == "Where you sign in"
    assert "beta" not in message.body

    mail.outbox.clear()
    run_in_company(operators, find_companies, asked, email="nobody@example.com", language="en")
    assert mail.outbox == []


def test_those_who_may_not_sign_in_are_not_told(live_ground: Any, operators: Any) -> None:
    person(is_active=False)
    asked = Run(company=operators, user=None, job_id=1, attempt=1)
    run_in_company(operators, find_companies, asked, email="qin@example.com", language="en")
    assert mail.outbox == []
