"""Ordering an export from a list, and fetching the file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.db.keys import keys_in
from core.pages.export import FORMATS, MOST_SELECTED, ExportFile, export_order, exports_of
from core.pages.serving import WRITE, actor, go, page
from core.pages.workbooks import CONTENT_TYPES
from core.resources import Resource, registry

LONGEST_QUERY = 4000  # characters
# A stored file runs no script and loads nothing, whatever a browser takes it for.
SANDBOX = "default-src 'none'; sandbox"


@page("export", WRITE)
def start(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Order an export: of the records in `ids`, or of all that match the list's parameters in `query`."""
    file_format = request.POST.get("format", FORMATS[0])
    query = request.POST.get("query", "")
    if file_format not in FORMATS or len(query) > LONGEST_QUERY:
        raise Http404("no such export")
    ids = [] if request.POST.get("all") else keys_in(request.POST.getlist("ids")[:MOST_SELECTED])
    columns = [name for name in request.POST.getlist("columns") if name in resource.all_columns]
    export_order(resource, by=actor(request), file_format=file_format, query=query, columns=columns, ids=ids)
    messages.success(request, _("The export has begun. You will be told when the file is ready."))
    return go(request, reverse("background"))


@login_required
@never_cache
@require_GET
def export_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file of an own export, while it is kept and the roles still allow to export that list."""
    ordered = get_object_or_404(exports_of(request.user), pk=pk)
    resource = registry.resources.get(ordered.payload["resource"])
    if resource is None:
        raise Http404("the list is gone")
    if not actor(request).access.may(resource.permission("export")):
        raise PermissionDenied(resource.permission("export"))
    kept = ExportFile.of(ordered)
    if kept is None:
        raise Http404("no file, or no more")
    try:
        content = default_storage.open(kept.stored, "rb")
    except FileNotFoundError:
        raise Http404("the stored file is gone") from None
    content_type = CONTENT_TYPES[ordered.payload["file_format"]]
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response
