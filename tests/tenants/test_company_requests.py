"""What a host answers: its company, its addresses, and what the licence allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from core.db import current_company, run_in_company
from tenants.companies import events, services
from tenants.companies.info import CompanyInfo
from tenants.companies.middleware import allowed_when_read_only
from tests.ground import Ground
from tests.tenants.companies import Queries, ask, body, set_licence


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


def test_the_settings_of_the_connection_follow_the_company(live_ground: Ground, company: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('qiku.company')")
        assert cursor.fetchone() == (str(company.id),)
