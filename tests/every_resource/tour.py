"""Everything that can be asked of one row of one resource: each generic address once, in an order that works.

A generic address that no step covers fails `test_urls.py`, so that none is left out of the promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from core.access.models import Collaborator
from core.pages.former import values_of
from core.pages.imports.services import import_upload
from core.pages.models import SavedView
from core.pages.undo import undo_tag, undo_to
from core.resources import Resource
from core.resources.action import Action
from core.resources.registry import children_of
from tenants.people.models import User
from tests.every_resource.files_tour import Files
from tests.every_resource.scene import has_trash
from tests.every_resource.steps import Step
from tests.every_resource.values import good_values
from tests.factories import make_administrator


class Tour(Files):
    """The steps about one row."""

    def _reads(self) -> Iterator[Step]:
        """What only looks, and what only arranges one's own screen."""
        name = self.resource.name
        yield self._page("list", "view")
        yield self._api("list", "view")
        yield self._page("detail", "view", of_row=True)
        for panel in self.resource.panels:
            yield self._page("detail", "view", of_row=True, query={"panel": panel.name})
        yield self._api("detail", "view", of_row=True)
        yield self._page("choices", "", query={"q": str(self.row)[:10]})
        if has_trash(self.resource):
            yield self._page("trash", "restore|purge")
            yield self._api("trash", "restore|purge")
        if "add" in self.resource.all_verbs:
            yield self._page("new", "add")
        if "change" in self.resource.all_verbs:
            yield self._page("edit", "change", of_row=True)
        yield self._page("columns", "view", "POST", {"columns": [next(iter(self.resource.all_columns))], "do": "mine"})
        yield self._page("columns", "view", "POST", {"do": "reset"})
        yield self._page("views", "view")
        yield self._page("views", "view", "POST", {"name": f"{self.mark} view", "query": ""})
        yield self._page("views-order", "view", "POST", {"views": ["1"]})
        if self._serves(f"{name}-view"):
            yield self._of_view("GET", {})
            yield self._of_view("POST", {"name": f"{self.mark} other view"})
            yield self._of_view("POST", {"do": "remove"})
        if "export" in self.resource.all_verbs:
            yield self._page("export", "export", "POST", {"format": "csv", "query": ""})
        if "import" in self.resource.all_verbs:
            yield from self._imports()
        if self.resource.stars:
            yield self._page("star", "view", "POST", {"on": "1"}, of_row=True)
            yield self._page("star", "view", "POST", {"on": ""}, of_row=True)
        if self._has_files:
            yield from self._files()

    def _writes(self) -> Iterator[Step]:
        """What changes the row, and at last removes it; each step puts the row where it finds it."""
        verbs = self.resource.all_verbs
        if "change" in verbs:
            yield self._changing("edit", "POST")
            yield from self._in_place()
            yield self._changing("api", "PUT")
            yield self._changing("api", "PATCH")
        if self.resource.head.path:
            first = self.resource.column(self.resource.head.path).choices[0][0]
            yield self._page("step", "change", "POST", {"to": first}, of_row=True, before=self._back)
        for child in children_of(self.resource.model):
            if child.story:
                yield self._page("compose", "view", "POST", self._told(child), of_row=True, before=self._back)
        for action in self.resource.actions:
            yield from self._action(action)
        if self._has_files:
            yield from self._file_changes()
        if self.resource.takes_custom:
            yield from self._held()
        if self.resource.collaborative:
            yield from self._collaborators()
        if "add" in verbs:
            yield self._adding(api=False)
            yield self._adding(api=True)
        if has_trash(self.resource):
            yield from self._trash()
        if "delete" in verbs:
            yield self._page(
                "bulk", "delete", "POST", lambda: {"do": "delete", "ids": [self.row.pk]}, before=self._back
            )
            yield self._page("delete", "delete", "POST", of_row=True, before=self._back)
            yield self._api("detail", "delete", "DELETE", of_row=True, before=self._back)

    def __iter__(self) -> Iterator[Step]:
        """All of it, except what the module answers with a page of its own."""
        own = own_pages()
        yield from (step for step in (*self._reads(), *self._writes()) if step.name not in own)

    def _serves(self, name: str) -> bool:
        try:
            reverse(name, kwargs={"view": 1})
        except NoReverseMatch:
            return False
        return True

    def _told(self, child: Resource) -> Callable[[], Mapping[str, Any]]:
        def data() -> Mapping[str, Any]:
            story: Any = child.story
            kind = child.column(story.kind).choices[0][0]
            return {story.kind: kind, story.text: f"{self.mark} told"}

        return data

    def _imports(self) -> Iterator[Step]:
        def file() -> dict[str, Any]:
            return {"file": SimpleUploadedFile("rows.csv", f"{self.mark} heading,?\n{self.mark} text,1\n".encode())}

        def uploaded() -> dict[str, Any]:
            return {"batch": import_upload(self.resource, file()["file"], by=self.user).pk}

        yield self._page("import", "import")
        yield self._page("import", "import", "POST", file)
        for kind in ("xlsx", "csv"):
            yield self._page("import-template", "import", more={"kind": kind})
        yield self._page("import-step", "import", before=uploaded)
        yield self._page("import-step", "import", "POST", {"do": "match", "policy": "skip"}, before=uploaded)
        yield self._page("import-failures", "import", before=uploaded)

    def _of_view(self, method: str, data: Mapping[str, Any]) -> Step:
        def before() -> dict[str, Any]:
            view, _made = SavedView.objects.get_or_create(
                resource=self.resource.name, owner=self.user, name=f"{self.mark} kept"
            )
            return {"view": view.pk}

        return self._page("view", "view", method, data, before=before)

    def _collaborators(self) -> Iterator[Step]:
        def share() -> dict[str, Any]:
            self._back()
            found, _made = Collaborator.objects.get_or_create(
                resource=self.resource.name, record_id=self.row.pk, user=self.user
            )
            return {"collaborator": found.pk}

        yield self._page("collaborators", "change", of_row=True, before=self._back)
        chosen = {"user": self.user.pk, "level": "read"}
        yield self._page("collaborators", "change", "POST", chosen, of_row=True, before=self._back)
        yield self._page("collaborator-remove", "change", "POST", of_row=True, before=share)

    def _undone(self) -> dict[str, Any]:
        self._into_trash()
        tag = undo_tag(self.resource, self.user, "restore", [self.row.pk], verb="delete")
        return {"token": tag.rstrip("/").rpartition("/")[2]}

    def _trash(self) -> Iterator[Step]:
        yield self._page("undo", "", "POST", before=self._undone)
        yield self._page("restore", "restore", "POST", of_row=True, before=self._into_trash)
        yield self._api("restore", "restore", "POST", of_row=True, before=self._into_trash)
        yield self._page("purge", "purge", "POST", of_row=True, before=self._into_trash)
        yield self._api("purge", "purge", "POST", of_row=True, before=self._into_trash)

    def _changing(self, way: str, method: str) -> Step:
        def data() -> dict[str, Any]:
            self._back()
            form = self.resource.form_for(self.user, type(self.row)._base_manager.get(pk=self.row.pk))
            return good_values(form, self.mark)

        if way == "edit":
            return self._page("edit", "change", "POST", data, of_row=True, before=self._back)
        return self._api("detail", "change", method, lambda: as_json(self.resource, self.user, data()), of_row=True)

    def _in_place(self) -> Iterator[Step]:
        """One field asked for and changed where it is shown, and changed back."""
        who = self.user if self.resource.editable_fields(self.user) else make_administrator()
        names = self.resource.inline_fields(who)
        field = {"field": names[0]}

        def data() -> dict[str, Any]:
            self._back()
            form = self.resource.form_for(self.user, type(self.row)._base_manager.get(pk=self.row.pk))
            values = good_values(form, self.mark)
            return {name: value for name, value in values.items() if name in {*names[:1], "version"}}

        yield self._page("field", "change", of_row=True, before=self._back, more=field)
        yield self._page("field", "change", "POST", data, of_row=True, before=self._back, more=field)
        if not has_trash(self.resource):
            yield self._page("undo", "", "POST", before=lambda: self._changed(names[0]))

    def _changed(self, field: str) -> dict[str, Any]:
        row = type(self.row)._base_manager.get(pk=self.row.pk)
        tag = undo_to(self.resource, self.user, row, values_of(row, [field]), verb="change")
        return {"token": tag.rstrip("/").rpartition("/")[2]}

    def _adding(self, *, api: bool) -> Step:
        def data() -> dict[str, Any]:
            return good_values(self.resource.form_for(self.user), self.mark)

        if api:
            return self._api("list", "add", "POST", lambda: as_json(self.resource, self.user, data()))
        return self._page("new", "add", "POST", data)

    def _action(self, action: Action) -> Iterator[Step]:
        def data() -> dict[str, Any]:
            return good_values(action.form(), self.mark) if action.form else {}

        def ready() -> None:
            self._back()
            make_ready(action, self.row)

        named = {"name": action.name}
        yield self._page("action", action.verb, "POST", data, of_row=True, before=ready, more=named)
        yield self._api(action.name, action.verb, "POST", data, of_row=True, before=ready)


