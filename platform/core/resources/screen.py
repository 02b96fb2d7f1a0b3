"""A screen: something in the menu, guarded by permissions of its own."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django_stubs_ext import StrOrPromise

from core.resources.menu import Group
from core.resources.permissions import VERBS, Permission


class Screen:
    """A page that is no list of rows (basic settings, a dashboard): its place, its permissions.

    `letter` opens it when pressed after G. `verbs` maps the verbs it knows to their labels; `view` is always among
    them and opens the screen.
    """

    def __init__(
        self,
        name: str,
        label: StrOrPromise,
        *,
        menu: Group | None,
        icon: str,
        url_name: str,
        verbs: Mapping[str, StrOrPromise] | None = None,
        order: int = 100,
        letter: str = "",
    ) -> None:
        self.name = name
        self.label = label
        self.menu = menu
        self.icon = icon
        self.url_name = url_name
        self.order = order
        self.letter = letter
        self.verbs: Mapping[str, StrOrPromise] = {"view": VERBS["view"], **(verbs or {})}

    @property
    def url(self) -> str:
        """The address of the screen."""
        return reverse(self.url_name)

    @property
    def all_verbs(self) -> Mapping[str, StrOrPromise]:
        """Every verb with its label, as a resource has them."""
        return self.verbs

    def permission(self, verb: str) -> str:
        """The name of the permission to do `verb` here, e.g. `settings.change`."""
        return f"{self.name}.{verb}"

    @property
    def permissions(self) -> list[Permission]:
        """All permissions of the screen, in the order of the 权限设置 tree."""
        return [Permission(self.permission(verb), label) for verb, label in self.verbs.items()]


class Shortcut(Screen):
    """A second way to a screen that has its place elsewhere: one view of a list, its trash. `permission` opens it."""

    def __init__(
        self,
        name: str,
        label: StrOrPromise,
        *,
        menu: Group,
        icon: str,
        url_name: str,
        opened_by: str,
        query: str = "",
        order: int = 100,
    ) -> None:
        super().__init__(name, label, menu=menu, icon=icon, url_name=url_name, order=order)
        self.opened_by = opened_by
        self.query = query

    @property
    def url(self) -> str:
        """The address it leads to."""
        return f"{super().url}{'?' if self.query else ''}{self.query}"

    def permission(self, verb: str) -> str:
        """The permission of the screen that it leads to, whatever the verb."""
        return self.opened_by

    @property
    def permissions(self) -> list[Permission]:
        """None of its own."""
        return []
