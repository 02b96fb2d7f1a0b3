"""The addresses of the API: those of every resource in the registry, the document and its page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from core.api import acts, files, pages, row, rows
from core.api.base import view_of
from core.resources import Resource
from core.resources.registry import resources


def addresses(resource: Resource) -> Iterator[URLPattern]:
    """The addresses of one resource, named `api-<resource>-…`."""
    name, verbs = resource.name, resource.all_verbs
    of_row = {"GET": "view", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
    of_list = view_of(rows.Rows, resource, methods=["GET", *(["POST"] if "add" in verbs else [])])
    of_record = view_of(row.Row, resource, methods=[method for method, verb in of_row.items() if verb in verbs])
    yield path(f"{name}/", of_list.as_view(), name=f"api-{name}-list")
    if "restore" in verbs:
        yield path(f"{name}/trash/", view_of(rows.Trash, resource).as_view(), name=f"api-{name}-trash")
    yield path(f"{name}/<int:pk>/", of_record.as_view(), name=f"api-{name}-detail")
    for action in resource.actions:
        act = view_of(acts.Act, resource, action=action)
        yield path(f"{name}/<int:pk>/{action.name}/", act.as_view(), name=f"api-{name}-{action.name}")
    if "restore" in verbs:
        yield path(f"{name}/<int:pk>/restore/", view_of(row.Restore, resource).as_view(), name=f"api-{name}-restore")
    if "purge" in verbs:
        yield path(f"{name}/<int:pk>/purge/", view_of(row.Purge, resource).as_view(), name=f"api-{name}-purge")
    if resource.takes_custom:
        methods = ["GET", "PUT", "DELETE"] if "change" in verbs else ["GET"]
        held = view_of(files.HeldFile, resource, methods=methods)
        yield path(f"{name}/<int:pk>/held/<str:field>/", held.as_view(), name=f"api-{name}-held")
    if files.has_files(resource):
        methods = ["GET", "POST"] if "change" in verbs else ["GET"]
        of_files = view_of(files.Files, resource, methods=methods)
        of_file = view_of(files.AttachedFile, resource, methods=["GET", "DELETE"] if "change" in verbs else ["GET"])
        yield path(f"{name}/<int:pk>/attachments/", of_files.as_view(), name=f"api-{name}-attachments")
        yield path(f"{name}/<int:pk>/attachments/<int:file>/", of_file.as_view(), name=f"api-{name}-attachment")


urlpatterns: list[URLPattern] = [
    path("schema/", pages.Schema.as_view(), name="api-schema"),
    path("docs/", pages.docs, name="api-docs"),
    *(address for resource in resources.values() for address in addresses(resource)),
    re_path(r"", pages.Nothing.as_view(), name="api-nothing"),
]
