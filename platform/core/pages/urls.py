"""The addresses of the generic pages: the same for every resource, as far as its verbs and panels go."""

from collections.abc import Iterator

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from core.pages import (
    arranging,
    attachments,
    background,
    bulk,
    choices,
    collaborators,
    deeds,
    editing,
    exporting,
    inline,
    lists,
    palette,
    record,
    starring,
    stepping,
    undo,
)
from core.pages.imports import views as imports
from core.resources import Resource, registry


def addresses(resource: Resource) -> Iterator[URLPattern]:
    """The addresses of one resource; a page that the resource has no use for has none."""
    name, verbs, given = resource.name, set(resource.all_verbs), {"resource": resource}
    yield path(f"{name}/", lists.show, given, f"{name}-list")
    yield path(f"{name}/<int:pk>/", record.show, given, f"{name}-detail")
    yield path(f"{name}/choices/", choices.choices, given, f"{name}-choices")
    yield path(f"{name}/columns/", arranging.columns, given, f"{name}-columns")
    yield path(f"{name}/views/", arranging.save_view, given, f"{name}-views")
    yield path(f"{name}/views/order/", arranging.order_views, given, f"{name}-views-order")
    yield path(f"{name}/views/<int:view>/", arranging.change_view, given, f"{name}-view")
    if resource.takes_custom:
        yield path(f"{name}/<int:pk>/held/<str:field>/", attachments.held, given, f"{name}-held")
    if resource.stars:
        yield path(f"{name}/<int:pk>/star/", starring.star, given, f"{name}-star")
    if resource.head.path and "change" in verbs:
        yield path(f"{name}/<int:pk>/step/", stepping.step, given, f"{name}-step")
    if any(child.story and "add" in child.all_verbs for child in registry.children_of(resource.model)):
        yield path(f"{name}/<int:pk>/compose/", record.compose, given, f"{name}-compose")
    if "add" in verbs:
        yield path(f"{name}/new/", editing.new, given, f"{name}-new")
    if "change" in verbs:
        yield path(f"{name}/<int:pk>/edit/", editing.edit, given, f"{name}-edit")
        yield path(f"{name}/<int:pk>/field/<str:field>/", inline.change, given, f"{name}-field")
    if "delete" in verbs:
        yield path(f"{name}/<int:pk>/delete/", deeds.delete, given, f"{name}-delete")
    if "restore" in verbs:
        yield path(f"{name}/trash/", lists.trash, given, f"{name}-trash")
        yield path(f"{name}/<int:pk>/restore/", deeds.restore, given, f"{name}-restore")
        yield path(f"{name}/<int:pk>/purge/", deeds.purge, given, f"{name}-purge")
    if "export" in verbs:
        yield path(f"{name}/export/", exporting.start, given, f"{name}-export")
    if "import" in verbs:
        yield path(f"{name}/import/", imports.upload, given, f"{name}-import")
        yield path(f"{name}/import/template.<str:kind>", imports.template, given, f"{name}-import-template")
        yield path(f"{name}/import/<int:batch>/", imports.show, given, f"{name}-import-step")
        yield path(f"{name}/import/<int:batch>/failures.xlsx", imports.failures, given, f"{name}-import-failures")
    if resource.actions:
        yield path(f"{name}/<int:pk>/do/<slug:name>/", deeds.act, given, f"{name}-action")
    if "delete" in verbs or "change" in verbs or resource.actions:
        yield path(f"{name}/bulk/", bulk.bulk, given, f"{name}-bulk")
    if {"change", "restore"} & verbs or any(action.undo or action.changes for action in resource.actions):
        yield path(f"{name}/undo/<str:token>/", undo.undo, given, f"{name}-undo")
    if any(panel.name == attachments.PANEL for panel in resource.panels):
        yield path(f"{name}/<int:pk>/files/", attachments.upload, given, f"{name}-files")
        yield path(f"{name}/<int:pk>/files/<int:file>/", attachments.download, given, f"{name}-file")
        yield path(f"{name}/<int:pk>/files/<int:file>/remove/", attachments.remove, given, f"{name}-file-remove")
    if resource.collaborative:
        yield path(f"{name}/<int:pk>/collaborators/", collaborators.add, given, f"{name}-collaborators")
        yield path(
            f"{name}/<int:pk>/collaborators/<int:collaborator>/remove/",
            collaborators.remove,
            given,
            f"{name}-collaborator-remove",
        )


urlpatterns = [
    path("palette/", palette.palette, name="palette"),
    path("regions/", choices.regions, name="regions"),
    path("jobs/", background.show, name="background"),
    path("jobs/<int:pk>/item/", background.item, name="background-item"),
    path("jobs/<int:pk>/failures/", background.failures, name="background-failures"),
    path("jobs/<int:pk>/undo/", background.undo, name="background-undo"),
    path("exports/", RedirectView.as_view(pattern_name="background"), name="exports"),  # older notifications lead there
    path("exports/<int:pk>/file/", exporting.export_file, name="export-file"),
    *(address for resource in registry.resources.values() for address in addresses(resource)),
]
