"""Signing up on the public site, and the way into the new company."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from core.db import run_in_company, run_outside_companies
from core.records.models import LogEntry
from tenants.companies.lookup import company_for_host
from tenants.companies.models import Company
from tenants.people.models import User

pytestmark = pytest.mark.django_db

ANSWERS = {
    "company_name": "创之新国际有限公司",
    "subdomain": "chuangzhixin",
    "contact": "186 6509 1989",
    "username": "admin",
    "password": "correct horse 7",
    "accept": "on",
}


@pytest.fixture
def site(client_of: Any) -> Client:
    """A browser on the public site."""
    browser: Client = client_of(None)
    return browser


def how_many() -> int:
    return run_outside_companies(Company.objects.count)


def hand_over(page: Any) -> tuple[str, str]:
    """(host, ticket) of the form that leads into the company."""
    text = page.content.decode()
    action = re.search(r'action="http://([^"]+):8000/welcome/"', text)
    ticket = re.search(r'name="ticket" value="([^"]+)"', text)
    assert action
    assert ticket
    return action[1], ticket[1]


def test_it_makes_a_company_on_trial_and_leads_its_administrator_in(site: Client) -> None:
    page = site.post("/sign-up/", ANSWERS)
    assert page.status_code == 200
    host, ticket = hand_over(page)
    assert host == "chuangzhixin.localhost"
    own = Client(HTTP_HOST=host)
    entered = own.post("/welcome/", {"ticket": ticket}, HTTP_ORIGIN="http://localhost:8000")
    assert (entered.status_code, entered["Location"]) == (302, "/")
    assert own.get("/profile/").status_code == 200
    company = company_for_host(host)
    assert company is not None
    assert (company.name, company.licence.state, company.licence.seats, company.licence.plan) == (
        "创之新国际有限公司",
        "trial",
        10,
        "trial",
    )
    assert company.licence.valid_until is not None
    user = run_in_company(company, User.objects.get_queryset().get)
    assert (user.username, user.phone, user.email) == ("admin", "18665091989", "")
    assert run_in_company(company, lambda: user.access.administrator)
    assert (
        run_in_company(company, lambda: LogEntry.objects.filter(verb="terms_accepted", actor_id=user.pk).count()) == 1
    )


def test_the_ticket_is_in_no_address_and_only_this_form_may_send_it(site: Client) -> None:
    page = site.post("/sign-up/", ANSWERS)
    host, ticket = hand_over(page)
    assert f"form-action 'self' http://{host}:8000" in page["Content-Security-Policy"]
    assert page["Referrer-Policy"] == "origin"
    assert "no-store" in page["Cache-Control"]
    assert f"?ticket={ticket}" not in page.content.decode()


def test_an_email_serves_as_well_as_a_phone(site: Client) -> None:
    host, _ticket = hand_over(site.post("/sign-up/", {**ANSWERS, "contact": "Qin@Example.com"}))
    company = company_for_host(host)
    assert company is not None
    user = run_in_company(company, User.objects.get_queryset().get)
    assert (user.phone, user.email) == ("", "Qin@Example.com")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("subdomain", "alpha", "taken"),
        ("subdomain", "ALPHA", "taken"),
        ("subdomain", "ops", "reserved"),
        ("subdomain", "www", "reserved"),
        ("subdomain", "a b", ""),
        ("subdomain", "x", ""),
        ("subdomain", "", ""),
        ("company_name", "", ""),
        ("company_name", "\x00name", ""),
        ("contact", "12345", ""),
        ("contact", "a@b", ""),
        ("contact", "", ""),
        ("username", "a b", ""),
        ("username", "x@y.z", ""),
        ("password", "short", ""),
        ("password", "1234567890", ""),
        ("password", "password1", ""),
        ("password", "administrator1", ""),
        ("accept", "", ""),
    ],
)
def test_it_refuses_at_the_field_and_loses_nothing_typed(site: Client, field: str, value: str, code: str) -> None:
    before = how_many()
    page = site.post(
        "/sign-up/",
        {
            **ANSWERS,
            "username": "admin1",
            **({"username": "administrator"} if value == "administrator1" else {}),
            field: value,
        },
    )
    assert page.status_code == 422
    assert field in page.context["form"].errors, page.context["form"].errors
    assert code in {"", page.context["form"].errors.as_data()[field][0].code}
    text = page.content.decode()
    for name in {"company_name", "subdomain", "contact", "password"} - {field}:
        assert f'value="{ANSWERS[name]}"' in text, name
    assert how_many() == before


def test_a_subdomain_taken_in_the_meantime_is_refused_at_its_field(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from console import signup_forms

    monkeypatch.setattr(signup_forms, "check_subdomain", lambda subdomain: None)
    page = site.post("/sign-up/", {**ANSWERS, "subdomain": "alpha"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["subdomain"])


def test_nothing_is_left_when_the_first_user_is_refused(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.exceptions import ValidationError

    from console import signup

    def refuse(**values: Any) -> None:
        raise ValidationError({"phone": ["no"]})

    monkeypatch.setattr(signup, "company_furnish", refuse)
    before = how_many()
    page = site.post("/sign-up/", ANSWERS)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["contact"])
    assert how_many() == before
    assert company_for_host("chuangzhixin.localhost") is None


def test_one_address_makes_ten_companies_an_hour(site: Client) -> None:
    codes = [site.post("/sign-up/", {**ANSWERS, "subdomain": f"many-{number}"}).status_code for number in range(11)]
    assert codes == [200] * 10 + [429]
    page = site.post("/sign-up/", {**ANSWERS, "subdomain": "many-99"})
    assert 'value="many-99"' in page.content.decode()
    assert site.post("/sign-up/", {**ANSWERS, "subdomain": "elsewhere"}, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_refused_forms_do_not_count(site: Client) -> None:
    for _time in range(12):
        site.post("/sign-up/", {**ANSWERS, "accept": ""})
    assert site.post("/sign-up/", ANSWERS).status_code == 200


def test_the_name_suggests_an_address(site: Client) -> None:
    part = site.get("/sign-up/address/", {"company_name": "创之新国际有限公司", "subdomain": ""}).content.decode()
    assert 'value="chuangzhixinguoji"' in part
    assert "<html" not in part


def test_a_suggestion_is_free(site: Client) -> None:
    assert 'value="alpha2"' in site.get("/sign-up/address/", {"company_name": "Alpha"}).content.decode()


def test_an_address_of_ones_own_is_left_alone(site: Client) -> None:
    assert site.get("/sign-up/address/", {"company_name": "新名字", "subdomain": "mine", "own": "1"}).status_code == 204


@pytest.mark.parametrize(
    ("subdomain", "says"), [("fresh-one", "txt-green"), ("alpha", "err"), ("www", "err"), ("UP", "err"), ("", "help")]
)
def test_it_tells_whether_an_address_is_free_while_it_is_typed(site: Client, subdomain: str, says: str) -> None:
    part = site.get("/sign-up/address/", {"subdomain": subdomain}).content.decode()
    assert says in part
    assert ('name="own"' in part) == bool(subdomain)


def test_the_landing_page_hands_the_name_on(site: Client) -> None:
    text = site.get("/sign-up/", {"company_name": "创之新"}).content.decode()
    assert 'value="创之新"' in text
    assert 'value="chuangzhixin"' in text


@pytest.mark.parametrize("path", ["/", "/sign-up/", "/find/", "/find/sent/", "/terms/", "/privacy/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_public_page_speaks_the_language_chosen(site: Client, path: str, language: str) -> None:
    chosen = site.post("/language/", {"language": language, "next": path})
    assert chosen["Location"] == path
    page = site.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()
    assert ("服务条款" in page.content.decode()) == (language == "zh-hans")


def test_the_public_site_knows_no_company_pages(site: Client) -> None:
    for path in ("/sign-in/", "/profile/", "/users/", "/welcome/", "/api/users/"):
        assert site.get(path).status_code == 404


def test_a_stale_session_cookie_does_no_harm_on_the_public_site(site: Client, settings: Any) -> None:
    site.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert site.get("/").status_code == 200
    assert site.post("/sign-up/", ANSWERS).status_code == 200
