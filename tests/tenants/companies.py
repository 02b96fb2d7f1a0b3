"""Companies and requests to them, for the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from core.db import current_company, has_company, is_outside_companies, run_outside_companies
from tenants.companies import lookup
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import company_by_id
from tenants.companies.middleware import CompanyMiddleware
from tenants.companies.models import Licence

Queries = Callable[[int], Any]


def set_licence(company: Any, **values: Any) -> CompanyInfo:
    """Write the licence's row, and forget what was kept of it."""
    run_outside_companies(lambda: Licence.objects.filter(pk=company.id).update(**values))
    lookup.forget_companies()
    found = company_by_id(company.id)
    assert found is not None
    return found


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
