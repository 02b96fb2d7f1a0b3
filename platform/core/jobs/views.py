"""The progress of one's own jobs, and the buttons beside it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.jobs import services
from core.jobs.models import Job


@login_required
@never_cache
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, as a piece of a page; it asks for itself again until the job is finished."""
    return render(request, "jobs/progress.html", {"job": _own(request, pk)})


@login_required
@never_cache
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the job, and go back to the page that shows it."""
    services.job_cancel(_own(request, pk), by=request.user)
    return _back(request)


@login_required
@never_cache
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the job again, and go back to the page that shows it."""
    services.job_retry(_own(request, pk), by=request.user)
    return _back(request)


def _own(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(Job.rows.of(request.user.pk or 0), pk=pk)


def _back(request: HttpRequest) -> HttpResponse:
    given = request.POST.get("next", "")
    safe = given.startswith("/") and url_has_allowed_host_and_scheme(given, None)
    return HttpResponseRedirect(given if safe else "/", status=303)
