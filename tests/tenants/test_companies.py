"""Which company a host is, what its licence allows, and who changes that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import timezone

from core.db import current_company, has_company, is_outside_companies, run_in_company, run_outside_companies
from core.records.models import LogEntry
from tenants.companies import events, lookup, services
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import company_by_id, company_for_host
from tenants.companies.middleware import CompanyMiddleware, allowed_when_read_only
from tenants.companies.models import Company, Domain, Licence
from tenants.companies.seats import SeatsExhausted, take_seat
from tests.ground import Ground
from tests.together import together

Queries = Callable[[int], Any]


def set_licence(company: Any, **values: Any) -> CompanyInfo:
    """Write the licence's row, and forget what was kept of it."""
    run_outside_companies(lambda: Licence.objects.filter(pk=company.id).update(**values))
    lookup.forget_companies()
    found = company_by_id(company.id)
    assert found is not None
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["alpha.localhost", "ALPHA.localhost", "alpha.localhost:8000", "alpha.localhost.", "alpha.LocalHost:1"]
)
def test_a_host_is_found_however_it_is_written(company: Any, host: str) -> None:
    assert company_for_host(host) == company


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "nobody.localhost",
        "x.alpha.localhost",
        "alpha",
        "alpha.example.com",
        "alpha.localhost.evil.com",
        "[::1]:80",
        "a\0b",
    ],
)
def test_a_strange_host_is_no_company(host: str) -> None:
    assert company_for_host(host) is None or host == "alpha"


@pytest.mark.django_db
def test_a_company_may_have_a_host_of_its_own(company: Any) -> None:
    run_outside_companies(
        lambda: Domain.objects.create(company_id=company.id, name="crm.example.com", is_primary=False)
    )
    lookup.forget_companies()
    found = company_for_host("crm.example.com:443")
    assert found == company
    assert found is not None
    assert found.host == "alpha.localhost"


@pytest.mark.django_db
def test_a_domain_of_its_own_comes_and_goes(company: Any, operators: Any) -> None:
    added = services.domain_add(company.id, domain=" CRM.例子.com. ", by=None)
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
        services.domain_remove(company.id, domain="alpha", by=None)


@pytest.mark.django_db
def test_a_host_is_asked_for_once(company: Any, django_assert_num_queries: Queries) -> None:
    company_for_host("alpha.localhost")
    company_for_host("nobody.localhost")
    with django_assert_num_queries(0):
        assert company_for_host("alpha.localhost") == company
        assert company_for_host("nobody.localhost") is None


@pytest.mark.django_db
def test_what_is_kept_runs_out(
    company: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Queries
) -> None:
    company_for_host("nobody.localhost")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 31)
    with django_assert_num_queries(1):
        company_for_host("nobody.localhost")


@pytest.mark.django_db
def test_strangers_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_KEPT", 5)
    for number in range(20):
        company_for_host(f"nobody-{number}.localhost")
    assert len(lookup._kept._answers) <= 5


def heard(company: Any) -> None:
    """Wait until this process listens, and keep an answer."""
    for _attempt in range(200):
        company_for_host(company.host)
        if lookup._kept._answers:
            return
        time.sleep(0.02)
    raise AssertionError("the process does not listen")


def test_a_change_by_another_process_is_known_at_once(live_ground: Ground, company: Any) -> None:
    heard(company)
    with psycopg.connect(live_ground.url) as elsewhere:
        elsewhere.execute("UPDATE companies_licence SET state = 'suspended' WHERE company_id = %s", [company.id])
        elsewhere.execute(f"NOTIFY {lookup.CHANNEL}")
        assert company_for_host(company.host) == company
    for _attempt in range(100):
        found = company_for_host(company.host)
        if found and found.access == "closed":
            break
        time.sleep(0.01)
    assert found is not None
    assert found.access == "closed"


def test_a_process_that_cannot_listen_keeps_nothing(live_ground: Ground, company: Any) -> None:
    heard(company)
    ear = lookup._kept._ear
    assert ear is not None
    usual = dict(ear._params)
    ear._params |= {"host": "127.0.0.1", "port": 1}  # where nobody answers
    with psycopg.connect(live_ground.url, autocommit=True) as elsewhere:
        elsewhere.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'qiku company changes'"
        )
        for _attempt in range(100):
            if not ear.hears:
                break
            time.sleep(0.01)
        assert company_for_host(company.host) == company
        elsewhere.execute("UPDATE companies_licence SET state = 'suspended' WHERE company_id = %s", [company.id])
    found = company_for_host(company.host)
    assert found is not None
    assert found.access == "closed"
    ear._params |= usual
    heard(company)


