"""The wizard: template and file, columns, preview, the run, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.pages.imports import services
from core.pages.imports.columns import importable
from core.pages.imports.files import failures_as_workbook, template_as_csv, template_as_workbook
from core.pages.imports.models import Import, Policy
from core.pages.imports.preview import Preview, Result
from core.pages.imports.reading import MOST_ROWS, TYPES
from core.pages.serving import BOTH, READ, actor, go, page, part_asked, respond
from core.pages.workbooks import CONTENT_TYPES
from core.resources import Resource

PART = "import"
SHOWN_IMPORTS = 10
SAMPLES = 3  # rows whose cells are shown beside each heading
STATE = Import.State
STEPS = {
    STATE.UPLOADED: "match",
    STATE.CHECKING: "preview",
    STATE.CHECKED: "preview",
    STATE.RUNNING: "run",
    STATE.DONE: "result",
    STATE.UNDOING: "result",
    STATE.UNDONE: "result",
}


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A column of the file, the field it holds, and what stands in its first rows."""

    index: int
    heading: str
    name: str
    samples: list[str]


@page("import", BOTH)
def upload(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Template and upload, and the user's last imports into this list."""
    user = actor(request)
    errors: list[str] = []
    file = request.FILES.get("file")
    if request.method == "POST" and file is None:
        errors = [_("Choose a file first.")]
    elif file is not None:
        try:
            batch = services.import_upload(resource, file, by=user)
        except ValidationError as error:
            errors = error.messages
        else:
            return go(request, batch.url)
    context = {
        "title": _title(resource),
        "step": "upload",
        "errors": errors,
        "most": f"{MOST_ROWS:,}",
        "imports": Import.objects.of(user, resource.name)[:SHOWN_IMPORTS],
        "accept": ",".join(f".{kind}" for kind in TYPES),
    }
    return respond(request, resource, "import", context, status=422 if errors else 200)


@page("import", READ)
def template(request: HttpRequest, resource: Resource, kind: str) -> HttpResponse:
    """The file to fill in."""
    if kind not in TYPES:
        raise Http404(f"no template as {kind}")
    content = (template_as_csv if kind == "csv" else template_as_workbook)(resource, actor(request))
    return _file(content, kind, f"{_title(resource)}.{kind}")


@page("import", BOTH)
def show(request: HttpRequest, resource: Resource, batch: int) -> HttpResponse:
    """The step at which an import stands; what is sent from it leads to the next."""
    found = _found(request, resource, batch)
    errors: list[str] = []
    if request.method == "POST":
        try:
            _go_on(request, resource, found)
        except ValidationError as error:
            errors = error.messages
        except services.NotNow:
            messages.warning(request, _("The import is at another step by now."))
        if not errors:
            return go(request, found.url)
    part = PART if part_asked(request, PART) else ""
    context = _context(request, resource, found, errors)
    return respond(request, resource, "import", context, part=part, status=422 if errors else 200)


@page("import", READ)
def failures(request: HttpRequest, resource: Resource, batch: int) -> HttpResponse:
    """The rows that failed, with the reasons, to be mended and sent again."""
    found = _found(request, resource, batch)
    labels = {name: one.label for name, one in importable(resource, actor(request)).items()}
    name = f"{_title(resource)}-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    return _file(failures_as_workbook(found, labels), "xlsx", name)


def _go_on(request: HttpRequest, resource: Resource, batch: Import) -> None:
    user = actor(request)
    match request.POST.get("do"):
        case "match":
            mapping = {
                index: request.POST.get(f"column-{index}", "")
                for index, _heading in enumerate(batch.headings)
                if request.POST.get(f"column-{index}")
            }
            policy = request.POST.get("policy", "")
            if policy not in Policy.values:
                raise ValidationError(_("Say what is to be done with rows that are there already."))
            services.import_match(batch, resource, mapping, policy, by=user)
        case "rematch":
            services.import_rematch(batch)
        case "begin":
            rest = request.POST.get("rest", Policy.SKIP)
            decisions = dict.fromkeys(_undecided(batch), rest) if rest != Policy.SKIP else {}
            decisions |= {
                name.removeprefix("row-"): str(what) for name, what in request.POST.items() if name.startswith("row-")
            }
            services.import_begin(batch, decisions, by=user)
        case "undo":
            services.import_take_back(batch, by=user)
        case _:
            raise Http404("no such step")


def _undecided(batch: Import) -> Iterator[str]:
    """The numbers of all rows that are there already."""
    for chunk in batch.chunks():
        for place, found in chunk.findings.items():
            if found.keys() & {"same", "above"}:
                yield str(chunk.rows[int(place)][0])


def _context(request: HttpRequest, resource: Resource, batch: Import, errors: list[str]) -> dict[str, Any]:
    user = actor(request)
    step = STEPS[STATE(batch.state)]
    fields = importable(resource, user)
    context: dict[str, Any] = {
        "title": _title(resource),
        "batch": batch,
        "step": step,
        "errors": errors,
        "job": batch.job,
        "address": batch.url,
    }
    if step == "match":
        samples = [cells for _number, cells in islice((row for one in batch.chunks()[:1] for row in one.rows), SAMPLES)]
        chosen = batch.columns if request.method != "POST" else _posted(request)
        context |= {
            "fields": [(name, one) for name, one in fields.items()],
            "rows": [
                MatchRow(index, heading, chosen.get(index, ""), _samples(samples, index, fields, chosen))
                for index, heading in enumerate(batch.headings)
            ],
            "policies": [
                (value, label)
                for value, label in Policy.choices
                if value in {Policy.SKIP, Policy.CREATE} or user.access.may(resource.permission("change"))
            ],
            "policy": request.POST.get("policy") or batch.policy,
        }
    elif batch.state == STATE.CHECKED:
        context |= {"preview": Preview(resource, user, batch, fields), "policies": Policy.choices[:3]}
    elif batch.state in {STATE.RUNNING, STATE.DONE, STATE.UNDOING, STATE.UNDONE}:
        context["result"] = Result(resource, user, batch, fields)
    return context


def _posted(request: HttpRequest) -> dict[int, str]:
    return {
        int(name.removeprefix("column-")): str(value)
        for name, value in request.POST.items()
        if name.startswith("column-") and name.removeprefix("column-").isdigit()
    }


def _samples(rows: list[list[str]], index: int, fields: Any, chosen: dict[int, str]) -> list[str]:
    texts = [cells[index] for cells in rows if index < len(cells) and cells[index]]
    named = fields.get(chosen.get(index, ""))
    return ["•••" for _text in texts] if named is not None and named.secret else texts


def _found(request: HttpRequest, resource: Resource, batch: int) -> Import:
    found: Import = get_object_or_404(Import.objects.of(actor(request), resource.name), pk=batch)
    return found


def _title(resource: Resource) -> str:
    return _("Import into %(what)s") % {"what": resource.model._meta.verbose_name_plural}


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
