"""Signing in and out on a company's own host."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from core.db import run_in_company
from core.records.models import LogEntry
from tenants.people.signin_handover import handover_make
from tests.tenants.signin_people import PASSWORD, person

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str = "qinchen", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password}, **more)


def signed_in_as(client: Client) -> int | None:
    """The id of the user whom the profile page greets, None when it sends to the sign-in page."""
    response = client.get("/profile/")
    if response.status_code == 302:
        assert response["Location"].startswith("/sign-in/?next=")
        return None
    return int(response.context["request"].user.pk)


@pytest.mark.parametrize(
    "login",
    ["qinchen", "QinChen", " qinchen ", "18665091989", "+86 186 6509 1989", "qin@example.com", "QIN@example.com"],
)
def test_it_lets_in_by_login_name_phone_and_email(client: Client, login: str) -> None:
    user = person()
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in_as(client) == user.pk


def test_it_goes_on_to_the_page_that_was_asked_for_and_to_no_other_host(client: Client) -> None:
    person()
    assert sign_in(client, QUERY_STRING="next=/users/")["Location"] == "/users/"
    client.post("/sign-out/")
    assert sign_in(client, QUERY_STRING="next=https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize(("login", "password"), [("qinchen", "wrong"), ("nobody", PASSWORD), ("qinchen", "")])
def test_a_refusal_says_nothing_about_which_names_exist(client: Client, login: str, password: str) -> None:
    person()
    response = sign_in(client, login, password)
    assert response.status_code == 422
    if password:
        assert response.context["form"].non_field_errors() == ["用户名或密码不正确。"]
    assert signed_in_as(client) is None


@pytest.mark.parametrize("gone", ["is_active", "deleted_at"])
def test_users_who_may_not_sign_in_cannot_and_lose_the_session_they_have(
    client: Client, client_of: Any, company: Any, gone: str
) -> None:
    from django.utils import timezone

    user = person()
    sign_in(client)
    assert signed_in_as(client) == user.pk
    setattr(user, gone, False if gone == "is_active" else timezone.now())
    user.save()
    assert signed_in_as(client) is None
    assert sign_in(client_of(company)).status_code == 422


def test_a_name_that_is_another_users_phone_signs_in_the_one_called_so(client: Client) -> None:
    called = person("13800138000", phone="", email="")
    person("other", phone="13800138000", email="")
    sign_in(client, "13800138000")
    assert signed_in_as(client) == called.pk


def test_five_failures_lock_the_account_under_all_its_names_and_the_page_says_for_how_long(client: Client) -> None:
    person()
    for name in ("qinchen", "18665091989", "186 6509 1989", "qin@example.com", "QINCHEN"):
        assert sign_in(client, name, "wrong").status_code == 422
    response = sign_in(client)
    assert response.status_code == 429
    assert "10 分钟" in response.content.decode()
    assert signed_in_as(client) is None


def test_the_lock_is_the_accounts_and_the_companys_own(client: Client, client_of: Any, other_company: Any) -> None:
    person()
    colleague = person("furui", phone="", email="")
    run_in_company(other_company, person)
    for _attempt in range(6):
        sign_in(client, password="wrong")
    assert sign_in(client).status_code == 429
    sign_in(client, "furui")
    assert signed_in_as(client) == colleague.pk
    assert sign_in(client_of(other_company)).status_code == 302


def test_one_address_is_locked_when_it_tries_many_names(client: Client) -> None:
    person()
    statuses = [sign_in(client, f"name{number}", "wrong").status_code for number in range(31)]
    assert statuses == [422] * 30 + [429]
    assert sign_in(client).status_code == 429
    assert sign_in(client, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_right_passwords_are_not_counted(client: Client) -> None:
    person()
    assert {sign_in(client).status_code for _attempt in range(8)} == {302}


def test_a_flushed_cache_forgets_the_count_and_nothing_else(client: Client) -> None:
    user = person()
    sign_in(client)
    for _attempt in range(6):
        sign_in(Client(HTTP_HOST=client.defaults["HTTP_HOST"]), password="wrong")
    cache.clear()
    assert signed_in_as(client) == user.pk
    assert sign_in(Client(HTTP_HOST=client.defaults["HTTP_HOST"])).status_code == 302


def test_nobody_signs_in_while_attempts_cannot_be_counted(client: Client, settings: Any) -> None:
    person()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    response = sign_in(client)
    assert response.status_code == 422
    assert "稍后" in response.content.decode()


def test_the_log_tells_sign_ins_failures_and_sign_outs(client: Client) -> None:
    user = person()
    sign_in(client, password="wrong")
    sign_in(client, "my secret passphrase", "x")
    sign_in(client)
    client.post("/sign-out/")
    lines = list(LogEntry.objects.order_by("pk").values_list("verb", "record_id", "actor_id", "address"))
    assert lines == [
        ("sign_in_failed", user.pk, None, "127.0.0.1"),
        ("sign_in_failed", None, None, "127.0.0.1"),
        ("sign_in", user.pk, user.pk, "127.0.0.1"),
        ("sign_out", user.pk, user.pk, "127.0.0.1"),
    ]
    assert "secret" not in str(list(LogEntry.objects.values()))


def test_a_session_of_one_company_is_nothing_to_another(
    client: Client, client_of: Any, other_company: Any, settings: Any
) -> None:
    mine = person(pk=9001)
    run_in_company(other_company, person, pk=9001)
    sign_in(client)
    stranger = client_of(other_company)
    stranger.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert signed_in_as(stranger) is None
    assert signed_in_as(client) == mine.pk


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(client: Client, settings: Any) -> None:
    person()
    client.get("/sign-in/")
    sign_in(client)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    sign_in(client)
    client.post("/sign-out/")
    client.cookies[settings.SESSION_COOKIE_NAME] = first
    assert signed_in_as(client) is None


def test_a_session_key_chosen_by_a_stranger_is_not_taken(client: Client, settings: Any) -> None:
    person()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    sign_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "a" * 32


def test_the_cookie_is_bound_to_the_host_and_lasts_as_long_as_asked(client: Client, settings: Any) -> None:
    person()
    sign_in(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["secure"], cookie["httponly"], cookie["domain"], cookie["path"], cookie["max-age"]) == (
        True,
        True,
        "",
        "/",
        "",
    )
    client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD, "remember": "on"})
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD, "remember": "on"})
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_COOKIE_AGE


def test_sign_out_by_a_link_asks_first(client: Client) -> None:
    user = person()
    sign_in(client)
    assert client.get("/sign-out/").status_code == 200
    assert signed_in_as(client) == user.pk


def test_nobody_signs_up_on_a_companys_host(client: Client) -> None:
    assert client.get("/sign-up/").status_code == 404


def test_a_script_without_a_session_gets_401(client: Client) -> None:
    assert client.get("/profile/", HTTP_HX_REQUEST="true").status_code == 401
    assert client.get("/profile/", HTTP_ACCEPT="application/json").status_code == 401


DIALOG: dict[str, Any] = {"HTTP_X_REQUESTED_WITH": "dialog", "HTTP_HX_REQUEST": "true"}


def test_the_dialog_of_an_ended_session_signs_in_and_gives_a_fresh_token(client: Client) -> None:
    user = person()
    page = client.get("/sign-in/", **DIALOG)
    assert "data-sign-in-form" in page.content.decode()
    answer = sign_in(client, **DIALOG)
    assert (answer.status_code, answer["HX-Signed-In"]) == (204, str(user.pk))
    assert signed_in_as(client) == user.pk
    client.handler.enforce_csrf_checks = True
    assert client.post("/sign-out/").status_code == 403
    assert client.post("/sign-out/", HTTP_X_CSRFTOKEN=answer["X-CSRFToken"]).status_code == 302


def test_the_dialog_needs_no_form_when_somebody_signed_in_in_another_tab(client: Client) -> None:
    user = person()
    sign_in(client)
    answer = client.get("/sign-in/", **DIALOG)
    assert (answer.status_code, answer["HX-Signed-In"]) == (204, str(user.pk))


def test_the_dialog_shows_refusals_in_its_form_and_counts_them(client: Client) -> None:
    person()
    refused = sign_in(client, password="", **DIALOG)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["password"])
    assert "data-sign-in-form" in refused.content.decode()
    assert [sign_in(client, password="no", **DIALOG).status_code for _attempt in range(6)] == [422] * 5 + [429]


def test_posts_without_the_token_are_refused(company: Any) -> None:
    person()
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=company.host)
    assert sign_in(strict).status_code == 403


def test_the_sign_in_page_and_its_answers_are_kept_by_nobody(client: Client) -> None:
    assert "no-store" in client.get("/sign-in/")["Cache-Control"]


# The way in from the public site


def test_a_ticket_signs_in_once(client: Client, client_of: Any, company: Any) -> None:
    user = person()
    ticket = handover_make(user)
    response = client.post("/welcome/", {"ticket": ticket}, HTTP_ORIGIN="http://localhost:8000")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in_as(client) == user.pk
    second = client_of(company)
    assert second.post("/welcome/", {"ticket": ticket}).status_code == 410
    assert signed_in_as(second) is None


def test_fetching_the_way_in_uses_nothing_up(client: Client) -> None:
    ticket = handover_make(person())
    assert client.get("/welcome/", {"ticket": ticket}).status_code == 405
    assert client.post("/welcome/", {"ticket": ticket}).status_code == 302


def test_a_ticket_is_good_for_a_minute_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from tenants.people import signin_handover

    monkeypatch.setattr(signin_handover, "LIFETIME", timedelta(seconds=-1))
    assert client.post("/welcome/", {"ticket": handover_make(person())}).status_code == 410


def test_a_ticket_of_one_company_is_nothing_to_another(client_of: Any, other_company: Any) -> None:
    run_in_company(other_company, person, pk=9001)
    ticket = handover_make(person(pk=9001))
    assert client_of(other_company).post("/welcome/", {"ticket": ticket}).status_code == 410


def test_a_ticket_is_no_session(client: Client, settings: Any) -> None:
    from django.contrib.sessions.models import Session

    handover_make(person())
    client.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get().session_key
    assert signed_in_as(client) is None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://localhost.evil.example", "http://beta.localhost:8000", "null"]
)
def test_other_sites_cannot_send_a_ticket(client: Client, origin: str) -> None:
    ticket = handover_make(person())
    assert client.post("/welcome/", {"ticket": ticket}, HTTP_ORIGIN=origin).status_code == 403