def test_an_answer_that_was_being_asked_during_a_change_is_not_kept(live_ground: Ground, company: Any) -> None:
    heard(company)
    lookup._kept.drop()
    asked, changed = threading.Event(), threading.Event()

    def slow() -> CompanyInfo:
        asked.set()
        changed.wait(5)
        before: CompanyInfo = company  # as it was before the change
        return before

    thread = threading.Thread(target=lambda: lookup._kept.get(company.id, slow))
    thread.start()
    asked.wait(5)
    services.company_suspend(company.id, by=None)
    changed.set()
    thread.join()
    found = company_by_id(company.id)
    assert found is not None
    assert found.access == "closed"


TODAY = timedelta(0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "days_left", "access"),
    [
        (LicenceState.TRIAL, None, "full"),
        (LicenceState.ACTIVE, 0, "full"),
        (LicenceState.ACTIVE, -1, "full"),
        (LicenceState.ACTIVE, -7, "full"),
        (LicenceState.ACTIVE, -8, "read_only"),
        (LicenceState.TRIAL, -8, "read_only"),
        (LicenceState.EXPIRED, -1, "full"),
        (LicenceState.EXPIRED, -8, "read_only"),
        (LicenceState.EXPIRED, None, "read_only"),
        (LicenceState.EXPIRED, 5, "read_only"),
        (LicenceState.SUSPENDED, 100, "closed"),
        (LicenceState.SUSPENDED, None, "closed"),
    ],
)
def test_the_licence_decides_the_access(company: Any, state: str, days_left: int | None, access: str) -> None:
    until = None if days_left is None else timezone.localdate() + timedelta(days=days_left)
    assert set_licence(company, state=state, valid_until=until).access == access


def answer(request: HttpRequest) -> HttpResponseBase:
    """A view that says where it ran."""
    where = current_company().schema_name if has_company() else ("outside" if is_outside_companies() else "nowhere")
    return HttpResponse(f"{where} {getattr(request, 'urlconf', '')}")


def ask(host: str, method: str = "GET", view: Any = answer, **headers: Any) -> HttpResponseBase:
    """What the middleware makes of a request."""
    request = RequestFactory().generic(method, "/", HTTP_HOST=host, **headers)

    def get_response(request: HttpRequest) -> HttpResponseBase:
        return middleware.process_view(request, view, (), {}) or view(request)

    middleware = CompanyMiddleware(get_response)
    return middleware(request)


def body(response: HttpResponseBase) -> str:
    """Its text."""
    assert isinstance(response, HttpResponse)
    return response.content.decode()


@pytest.mark.django_db
def test_each_host_has_its_company_and_its_addresses(company: Any, other_company: Any, operators: Any) -> None:
    assert body(ask("alpha.localhost:8000")) == f"{company.schema_name} config.urls"
    assert body(ask("beta.localhost")) == f"{other_company.schema_name} config.urls"
    assert body(ask("ops.localhost")) == f"{operators.schema_name} config.operator_urls"
    assert body(ask("localhost:8000")) == "outside config.public_urls"


@pytest.mark.django_db
def test_an_unknown_host_is_a_plain_404() -> None:
    response = ask("nobody.localhost")
    assert response.status_code == 404
    assert "alpha" not in body(response).lower()


@pytest.mark.django_db
def test_a_warm_request_asks_nothing_of_the_database(company: Any, django_assert_num_queries: Queries) -> None:
    ask(company.host)
    with django_assert_num_queries(0):
        assert ask(company.host).status_code == 200


