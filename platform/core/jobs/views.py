"""The progress of one's own jobs, and the buttons beside it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.jobs import services
from core.jobs.models import Job


@login_required
@never_cache
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, as a piece of a page."""
    return _part(request, _own(request, pk))


@login_required
@never_cache
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the job; answers its progress."""
    return _part(request, services.job_cancel(_own(request, pk), by=request.user))


@login_required
@never_cache
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the job again; answers its progress."""
    return _part(request, services.job_retry(_own(request, pk), by=request.user))


def _own(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(Job.rows.of(request.user.pk or 0), pk=pk)


def _part(request: HttpRequest, job: Job) -> HttpResponse:
    return render(request, "jobs/progress.html", {"job": job})
