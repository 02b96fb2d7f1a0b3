"""The addresses of the API: those of every resource in the registry, the document and its page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from core.api import pages, views
from core.api.base import view_of
from core.resources import Resource
from core.resources.registry import resources


def addresses(resource: Resource) -> Iterator[URLPattern]:
    """The addresses of one resource, named `api-<resource>-…`."""
    name, verbs = resource.name, resource.all_verbs
    of_row = {"GET": "view", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
    rows = view_of(views.Rows, resource, methods=["GET", *(["POST"] if "add" in verbs else [])])
    row = view_of(views.Row, resource, methods=[method for method, verb in of_row.items() if verb in verbs])
    yield path(f"{name}/", rows.as_view(), name=f"api-{name}-list")
    if "restore" in verbs:
        yield path(f"{name}/trash/", view_of(views.Trash, resource).as_view(), name=f"api-{name}-trash")
    yield path(f"{name}/<int:pk>/", row.as_view(), name=f"api-{name}-detail")
    for action in resource.actions:
        act = view_of(views.Act, resource, action=action)
        yield path(f"{name}/<int:pk>/{action.name}/", act.as_view(), name=f"api-{name}-{action.name}")
    if "restore" in verbs:
        yield path(f"{name}/<int:pk>/restore/", view_of(views.Restore, resource).as_view(), name=f"api-{name}-restore")
    if "purge" in verbs:
        yield path(f"{name}/<int:pk>/purge/", view_of(views.Purge, resource).as_view(), name=f"api-{name}-purge")
    if views.has_files(resource):
        methods = ["GET", "POST"] if "change" in verbs else ["GET"]
        files = view_of(views.Files, resource, methods=methods)
        file = view_of(views.AttachedFile, resource, methods=["GET", "DELETE"] if "change" in verbs else ["GET"])
        yield path(f"{name}/<int:pk>/attachments/", files.as_view(), name=f"api-{name}-attachments")
        yield path(f"{name}/<int:pk>/attachments/<int:file>/", file.as_view(), name=f"api-{name}-attachment")


urlpatterns: list[URLPattern] = [
    path("schema/", pages.Schema.as_view(), name="api-schema"),
    path("docs/", pages.docs, name="api-docs"),
    *(address for resource in resources.values() for address in addresses(resource)),
    re_path(r"", pages.Nothing.as_view(), name="api-nothing"),
]
