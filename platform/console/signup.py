"""Signing up: a company, its administrator, and the way into its own host."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from console.plans import TRIAL, TRIAL_DAYS, TRIAL_SEATS
from console.signup_forms import SignUpForm
from console.throttling import is_too_much
from core.records.history import log
from core.shell.csp import policy
from tenants.companies.info import CompanyInfo
from tenants.companies.provisioning import company_create
from tenants.companies.subdomains import check_subdomain, suggest_subdomain
from tenants.people.signin_handover import handover_make
from tenants.settings.services import company_furnish

TERMS_VERSION = "2026-11"


class SignedUp(NamedTuple):
    """A new company, and the ticket with which its administrator signs in to it."""

    company: CompanyInfo
    ticket: str


@sensitive_variables("password")
def company_sign_up(
    *, company_name: str, subdomain: str, contact: dict[str, str], username: str, password: str, language: str
) -> SignedUp:
    """Make a company on trial, with its administrator, in one transaction.

    Raises:
        ValidationError: at the field it concerns; nothing is left then.
    """
    tickets: list[str] = []

    def setup() -> None:
        user = company_furnish(
            company_name=company_name, username=username, password=password, language=language, **contact
        )
        log("terms_accepted", by=user, resource="settings", changes={"terms": ["", TERMS_VERSION]})
        tickets.append(handover_make(user))

    company = company_create(
        name=company_name,
        subdomain=subdomain,
        plan=TRIAL,
        seats=TRIAL_SEATS,
        valid_until=timezone.localdate() + timedelta(days=TRIAL_DAYS),
        setup=setup,
    )
    return SignedUp(company, tickets[0])


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """The form; and, when it is right, the company and the page that leads into it."""
    if request.method != "POST":
        name = request.GET.get("company_name", "")[:100]
        form = SignUpForm(
            initial={"company_name": name, "subdomain": suggest_subdomain(name) if name else "", "username": "admin"}
        )
        return render(request, "console/sign_up.html", {"form": form})
    form = SignUpForm(request.POST)
    if form.is_valid():
        if is_too_much(request, "sign_up"):
            form.add_error(None, _("Too many companies were made from your network. Try again in an hour."))
            return render(request, "console/sign_up.html", {"form": form}, status=HTTPStatus.TOO_MANY_REQUESTS)
        values = {
            name: form.cleaned_data[name] for name in ("company_name", "subdomain", "contact", "username", "password")
        }
        try:
            made = company_sign_up(**values, language=get_language() or settings.LANGUAGE_CODE)
        except ValidationError as error:
            form.refuse(error)
        else:
            return _hand_over(request, made)
    return render(request, "console/sign_up.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@never_cache
@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """What the form shows while it is filled in: a subdomain made from the name, and whether the one typed is free.

    `company_name` asks for a suggestion, unless `own` says that the subdomain was typed; else `subdomain` is checked.
    """
    if is_too_much(request, "suggest"):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    if "company_name" in request.GET:
        if request.GET.get("own"):
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        subdomain = suggest_subdomain(request.GET["company_name"][:100])
        form = SignUpForm(initial={"subdomain": subdomain})
        return render(request, "console/parts/address.html", {"form": form, "free": subdomain})
    subdomain = request.GET.get("subdomain", "").strip().lower()
    context: dict[str, object] = {"own": bool(subdomain)}
    if subdomain:
        try:
            check_subdomain(subdomain)
            context["free"] = subdomain
        except ValidationError as error:
            context["problem"] = " ".join(error.messages)
    return render(request, "console/parts/address_hint.html", context)


def _hand_over(request: HttpRequest, made: SignedUp) -> HttpResponse:
    """A form that sends the ticket to the company's host by itself: in its body, so that no address ever holds it."""
    own = urlsplit(made.company.url)
    origin = f"{own.scheme}://{own.netloc}"
    response = render(request, "console/hand_over.html", {"company": made.company, "ticket": made.ticket})
    response["Content-Security-Policy"] = policy(request.csp_nonce, request.get_host(), [origin])  # type: ignore[attr-defined]
    response["Referrer-Policy"] = (
        "origin"  # the company's host asks where the form stands; a stricter one would hide it
    )
    return response
