"""What the generic pages keep: views saved under a name, and each user's columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.db.prepared import Given, Prepared
from core.pages.bulk_chunks import BulkChunk  # noqa: F401  a table of this app, too
from core.pages.imports.models import Import, ImportChunk  # noqa: F401  so are these

MOST_FROZEN = 4  # columns that stay in sight: more would leave no room to scroll
WIDTHS = range(60, 801)  # pixels
OWN_LIST = ""  # the key of the list itself, where the others are ids of saved views


class Density(models.TextChoices):
    """How high the rows of a list are."""

    NORMAL = "", _("As chosen on the device")
    DENSE = "dense", _("Compact")
    AIRY = "airy", _("Comfortable")


class SharedWith(models.TextChoices):
    """Whom a shared view is for."""

    EVERYBODY = "everybody", _("Everybody")
    UNIT = "unit", _("My department")
    UNIT_AND_BELOW = "unit_and_below", _("My department and below")


class Colleague(Actor, Protocol):
    """A user with a place in the organisation: ids of units, the user's own among those above and below it."""

    @property
    def department_id(self) -> int | None: ...

    def units_above(self) -> frozenset[int]: ...

    def units_below(self) -> frozenset[int]: ...


def may_share_with(user: Colleague, resource: str) -> list[SharedWith]:
    """Whom a user may share views of a resource's list with: those whose records the user's own roles reach.

    An administrator, or a role that reaches everything, shares with everybody; a head of department with the
    department; who sees nothing but their own records with nobody.
    """
    reach = user.access.reach(f"{resource}.view")
    if reach.everything:
        return list(SharedWith) if user.department_id is not None else [SharedWith.EVERYBODY]
    if user.department_id not in reach.departments:
        return []
    if user.units_below() <= reach.departments:
        return [SharedWith.UNIT, SharedWith.UNIT_AND_BELOW]
    return [SharedWith.UNIT]


_offered_views = Prepared["SavedView"](
    lambda: (
        SavedView.objects.filter(Q(owner_id=Given("user")) | Q(shared=True), resource=Given("resource"))
        .prefetch_related("owner")
        .order_by(models.Case(models.When(owner_id=Given("user"), then=0), default=1), "pk")
    )
)
_list_settings = Prepared["ListSettings"](
    lambda: ListSettings.objects.filter(user_id=Given("user"), resource=Given("resource"))
)


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Reads of the saved views."""

    def named(self, name: str, resource: str, owner_id: int) -> Self:
        """The view that its owner has so named, if there is one."""
        return self.filter(name=name, resource=resource, owner_id=owner_id)


class SavedView(models.Model):
    """A list as somebody wants to see it again: filters, search, sort and page size, columns and row height.

    `query` is the query string without page and view. It holds what the owner asked for, never rows: whoever opens a
    shared view sees the rows and columns that their own roles allow.
    """

    resource = models.CharField(_("Module"), max_length=40, editable=False)
    name = models.CharField(_("Name"), max_length=40)
    query = models.CharField(_("Filters"), max_length=4000, blank=True, editable=False)
    columns: Any = models.JSONField(_("Columns"), default=list, blank=True, editable=False)
    density = models.CharField(_("Row height"), max_length=5, choices=Density, default=Density.NORMAL, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("Owner"),
        editable=False,
        db_index=False,
    )
    shared = models.BooleanField(_("Shared"), default=False)
    shared_with = models.CharField(
        _("Shared with"),
        max_length=14,
        choices=SharedWith,
        default=SharedWith.EVERYBODY,
        db_default=SharedWith.EVERYBODY,
    )

    objects: ClassVar[Any] = SavedViewQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "owner", "name"],
                name="saved_view_once",
                violation_error_message=_("You have a view of this name already."),
            )
        ]
        verbose_name = _("View")
        verbose_name_plural = _("Views")

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The query string that opens the view."""
        return f"{urlencode({'view': self.pk})}{'&' if self.query else ''}{self.query}"

    @staticmethod
    def offered_to(user: Colleague, resource: str) -> list[SavedView]:
        """The views of a resource's list that the user has: own ones first, then those that colleagues share.

        What is shared with a department follows the people: it is for who is in the unit where its owner is now.
        """
        return [view for view in _offered_views(user=user.pk, resource=resource) if view.is_for(user)]

    def is_for(self, user: Colleague) -> bool:
        """Whether the user has it among the views of the list."""
        if self.owner_id == user.pk:
            return True
        owner: Any = self.owner
        if not self.shared or self.shared_with == SharedWith.EVERYBODY:
            return self.shared
        if user.department_id is None or owner.department_id is None:
            return False
        if user.department_id == owner.department_id:
            return True
        return self.shared_with == SharedWith.UNIT_AND_BELOW and owner.department_id in user.units_above()

    def may_be_changed_by(self, user: Actor) -> bool:
        """Whether the user may rename, change or remove it: the owner, and for shared ones the administrators."""
        return self.owner_id == user.pk or (self.shared and user.access.administrator)


