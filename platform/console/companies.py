"""The operators' console: the companies, one company, what is done to it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from console.access import operator
from console.addresses import addresses_of
from console.company_acts import ACTS, acts_for
from console.company_list import CompanyList, paging_of
from console.company_new import NewCompanyForm, company_add
from console.figures import figures_of
from console.plans import PLANS
from core.db import run_outside_companies
from core.pages.serving import go, part_asked
from core.records.models import LogEntry
from core.resources.forms import refuse
from tenants.companies.info import CompanyInfo
from tenants.companies.models import Company
from tenants.people.models import User

LOG_SHOWN = 30


@operator
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The list of companies."""
    shown = CompanyList(request.GET)
    context = {"list": shown, "plans": PLANS}
    if part_asked(request, "list"):
        return render(
            request,
            "shell/part.html",
            {**context, "part_template": "console/parts/list.html", "part_title": _("Companies")},
        )
    return render(request, "console/companies.html", context)


@operator
@require_safe
def company(request: HttpRequest, company_id: int) -> HttpResponse:
    """One company: its licence, its addresses, how it is used, what operators did to it."""
    created_at, info = _found(company_id)
    entries = LogEntry.objects.of("companies", company_id)[:LOG_SHOWN]
    acts = acts_for(info)
    context = {
        "company": info,
        "created_at": created_at,
        "addresses": addresses_of(info, acts),
        "figures": figures_of(info),
        "acts": {place: [act for act in acts if act.place == place] for place in ("button", "menu", "addresses")},
        "log": entries,
        "plan": PLANS.get(info.licence.plan, info.licence.plan),
    }
    return render(request, "console/company.html", context)


@operator
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What operators did to all companies, newest first."""
    entries = LogEntry.objects.of("companies")
    paging = paging_of(request.GET, entries.count())
    start = (paging.page - 1) * paging.size
    shown = list(entries[start : start + paging.size])
    ids = {entry.record_id for entry in shown}
    there = run_outside_companies(
        lambda: set(Company.objects.customers().filter(pk__in=ids).values_list("pk", flat=True))
    )
    return render(request, "console/log.html", {"log": shown, "there": there, "paging": paging})


@operator
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, company_id: int, name: str) -> HttpResponse:
    """Ask for the values of an act, and do it; in a dialog or on a page of its own."""
    _created_at, info = _found(company_id)
    if name not in ACTS:
        raise Http404(f"no act {name}")
    chosen = ACTS[name]
    named = {"domain": request.GET["domain"]} if "domain" in request.GET else {}
    form = chosen.form(request.POST if request.method == "POST" else None, company=info, initial=named)
    if not chosen.makes_sense(info):
        messages.error(request, _("This has been done already, or makes no sense any more."))
        return go(request, reverse("console-company", args=[company_id]))
    if form.is_valid():
        try:
            chosen.run(company_id, by=cast(User, request.user), **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Done: %(act)s.") % {"act": chosen.label})
            return go(request, reverse("console-company", args=[company_id]))
    context = {
        "title": f"{chosen.label}: {info.name}",
        "form": form,
        "form_url": request.path,
        "lead": chosen.lead,
        "danger": chosen.danger,
        "submit": chosen.label,
        "back_url": reverse("console-company", args=[company_id]),
        "carried_values": (),
    }
    part = part_asked(request, "dialog", "dialog-form")
    template = {"dialog": "pages/parts/dialog.html", "dialog-form": "pages/parts/dialog_form.html"}.get(
        part, "pages/dialog_page.html"
    )
    return render(
        request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    )


@operator
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a company by hand; the administrator's first password is shown once."""
    form = NewCompanyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made, password = company_add(form.cleaned_data, by=cast(User, request.user))
        except ValidationError as error:
            form.refuse(error)
        else:
            context = {"company": made, "username": form.cleaned_data["username"], "password": password}
            return render(request, "console/company_made.html", context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "console/company_new.html", {"form": form}, status=status)


def _found(company_id: int) -> tuple[datetime, CompanyInfo]:
    """When the company was made, and the company."""

    def ask() -> tuple[datetime, CompanyInfo] | None:
        row = Company.objects.customers().filter(pk=company_id).first()
        return (row.created_at, row.info) if row else None

    found = run_outside_companies(ask)
    if found is None:
        raise Http404(f"no company {company_id}")
    return found
