"""From the host to the company: everything below this middleware runs inside it, or on the public site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.db import run_in_company, run_outside_companies
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import company_for_host

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def allowed_when_read_only(view: View) -> View:
    """Mark a view whose POST changes nothing of the company's: signing in and out, choosing a language."""
    view.allowed_when_read_only = True  # type: ignore[attr-defined]
    return view


class CompanyMiddleware:
    """Sets `request.company` (None on the public site) and the URLs of the host, and holds the licence to its word."""

    sync_capable = True
    async_capable = False  # a company is set for a thread

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer inside the company of the host; 404 where there is none, 403 where it is closed."""
        host = request.get_host()
        if _is_public(host):
            request.company = None  # type: ignore[attr-defined]
            request.urlconf = "config.public_urls"
            return _streamed(run_outside_companies(self.get_response, request), run_outside_companies)
        company = company_for_host(host)
        if company is None:
            return _notice(
                request,
                HTTPStatus.NOT_FOUND,
                _("There is no company at this address"),
                _("Check the address, or ask your administrator for it."),
            )
        request.company = company  # type: ignore[attr-defined]
        request.urlconf = "config.operator_urls" if company.is_operators else "config.urls"
        if company.access == "closed":
            return _closed(request, company)
        response = run_in_company(company, self.get_response, request)
        return _streamed(response, lambda fn, *args: run_in_company(company, fn, *args))

    def process_view(
        self, request: HttpRequest, view: View, args: Iterable[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what would change something once the days of grace are over."""
        company: CompanyInfo | None = request.company  # type: ignore[attr-defined]
        if company is None or company.access == "full" or request.method in SAFE_METHODS or _is_allowed(request, view):
            return None
        return _notice(
            request,
            HTTPStatus.FORBIDDEN,
            _("The licence has expired"),
            _("Everything can still be read, but nothing can be changed. Please renew the licence."),
        )


def _is_public(host: str) -> bool:
    return split_domain_port(host)[0] in {settings.HOST, f"www.{settings.HOST}"}


def _is_allowed(request: HttpRequest, view: View) -> bool:
    match = request.resolver_match
    named = match.view_name if match else ""
    return getattr(view, "allowed_when_read_only", False) or named in getattr(settings, "READ_ONLY_ALLOWED_URLS", ())


def _closed(request: HttpRequest, company: CompanyInfo) -> HttpResponse:
    """Nobody gets in; who comes with a session loses it."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key:
        run_in_company(company, lambda: SessionStore(key).delete())
    response = _notice(
        request,
        HTTPStatus.FORBIDDEN,
        _("This company is suspended"),
        _("Nobody can sign in at present. Please contact the platform."),
    )
    response.delete_cookie(settings.SESSION_COOKIE_NAME, path="/")
    return response


def _notice(request: HttpRequest, status: HTTPStatus, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": title,
            "status": status.value,
            "detail": text,
            "errors": {},
        }
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"detail": f"{title}. {text}"}, status=status)
    response = render(request, "companies/notice.html", {"title": title, "text": text}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _streamed(response: HttpResponseBase, run: Callable[..., Any]) -> HttpResponseBase:
    """A streamed body is read by the server after the company was left: each part of it is made inside again."""
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse) and not response.is_async:
        response.streaming_content = _parts(iter(response.streaming_content), run)  # type: ignore[arg-type]
    return response


def _parts(parts: Iterator[bytes], run: Callable[..., Any]) -> Iterator[bytes]:
    while (part := run(next, parts, None)) is not None:
        yield part