@cache
def own_pages() -> tuple[str, ...]:
    """Names of generic addresses that a module answers with a view of its own, which tests of its own cover."""
    first: dict[str, str] = {}
    for pattern in flat(get_resolver("config.urls").url_patterns):
        first.setdefault(pattern.name or "", pattern.callback.__module__)
    generic = {pattern.name for pattern in flat(import_module("core.pages.urls").urlpatterns)}
    return tuple(name for name, module in first.items() if name in generic and not module.startswith("core.pages"))


def flat(patterns: Iterable[Any]) -> Iterator[URLPattern]:
    """The addresses below the patterns, in the order in which they are tried."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from flat(pattern.url_patterns)


def make_ready(action: Action, row: Any) -> None:
    """Put the row into a state in which the action makes sense, by trying the values of its choices."""
    stored = type(row)._base_manager.filter(pk=row.pk)
    for field in type(row)._meta.concrete_fields:
        values = [value for value, _label in field.flatchoices or ()]
        values += [True, False] if isinstance(field, models.BooleanField) else []
        for value in values:
            current = stored.get()
            if action.when(current):
                return
            setattr(current, field.name, value)
            if action.when(current):
                stored.update(**{field.name: value})
                return


def as_json(resource: Resource, user: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form would send, as the API takes it."""
    form = resource.form_for(user)
    return {
        name: (value == "on") if type(form.fields.get(name)).__name__ == "BooleanField" else value
        for name, value in values.items()
    }
