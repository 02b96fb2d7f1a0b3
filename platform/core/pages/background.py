"""后台任务: what goes on for a user in the background, with its progress, its file, its failures and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.access import Actor
from core.jobs.models import Job
from core.pages import bulk_job, export
from core.pages.bulk_chunks import BulkChunk, Tally
from core.pages.bulk_job import bulk_undo, undo_key
from core.pages.export import ExportFile
from core.pages.serving import actor
from core.pages.steps import Failure, step_named
from core.resources import Resource, registry

SHOWN = 50
FAILURES_SHOWN = 1000
UNDO_KEPT = timedelta(days=1)
"""How long a step for many can be taken back as a whole."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work as the page shows it."""

    job: Job
    user: Actor
    file: ExportFile | None = None
    tally: Tally | None = None
    undone: bool = False

    @property
    def resource(self) -> Resource | None:
        """Whose records it is about, where it is about a list and that still exists."""
        return registry.resources.get(self.job.payload.get("resource", ""))

    @property
    def what(self) -> str:
        """The list it was started from, else what this kind of work is called."""
        return str(self.resource.label) if self.resource else self.job.label

    @property
    def tag(self) -> str:
        """What is done to the list: the kind of file, or the step."""
        match self.job.kind:
            case export.KIND:
                return str(self.job.payload["file_format"]).upper()
            case bulk_job.KIND if self.job.payload.get("undoes"):
                return _("Undo")
            case bulk_job.KIND:
                return self._step_label
        return self.job.label if self.resource else ""

    @property
    def _step_label(self) -> str:
        name = self.job.payload["name"]
        if self.resource is None:
            return ""
        labels = {action.name: action.label for action in self.resource.actions} | dict(self.resource.all_verbs)
        return str(labels.get(name, ""))

    @property
    def rows(self) -> int | None:
        """How many records the file holds, once it is written."""
        return self.job.result["rows"] if self.job.kind == export.KIND and self.job.result else None

    @property
    def size(self) -> int | None:
        """The size of the file in bytes, once it is written."""
        return self.job.result["bytes"] if self.job.kind == export.KIND and self.job.result else None

    @property
    def file_is_gone(self) -> bool:
        """Whether there was a file that is no longer kept."""
        return self.job.kind == export.KIND and self.job.state == Job.State.DONE and self.file is None

    @property
    def back_url(self) -> str:
        """The list it was started from."""
        return str(self.job.payload.get("back") or (self.resource.url if self.resource else ""))

    @property
    def may_undo(self) -> bool:
        """Whether what was done can be taken back by this user now."""
        if self.tally is None or not self.tally.done or self.undone or self.job.payload.get("undoes"):
            return False
        over = self.job.finished_at
        if self.resource is None or not self.job.is_finished or over is None or over < timezone.now() - UNDO_KEPT:
            return False
        try:
            step = step_named(self.resource, self.user, self.job.payload["name"], {})
        except Http404:
            return False
        return bool(step.undo) and self.user.access.may(self.resource.permission(step.verb))


@login_required
@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The user's own work in the background, the newest first."""
    return render(request, "pages/background.html", {"items": _items(request, Job.rows.of(_pk(request))[:SHOWN])})


@login_required
@never_cache
@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of it, as a piece of that page; it asks for itself again until the work is done."""
    [shown] = _items(request, [_own(request, pk)])
    return render(request, "pages/background_item.html", {"item": shown})


@login_required
@never_cache
@require_GET
def failures(request: HttpRequest, pk: int) -> HttpResponse:
    """The records that a step for many could not be done to, each with the reason."""
    [shown] = _items(request, [_own(request, pk)])
    if shown.tally is None or shown.resource is None:
        raise Http404("no step for many records")
    chunks = BulkChunk.rows.of(pk).exclude(failures=[]).values_list("failures", flat=True)
    named = [Failure(*failure) for found in chunks[:FAILURES_SHOWN] for failure in found][:FAILURES_SHOWN]
    context = {
        "title": f"{shown.what} · {shown.tag}",
        "resource": shown.resource,
        "done": shown.tally.done,
        "failed": shown.tally.failed,
        "failures": named,
        "back_url": reverse("background"),
    }
    return render(request, "pages/bulk_result.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step for many back, in the background as well."""
    [shown] = _items(request, [_own(request, pk)])
    if not shown.may_undo:
        raise Http404("nothing to take back, or no longer")
    bulk_undo(shown.job, by=shown.user)
    return HttpResponseRedirect(reverse("background"), status=303)


def _items(request: HttpRequest, jobs: Iterable[Job]) -> list[Item]:
    """The jobs with what the page tells of them: two queries, however many they are."""
    found = list(jobs)
    steps = [one.pk for one in found if one.kind == bulk_job.KIND]
    tallies = BulkChunk.rows.tallies(steps) if steps else {}
    undone = set(Job.rows.keyed(bulk_job.KIND, map(undo_key, steps))) if steps else set()
    return [
        Item(
            one,
            actor(request),
            ExportFile.of(one) if one.kind == export.KIND else None,
            tallies.get(one.pk),
            undo_key(one.pk) in undone,
        )
        for one in found
    ]


def _own(request: HttpRequest, pk: int) -> Job:
    found: Any = get_object_or_404(Job.rows.of(_pk(request)), pk=pk)
    return found  # type: ignore[no-any-return]


def _pk(request: HttpRequest) -> int:
    return actor(request).pk
