"""The operators' console: the companies, one company, what is done to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from console.access import operator
from console.company_acts import ACTS, acts_for
from console.company_list import CompanyList, paging_of
from console.company_new import NewCompanyForm, company_add
from console.figures import figures_of
from console.plans import PLANS
from core.db import run_outside_companies
from core.pages.serving import go, part_asked
from core.records.models import LogEntry
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
    row, info = _row(company_id)
    entries = LogEntry.objects.of("companies", company_id)[:LOG_SHOWN]
    acts = acts_for(info)
    context = {
        "company": info,
        "created_at": row.created_at,
        "deleted_at": row.deleted_at,
        "hosts": run_outside_companies(lambda: [domain.host for domain in row.domains.order_by("-is_primary", "pk")]),
        "figures": figures_of(info),
        "primary_acts": [act for act in acts if act.primary],
        "more_acts": [act for act in acts if not act.primary],
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
    return render(request, "console/log.html", {"log": entries[start : start + paging.size], "paging": paging})


@operator
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, company_id: int, name: str) -> HttpResponse:
    """Ask for the values of an act, and do it; in a dialog or on a page of its own."""
    _row_found, info = _row(company_id)
    if name not in ACTS:
        raise Http404(f"no act {name}")
    chosen = ACTS[name]
    form = chosen.form(request.POST if request.method == "POST" else None, company=info)
    if not chosen.when(info):
        messages.error(request, _("This has been done already, or makes no sense any more."))
        return go(request, reverse("console-company", args=[company_id]))
    if form.is_valid():
        try:
            chosen.run(company_id, by=cast(User, request.user), **form.cleaned_data)
        except ValidationError as error:
            _refuse(form, error)
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


def _row(company_id: int) -> tuple[Company, CompanyInfo]:
    def ask() -> tuple[Company, CompanyInfo] | None:
        row = Company.objects.customers().filter(pk=company_id).first()
        return (row, row.info) if row else None

    found = run_outside_companies(ask)
    if found is None:
        raise Http404(f"no company {company_id}")
    return found


def _refuse(form: forms.Form, error: ValidationError) -> None:
    """Put a service's refusal at the field it names; the licence's last good day is `until` here."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    named: dict[str, Any] = {"valid_until": "until"}
    for name, errors in error.error_dict.items():
        field = named.get(name, name)
        form.add_error(field if field in form.fields else None, errors)
