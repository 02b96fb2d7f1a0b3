"""The operators' console."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.db import run_in_company
from tenants.companies.lookup import company_for_host
from tenants.people.models import User
from tenants.roles.models import Role
from tests.console.operating import do, entries, now
from tests.tenants.signin_people import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_operators_see_the_companies_and_not_their_own(console: Client) -> None:
    page = console.get("/companies/")
    assert page.status_code == 200
    assert {row.company.name for row in page.context["list"].rows} == {"Alpha", "Beta"}


def test_the_console_begins_with_the_companies(console: Client) -> None:
    page = console.get("/", follow=True)
    assert page.status_code == 200
    assert page.resolver_match.url_name == console.get("/companies/").resolver_match.url_name


def test_it_counts_users_and_tells_the_last_activity(console: Client, company: Any) -> None:
    person()
    person("gone", phone="", email="", is_active=False)
    (row,) = console.get("/companies/", {"q": "alpha"}).context["list"].rows
    assert row.figures.users == 1
    assert f"1 / {company.licence.seats}" in console.get(f"/companies/{company.id}/").content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "alp"}, ["Alpha"]),
        ({"q": "BETA"}, ["Beta"]),
        ({"q": "nothing"}, []),
        ({"q": "a\x00b"}, []),
        ({"q": "%"}, []),
        ({"state": "trial"}, ["Alpha", "Beta"]),
        ({"state": "suspended"}, []),
        ({"state": "rubbish", "plan": "rubbish", "sort": "rubbish", "page": "x", "size": "7"}, ["Alpha", "Beta"]),
        ({"plan": "trial"}, ["Alpha", "Beta"]),
        ({"plan": "standard"}, []),
        ({"page": "99999999999999999999"}, ["Alpha", "Beta"]),
        ({"page": "50"}, ["Alpha", "Beta"]),
    ],
)
def test_the_list_is_searched_and_filtered(console: Client, query: dict[str, str], names: list[str]) -> None:
    page = console.get("/companies/", query)
    assert page.status_code == 200
    assert sorted(row.company.name for row in page.context["list"].rows) == names


@pytest.mark.parametrize("column", ["name", "plan", "seats", "valid_until", "created_at"])
def test_the_list_is_sorted_both_ways(console: Client, column: str) -> None:
    up = [row.company.id for row in console.get("/companies/", {"sort": column}).context["list"].rows]
    down = [row.company.id for row in console.get("/companies/", {"sort": f"-{column}"}).context["list"].rows]
    assert sorted(up) == sorted(down)
    if column in {"name", "created_at"}:
        assert up == down[::-1]


def test_a_part_of_the_list_is_no_whole_page(console: Client) -> None:
    part = console.get(
        "/companies/",
        {"q": "alpha"},
        HTTP_HX_REQUEST="true",
        HTTP_HX_REQUEST_TYPE="partial",
        HTTP_HX_TARGET="section#list",
    ).content.decode()
    assert 'id="list"' in part
    assert "<html" not in part


def test_only_administrators_of_the_operators_get_in(
    console: Client, client_of: Any, operators: Any, company: Any
) -> None:
    run_in_company(operators, person, "clerk")
    clerk = client_of(operators)
    clerk.post("/sign-in/", {"login": "clerk", "password": PASSWORD})
    stranger = client_of(operators)
    for path in (
        "/companies/",
        "/companies/log/",
        "/companies/new/",
        f"/companies/{company.id}/",
        f"/companies/{company.id}/suspend/",
    ):
        assert clerk.get(path).status_code == 403, path
        assert clerk.post(path, {"reason": "x"}).status_code in {403, 405}, path
        assert stranger.get(path)["Location"].startswith("/sign-in/"), path
        assert stranger.get(path, HTTP_HX_REQUEST="true").status_code == 401, path
    assert now(company).access == "full"


def test_companies_have_no_console(client: Client, company: Any) -> None:
    boss = person()
    Role(name="Bosses", code="boss", scope="all", is_administrator=True).save()
    Role.objects.get(code="boss").users.add(boss)
    client.force_login(boss)
    assert client.get(f"/companies/{company.id}/").status_code == 404
    assert client.post(f"/companies/{company.id}/suspend/", {"reason": "x"}).status_code == 404


def test_the_permission_tree_of_companies_knows_nothing_of_the_console() -> None:
    from core.resources import registry

    assert not [name for name in registry.all_permissions() if name.startswith(("console", "companies"))]


def test_an_operator_extends_a_licence_with_a_reason(
    console: Client, operators: Any, operator: User, company: Any
) -> None:
    day = timezone.localdate() + timedelta(days=400)
    answer = do(console, company, "extend", valid_until=day.isoformat())
    assert (answer.status_code, answer["Location"]) == (302, f"/companies/{company.id}/")
    assert now(company).licence.valid_until == day
    (line,) = entries(operators)
    assert (line.verb, line.actor_id, line.record_id, line.changes["reason"]) == (
        "licence_extend",
        operator.pk,
        company.id,
        ["", "by phone"],
    )
    assert line.changes["valid_until"] == [None, day.isoformat()]
    page = console.get(f"/companies/{company.id}/").content.decode()
    assert "by phone" in page
    assert day.isoformat() in page


def test_the_log_of_all_companies_names_company_operator_and_reason(
    console: Client, company: Any, other_company: Any
) -> None:
    do(console, company, "seats", seats=25)
    do(console, other_company, "grant-api", reason="asked by mail")
    page = console.get("/companies/log/").content.decode()
    for text in ("Alpha", "Beta", "by phone", "asked by mail", "值班员"):
        assert text in page
    assert console.get("/companies/log/", {"page": "99", "size": "x"}).status_code == 200


def test_an_operator_sets_seats_and_plan(console: Client, company: Any) -> None:
    do(console, company, "seats", seats=25)
    assert now(company).licence.seats == 25
    do(console, company, "plan", plan="standard", seats=40, valid_until="")
    licence = now(company).licence
    assert (licence.plan, licence.seats, licence.valid_until, licence.state) == ("standard", 40, None, "active")


@pytest.mark.parametrize(
    ("act", "values", "field"),
    [
        ("extend", {"valid_until": "2020-01-01"}, "valid_until"),
        ("extend", {"valid_until": "soon"}, "valid_until"),
        ("extend", {}, "valid_until"),
        ("seats", {"seats": "0"}, "seats"),
        ("seats", {"seats": "-3"}, "seats"),
        ("seats", {"seats": "1000001"}, "seats"),
        ("plan", {"plan": "operators", "seats": "5"}, "plan"),
        ("suspend", {"reason": ""}, "reason"),
        ("delete", {"reason": "  ", "name": "Alpha"}, "reason"),
        ("delete", {}, "name"),
        ("delete", {"name": "Beta"}, "name"),
    ],
)
def test_bad_values_are_refused_at_their_field_and_not_logged(
    console: Client, operators: Any, company: Any, act: str, values: dict[str, str], field: str
) -> None:
    answer = do(console, company, act, **values)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert now(company).licence == company.licence
    assert entries(operators) == []


def test_the_api_permission_is_granted_and_withdrawn(console: Client, operators: Any, company: Any) -> None:
    do(console, company, "grant-api")
    assert now(company).licence.api_granted
    do(console, company, "withdraw-api")
    assert not now(company).licence.api_granted
    assert [line.changes["api_granted"] for line in entries(operators)] == [[False, True], [True, False]]


def test_suspension_acts_on_the_next_request_of_who_is_signed_in(console: Client, client: Client, company: Any) -> None:
    person()
    client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD})
    assert client.get("/profile/").status_code == 200
    do(console, company, "suspend")
    refused = client.get("/profile/")
    assert refused.status_code == 403
    assert client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD}).status_code == 403
    do(console, company, "resume")
    assert client.get("/profile/").status_code == 302, "the session ended with the suspension"
    assert client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD}).status_code == 302


def test_an_expired_company_can_still_be_signed_in_to(console: Client, client: Client, company: Any) -> None:
    from tenants.companies.models import Licence

    person()
    do(console, company, "expire")
    from core.db import run_outside_companies
    from tenants.companies.lookup import forget_companies

    run_outside_companies(
        lambda: Licence.objects.filter(pk=company.id).update(valid_until=timezone.localdate() - timedelta(days=30))
    )
    forget_companies()
    assert now(company).access == "read_only"
    assert client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD}).status_code == 302
    assert client.get("/profile/").status_code == 200
    assert client.post("/profile/", {"name": "x"}).status_code == 403
    assert client.post("/sign-out/").status_code == 302


def test_a_deleted_company_is_closed_and_comes_back(
    console: Client, client: Client, operators: Any, company: Any
) -> None:
    do(console, company, "delete", name="Alpha")
    kept_until = now(company).kept_until
    assert (
        timezone.localtime(kept_until).strftime("%Y-%m-%d %H:%M")
        in console.get(f"/companies/{company.id}/").content.decode()
    )
    assert client.get("/sign-in/").status_code in {403, 404}
    assert [row.company.name for row in console.get("/companies/", {"state": "deleted"}).context["list"].rows] == [
        "Alpha"
    ]
    assert [row.company.name for row in console.get("/companies/").context["list"].rows] == ["Beta"]
    do(console, company, "restore")
    assert client.get("/sign-in/").status_code == 200
    assert [line.verb for line in entries(operators)] == ["company_delete", "company_restore"]


def test_an_act_that_makes_no_sense_any_more_is_not_done_twice(console: Client, operators: Any, company: Any) -> None:
    do(console, company, "suspend")
    do(console, company, "suspend")
    assert len(entries(operators)) == 1


def test_the_operators_company_itself_cannot_be_touched(console: Client, operators: Any) -> None:
    assert console.get(f"/companies/{operators.id}/").status_code == 404
    assert do(console, operators, "suspend").status_code == 404


def test_unknown_companies_and_acts_are_not_found(console: Client, company: Any) -> None:
    assert console.get("/companies/987654/").status_code == 404
    assert console.get(f"/companies/{company.id}/explode/").status_code == 404


def test_an_act_is_asked_for_in_a_dialog(console: Client, company: Any) -> None:
    wants: dict[str, Any] = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
    dialog = console.get(f"/companies/{company.id}/suspend/", HTTP_HX_TARGET="div#dialog", **wants).content.decode()
    assert "modal" in dialog
    assert "<html" not in dialog
    refused = console.post(f"/companies/{company.id}/suspend/", {}, HTTP_HX_TARGET="form#dialog-form", **wants)
    assert refused.status_code == 422
    done = console.post(
        f"/companies/{company.id}/suspend/", {"reason": "x"}, HTTP_HX_TARGET="form#dialog-form", **wants
    )
    assert done.status_code == 204
    assert f"/companies/{company.id}/" in done["HX-Location"]


NEW = {
    "company_name": "广州启航",
    "subdomain": "qihang",
    "contact": "13800138000",
    "username": "boss",
    "plan": "standard",
    "seats": "7",
    "valid_until": "",
}


def test_an_operator_makes_a_company_with_a_password_to_be_changed(
    console: Client, client_of: Any, operators: Any, operator: User
) -> None:
    page = console.post("/companies/new/", NEW)
    assert page.status_code == 200
    made = company_for_host("qihang.localhost")
    assert made is not None
    assert (made.licence.plan, made.licence.seats, made.licence.state, made.licence.valid_until) == (
        "standard",
        7,
        "active",
        None,
    )
    password = page.context["password"]
    browser = client_of(made)
    assert browser.post("/sign-in/", {"login": "boss", "password": password}).status_code == 302
    assert run_in_company(made, lambda: User.objects.get_queryset().get().password_is_temporary)
    (line,) = entries(operators)
    assert (line.verb, line.record_id, line.actor_id) == ("company_create", made.id, operator.pk)
    assert password not in str(line.changes)


@pytest.mark.parametrize(
    ("field", "value"),
    [("subdomain", "alpha"), ("subdomain", "www"), ("seats", "0"), ("plan", "x"), ("contact", "y"), ("username", "")],
)
def test_making_a_company_refuses_at_the_field(console: Client, operators: Any, field: str, value: str) -> None:
    page = console.post("/companies/new/", {**NEW, field: value})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert entries(operators) == []


def test_make_operator_run_again_changes_nothing(operators: Any, operator: User) -> None:
    run_in_company(operators, call_command, "make_operator", "operator", "--password", "another horse 9", verbosity=0)
    found = run_in_company(operators, lambda: User.objects.get_queryset().get(username="operator"))
    assert found.check_password(PASSWORD)
    assert run_in_company(operators, lambda: User.objects.get_queryset().count()) == 1


def test_a_second_operator_is_an_administrator_too(operators: Any, operator: User) -> None:
    run_in_company(operators, call_command, "make_operator", "second", "--password", PASSWORD, verbosity=0)
    assert run_in_company(operators, lambda: User.objects.get_queryset().get(username="second").access.administrator)


def test_make_operator_wants_a_password_that_is_none_too_weak(operators: Any) -> None:
    from django.core.management import CommandError

    with pytest.raises(CommandError):
        call_command("make_operator", "weak")
    with pytest.raises(CommandError):
        call_command("make_operator", "weak", "--password", "12345678")