class ListSettings(models.Model):
    """How one user arranged the list of one resource.

    `columns` maps OWN_LIST or the id of a saved view to the names of the columns shown there, in order. Names that the
    user can't see at the moment stay in it, so that a right taken and given back costs nobody their columns. `widths`
    maps names of columns to pixels; `frozen` columns, at least the first, stay in sight when the table is scrolled
    sideways.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("User"), db_index=False
    )
    resource = models.CharField(_("Module"), max_length=40)
    columns: Any = models.JSONField(_("Columns"), default=dict)
    widths: Any = models.JSONField(_("Widths of columns"), default=dict, db_default={})
    frozen = models.PositiveSmallIntegerField(_("Frozen columns"), default=1, db_default=1)
    # What the headings of this user's files stand for, as last told to an import: {heading: name of a field}.
    import_columns: Any = models.JSONField(_("Columns of imports"), default=dict, db_default={})
    default_view = models.ForeignKey(
        SavedView, models.SET_NULL, null=True, related_name="+", verbose_name=_("Opened first"), db_index=False
    )
    size = models.PositiveSmallIntegerField(_("Records per page"), null=True)
    order_of_views: Any = models.JSONField(_("Order of views"), null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "resource"], name="list_settings_once")]
        verbose_name = _("List settings")
        verbose_name_plural = _("List settings")

    def __str__(self) -> str:
        return f"{self.resource} of {self.user_id}"

    @classmethod
    def of(cls, user: Actor, resource: str) -> ListSettings:
        """The user's settings of a list; those of nobody yet when there are none, not stored."""
        return _list_settings.first(user=user.pk, resource=resource) or cls(user_id=user.pk, resource=resource)

    @classmethod
    def for_change(cls, user: Actor, resource: str) -> ListSettings:
        """The user's settings of a list, locked until the transaction ends: widths and columns come side by side."""
        cls.objects.get_or_create(user_id=user.pk, resource=resource)
        return cls.objects.select_for_update().get(user_id=user.pk, resource=resource)

    def resize(self, column: str, width: int | None) -> None:
        """Make a column so many pixels wide; None: as wide as it needs."""
        self.widths = {name: pixels for name, pixels in self.widths.items() if name != column}
        if width is not None:
            self.widths[column] = min(max(width, WIDTHS.start), WIDTHS.stop - 1)

    def freeze(self, columns: int) -> None:
        """Keep so many columns in sight."""
        self.frozen = min(max(columns, 1), MOST_FROZEN)

    def columns_of(self, view: SavedView | None) -> Sequence[str]:
        """The names of the columns chosen for a view or the list itself: the user's own, else the view's, else none."""
        own: Sequence[str] = self.columns.get(str(view.pk) if view else OWN_LIST, ())
        return own or (view.columns if view else ())

    def keep_size(self, size: int) -> None:
        """Show so many records per page from now on, unless the address says otherwise."""
        if size != self.size:
            self.size = size
            self.save()

    def arranged(self, views: Iterable[SavedView]) -> list[SavedView]:
        """The views in the order the user gave them; those that came later stand behind, in their own."""
        places = {pk: place for place, pk in enumerate(self.order_of_views or ())}
        return sorted(views, key=lambda view: places.get(view.pk, len(places)))

    def choose(self, names: Sequence[str], *, among: Sequence[str], view: SavedView | None) -> None:
        """Show the columns `names`, in order. Of those chosen before, what is not `among` the visible ones is kept."""
        kept = [name for name in self.columns_of(view) if name not in among and name not in names]
        self.columns = {**self.columns, str(view.pk) if view else OWN_LIST: [*names, *kept]}

    def forget(self, view: SavedView | None) -> None:
        """Show the columns as they were declared, or as the view has them."""
        self.columns = {
            key: names for key, names in self.columns.items() if key != (str(view.pk) if view else OWN_LIST)
        }
