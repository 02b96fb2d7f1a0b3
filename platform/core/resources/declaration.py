"""What a module declares of itself, what it is called, and who may do what in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

from django.db import models
from django.urls import reverse
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight, Guarded, guard
from core.records.base import StoredQuerySet
from core.resources.action import Action
from core.resources.columns import Column
from core.resources.forms import ResourceForm
from core.resources.head import Head, Stars
from core.resources.menu import Group
from core.resources.panel import Panel
from core.resources.permissions import VERBS, Permission
from core.resources.story import Story
from core.resources.views import Flag, View


class Declaration:
    """What a module says of itself: attributes, with what follows from them.

    model           the rows; labels, choices, help and validation come from its fields
    menu, icon      where it stands and how it looks there; `letter` opens it when pressed after G
    parent          foreign key to the record it hangs on: who sees that one sees its rows, the permission given
    also_below      further foreign keys, to records whose pages list its rows as well; they open no sight of them
    collaborative   whether single users can be made collaborators of a row
    columns         of the list, in order: names of fields, or Columns for what is derived
    more_columns    further columns, shown when chosen
    columns_below   names of those shown where its rows stand on another record's page, which is narrower than a list;
                    without them the first of `columns`
    filters, search names of fields
    flags, views    filters that no field tells, and views of the list that everybody is offered
    order           of the list until the user sorts it
    sections        of page and form: {heading: names of fields}
    tones           colours of choices: {field: {value: green | blue | amber | red | violet | cyan | gray}}
    deadlines       times by which something is to be done: {field: whether a record still waits for it}; as long as it
                    does, shown as today or tomorrow, red when they have passed
    recents         times that have passed: shown by how long ago that was
    head, stars     the head of a record's page, and whether its users star records
    story           how its rows stand in the feed of the record they hang on
    verbs           the standard verbs it knows; actions add theirs. `import` offers to import its rows
    headings        what people call its fields in files, beside their labels: {field: headings}
    actions, panels what its records can do, and what stands beside their fields
    form            base class of its form, for validation that only this module has
    all_the_same    field of its form by which a user says that what is there already may be created once more
    remote_choice   whether it is chosen by searching rather than from a list
    asks_for_another whether the page of a row just added asks whether to add another
    """

    model: ClassVar[type[Any]]
    menu: ClassVar[Group | None] = None
    icon: ClassVar[str] = "list"
    letter: ClassVar[str] = ""
    order_in_menu: ClassVar[int] = 100
    parent: ClassVar[str | None] = None
    also_below: ClassVar[Sequence[str]] = ()
    collaborative: ClassVar[bool] = False
    columns: ClassVar[Sequence[str | Column]] = ()
    more_columns: ClassVar[Sequence[str | Column]] = ()
    columns_below: ClassVar[Sequence[str]] = ()
    filters: ClassVar[Sequence[str]] = ()
    search: ClassVar[Sequence[str]] = ()
    flags: ClassVar[Sequence[Flag]] = ()
    views: ClassVar[Sequence[View]] = ()
    order: ClassVar[Sequence[str]] = ("-pk",)
    sections: ClassVar[Mapping[StrOrPromise, Sequence[str]]] = {}
    tones: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    deadlines: ClassVar[Mapping[str, Callable[[Any], bool]]] = {}
    recents: ClassVar[Sequence[str]] = ()
    head: ClassVar[Head] = Head()
    stars: ClassVar[Stars | None] = None
    story: ClassVar[Story | None] = None
    verbs: ClassVar[Sequence[str]] = ("view", "add", "change", "delete", "export")
    headings: ClassVar[Mapping[str, Sequence[str]]] = {}
    actions: ClassVar[Sequence[Action]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    form: ClassVar[type[ResourceForm]] = ResourceForm
    all_the_same: ClassVar[str] = ""
    remote_choice: ClassVar[bool] = True
    asks_for_another: ClassVar[bool] = True

    def __init__(self) -> None:
        guard(Guarded(self.name, self.model, self.parent, self.collaborative))

    @property
    def name(self) -> str:
        """The name in URLs, permissions and the API: the class's, in lower case."""
        return type(self).__name__.lower()

    @property
    def label(self) -> StrOrPromise:
        """What the rows are called together."""
        return cast(StrOrPromise, self.model._meta.verbose_name_plural)

    @property
    def singular(self) -> StrOrPromise:
        """What one row is called."""
        return cast(StrOrPromise, self.model._meta.verbose_name)

    @property
    def url(self) -> str:
        """The address of the list."""
        return reverse(f"{self.name}-list")

    @property
    def choice_url(self) -> str:
        """The address that answers searches for a row to choose."""
        return reverse(f"{self.name}-choices")

    def record_url(self, record: models.Model) -> str:
        """The address of a record's page."""
        return reverse(f"{self.name}-detail", kwargs={"pk": record.pk})

    def permission(self, verb: str) -> str:
        """The name of the permission to do `verb` here, e.g. `users.change`."""
        return f"{self.name}.{verb}"

    @cached_property
    def all_verbs(self) -> Mapping[str, StrOrPromise]:
        """Every verb with its label: the standard ones, those of the trash, those of the actions."""
        verbs = {verb: VERBS[verb] for verb in self.verbs}
        if self.model.has_trash() and "delete" in self.verbs:
            verbs |= {verb: VERBS[verb] for verb in ("restore", "purge")}
        for action in self.actions:
            verbs.setdefault(action.verb, VERBS.get(action.verb, action.label))
        return verbs

    @property
    def permissions(self) -> list[Permission]:
        """All permissions of the module, in the order of the 权限设置 tree."""
        return [Permission(self.permission(verb), label) for verb, label in self.all_verbs.items()]

    def rows(self, user: Actor, action: str = "view") -> StoredQuerySet[Any]:
        """The rows on which the user may do `action`: every page, API call, export and search starts here."""
        rows: StoredQuerySet[Any] = self.model.objects.visible_to(user, action)
        return rows

    def ways(self, user: Actor, action: str = "view") -> list[StoredQuerySet[Any]]:
        """The same rows, by each of the ways in which the user comes to reach them: for whoever goes through all."""
        ways: list[StoredQuerySet[Any]] = self.model.objects.ways_visible_to(user, action)
        return ways

    def offered(self, user: Actor) -> StoredQuerySet[Any]:
        """The rows a user may choose in forms of other modules; those the user may see, unless overridden."""
        return self.rows(user, "view")

    def right(self, user: Actor, name: str) -> FieldRight:
        """The user's right on a field or column."""
        return user.access.field_right(self.name, name)
