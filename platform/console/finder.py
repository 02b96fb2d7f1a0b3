"""找回企业地址: the way to one's own sign-in page, for who forgot where it is."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from console.throttling import is_too_much
from core.db import run_in_company
from core.jobs.services import enqueue
from tenants.companies.domains import ascii_host
from tenants.companies.info import CompanyInfo
from tenants.companies.lookup import company_for_host
from tenants.companies.lookup import operators as operators_company


class AddressForm(forms.Form):
    """The subdomain, or the whole address however it was copied."""

    address = forms.CharField(
        label=_("Address of your company"),
        max_length=300,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    company: CompanyInfo

    def clean_address(self) -> str:
        """The host; refused when no company is there."""
        typed = str(self.cleaned_data["address"]).strip().lower()
        host = typed.removeprefix("https://").removeprefix("http://").partition("/")[0].partition(":")[0]
        try:
            host = ascii_host(host)
        except UnicodeError:
            host = ""  # leads nowhere
        found = company_for_host(host if "." in host else f"{host}.{settings.HOST}")
        if found is None or found.is_operators or found.is_deleted:
            raise ValidationError(_("There is no company at this address."), code="unknown")
        self.company = found
        return host


class EmailForm(forms.Form):
    """The e-mail address in one's profile."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """By its address (GET) one is led to the sign-in page; by e-mail (POST) the list of one's companies is mailed.

    The answer to an e-mail address is the same whether anybody has it.
    """
    by_address = AddressForm(request.GET if "address" in request.GET else None)
    by_email = EmailForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if by_address.is_bound:
        if by_address.is_valid():
            return _lead_on(request, by_address.company)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    if by_email.is_bound:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if by_email.is_valid():
            email = by_email.cleaned_data["email"].lower()
            if not is_too_much(request, "find", key=email):
                _order_mail(email)
                return HttpResponseRedirect(reverse("find-sent"))
            by_email.add_error("email", _("This was asked for too often. Try again in an hour."))
            status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "console/find.html", {"by_address": by_address, "by_email": by_email}, status=status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Says that a mail is on its way if anybody has the address."""
    return render(request, "console/find_sent.html")


def _lead_on(request: HttpRequest, company: CompanyInfo) -> HttpResponse:
    """A page that goes on to the company's sign-in page by itself.

    A redirect would be part of the form's submission, which may lead to this host only; and companies have domains of
    their own, of which nobody is told a list.
    """
    url = f"{company.url}sign-in/"
    response = render(request, "console/found.html", {"company": company, "url": url})
    response["Refresh"] = f"0; url={url}"
    return response


def _order_mail(email: str) -> None:
    """Leave the search to a worker: it visits every company, and its time would tell whether something was found."""
    operators = operators_company()
    if operators is not None:
        run_in_company(
            operators, enqueue, "console.find_companies", {"email": email, "language": get_language()}, by=None
        )