@pytest.mark.django_db
def test_a_streamed_answer_is_made_inside_the_company(company: Any, other_company: Any) -> None:
    def parts(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(current_company().schema_name for _part in range(2))

    response = ask("beta.localhost", view=parts)
    assert isinstance(response, StreamingHttpResponse)
    assert response.getvalue().decode() == other_company.schema_name * 2
    assert current_company() == company


@pytest.mark.django_db
def test_when_read_only_nothing_can_be_changed(company: Any) -> None:
    set_licence(company, state="expired")
    assert ask(company.host).status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert ask(company.host, method).status_code == 403
    assert ask(company.host, "POST", view=allowed_when_read_only(lambda request: HttpResponse())).status_code == 200
    refusal = ask(company.host, "POST", HTTP_ACCEPT="application/json")
    assert refusal["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_a_closed_company_ends_the_session(company: Any) -> None:
    session = SessionStore()
    session.save()
    set_licence(company, state="suspended")
    response = ask(company.host, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    assert response.status_code == 403
    assert response.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert not Session.objects.filter(pk=session.session_key).exists()


def test_suspension_acts_on_the_next_request_and_ends_sessions(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    for each in (company, other_company):
        run_in_company(
            each, lambda: Session.objects.create(session_key="k", session_data="", expire_date=timezone.now())
        )
    told: list[CompanyInfo] = []

    def hear(company: CompanyInfo, **kwargs: Any) -> None:
        told.append(company)

    events.company_closed.connect(hear)
    try:
        closed = services.company_suspend(company.id, by=None)
    finally:
        events.company_closed.disconnect(hear)
    assert told == [closed]
    assert ask(company.host).status_code == 403
    assert ask(other_company.host).status_code == 200
    assert run_in_company(company, Session.objects.count) == 0
    assert run_in_company(other_company, Session.objects.count) > 0
    services.company_resume(company.id, by=None)
    assert ask(company.host).status_code == 200


@pytest.mark.django_db
def test_each_act_is_logged_with_the_operators(company: Any, operators: Any) -> None:
    services.licence_set_seats(company.id, seats=33, by=None)
    [entry] = run_in_company(operators, lambda: list(LogEntry.objects.filter(verb="licence_set_seats")))
    assert (entry.record_text, entry.record_id, entry.changes) == ("Alpha", company.id, {"seats": [10, 33]})
    assert LogEntry.objects.filter(verb="licence_set_seats").count() == 0


@pytest.mark.django_db
def test_an_extension_revives_an_expired_licence(company: Any) -> None:
    set_licence(company, state="expired", valid_until=timezone.localdate() - timedelta(days=30))
    until = timezone.localdate() + timedelta(days=30)
    services.licence_extend(company.id, until=until, by=None)
    found = company_by_id(company.id)
    assert found is not None
    assert (found.access, found.licence.state, found.licence.valid_until) == ("full", "active", until)


@pytest.mark.django_db
def test_what_cannot_be_is_refused_at_its_field(company: Any, operators: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        services.licence_extend(company.id, until=timezone.localdate() - timedelta(days=1), by=None)
    assert list(refusal.value.message_dict) == ["valid_until"]
    for seats in (0, -1, 10**9):
        with pytest.raises(ValidationError) as refusal:
            services.licence_set_seats(company.id, seats=seats, by=None)
        assert list(refusal.value.message_dict) == ["seats"]
    with pytest.raises(ValidationError, match="不能停用"):
        services.company_suspend(operators.id, by=None)
    with pytest.raises(Company.DoesNotExist):
        services.company_suspend(987654, by=None)


@pytest.mark.django_db
def test_a_deleted_company_can_be_taken_back(company: Any) -> None:
    services.company_delete(company.id, by=None)
    assert ask(company.host).status_code == 403
    services.company_restore(company.id, by=None)
    assert ask(company.host).status_code == 200


@pytest.mark.django_db
def test_the_api_is_granted_and_taken_back(company: Any) -> None:
    assert services.api_grant(company.id, granted=True, by=None).licence.api_granted
    assert not services.api_grant(company.id, granted=False, by=None).licence.api_granted


def add_user(_number: int = 0) -> None:
    """What adds an active user, in the company that is set."""
    with transaction.atomic():
        take_seat(active)
        LogEntry.objects.create(verb="user")


def active() -> int:
    """How many there are."""
    return LogEntry.objects.filter(verb="user").count()


def test_fifty_at_once_fill_every_seat_and_no_more(live_ground: Ground, company: Any, other_company: Any) -> None:
    results = together(lambda number: run_in_company(company, add_user), 50)
    refused = [each for each in results if isinstance(each, SeatsExhausted)]
    assert results.count(None) == 10
    assert len(refused) == 40
    assert (refused[0].used, refused[0].seats) == (10, 10)
    assert active() == 10
    assert run_in_company(other_company, active) == 0


def test_an_addition_that_fails_leaves_its_seat(live_ground: Ground, company: Any) -> None:
    """Forty of fifty give up after they took the seat; the ten seats go to the ten others."""

    def maybe(number: int) -> None:
        with transaction.atomic():
            take_seat(active)
            LogEntry.objects.create(verb="user")
            if number % 5:
                raise ZeroDivisionError

    results = together(lambda number: run_in_company(company, maybe, number), 50)
    assert results.count(None) == 10
    assert active() == 10


@pytest.mark.django_db
def test_a_reduction_removes_nobody_and_blocks_additions(company: Any) -> None:
    for _user in range(4):
        add_user()
    services.licence_set_seats(company.id, seats=2, by=None)
    with pytest.raises(SeatsExhausted) as refusal:
        add_user()
    assert (refusal.value.used, refusal.value.seats) == (4, 2)
    assert active() == 4
    services.licence_set_seats(company.id, seats=5, by=None)
    add_user()


@pytest.mark.django_db
def test_several_seats_are_taken_at_once_or_not_at_all(company: Any) -> None:
    with transaction.atomic():
        take_seat(active, adding=10)
    with pytest.raises(SeatsExhausted), transaction.atomic():
        take_seat(active, adding=11)


def test_a_seat_is_taken_in_the_transaction_that_adds(live_ground: Ground) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        take_seat(active)


def test_the_settings_of_the_connection_follow_the_company(live_ground: Ground, company: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qiku.company')")
        assert cursor.fetchone() == (str(company.id),)
