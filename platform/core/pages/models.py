"""How people arranged their lists: views saved under a name, and each user's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access import Actor

OWN_LIST = ""  # the key of the list itself, where the others are ids of saved views


class Density(models.TextChoices):
    """How high the rows of a list are."""

    NORMAL = "", _("As chosen on the device")
    DENSE = "dense", _("Compact")
    AIRY = "airy", _("Comfortable")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Reads of the saved views."""

    def named(self, name: str, resource: str, owner_id: int) -> Self:
        """The view that its owner has so named, if there is one."""
        return self.filter(name=name, resource=resource, owner_id=owner_id)

    def offered_to(self, user: Actor, resource: str) -> Self:
        """The views of a resource's list that the user has: own ones first, then those that colleagues share."""
        mine = models.Case(models.When(owner_id=user.pk, then=0), default=1)
        return (
            self.filter(Q(owner_id=user.pk) | Q(shared=True), resource=resource)
            .select_related("owner")
            .order_by(mine, "pk")
        )


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
    shared = models.BooleanField(_("Shared with everybody"), default=False)

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

    def may_be_changed_by(self, user: Actor) -> bool:
        """Whether the user may rename, change or remove it: the owner, and for shared ones the administrators."""
        return self.owner_id == user.pk or (self.shared and user.access.administrator)


class ListSettings(models.Model):
    """How one user arranged the list of one resource.

    `columns` maps OWN_LIST or the id of a saved view to the names of the columns shown there, in order. Names that the
    user can't see at the moment stay in it, so that a right taken and given back costs nobody their columns.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("User"), db_index=False
    )
    resource = models.CharField(_("Module"), max_length=40)
    columns: Any = models.JSONField(_("Columns"), default=dict)
    default_view = models.ForeignKey(
        SavedView, models.SET_NULL, null=True, related_name="+", verbose_name=_("Opened first"), db_index=False
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "resource"], name="list_settings_once")]
        verbose_name = _("List settings")
        verbose_name_plural = _("List settings")

    def __str__(self) -> str:
        return f"{self.resource} of {self.user_id}"

    @classmethod
    def of(cls, user: Actor, resource: str) -> ListSettings:
        """The user's settings of a list; those of nobody yet when there are none, not stored."""
        return cls.objects.filter(user_id=user.pk, resource=resource).first() or cls(user_id=user.pk, resource=resource)

    def columns_of(self, view: SavedView | None) -> Sequence[str]:
        """The names of the columns chosen for a view or the list itself: the user's own, else the view's, else none."""
        own: Sequence[str] = self.columns.get(str(view.pk) if view else OWN_LIST, ())
        return own or (view.columns if view else ())

    def choose(self, names: Sequence[str], *, among: Sequence[str], view: SavedView | None) -> None:
        """Show the columns `names`, in order. Of those chosen before, what is not `among` the visible ones is kept."""
        kept = [name for name in self.columns_of(view) if name not in among and name not in names]
        self.columns = {**self.columns, str(view.pk) if view else OWN_LIST: [*names, *kept]}

    def forget(self, view: SavedView | None) -> None:
        """Show the columns as they were declared, or as the view has them."""
        self.columns = {
            key: names for key, names in self.columns.items() if key != (str(view.pk) if view else OWN_LIST)
        }
