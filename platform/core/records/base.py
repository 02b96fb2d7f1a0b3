"""What every stored row of a company has in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.base import ModelState
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor, CompanyWide, GuardedQuerySet, Owned, Rule, guarded
from core.records.named_users import NamesUsers

M = TypeVar("M", bound="Stored")

TRASH_ACTIONS = frozenset({"restore", "purge"})


class StoredQuerySet(GuardedQuerySet[M]):
    """Rows that know who may see them and whether they lie in the trash."""

    def visible_to(self, user: Actor, action: str = "view") -> Self:
        """The rows on which `user` may do `action`: those in the trash for restore and purge, the others otherwise."""
        return super().visible_to(user, action)._on_the_side_of(action)

    def ways_visible_to(self, user: Actor, action: str = "view", *, in_order: bool = True) -> list[Self]:
        """As above."""
        return [way._on_the_side_of(action) for way in super().ways_visible_to(user, action, in_order=in_order)]

    def _on_the_side_of(self, action: str) -> Self:
        rows = self
        for hidden in _below_trash(self.model):
            rows = rows.filter(~hidden)
        if not self.model.has_trash():
            return rows
        return rows.trashed() if action in TRASH_ACTIONS else rows.live()

    def open_to(self, user: Actor) -> Self:
        """The rows below which `user` may add others; none of them in the trash."""
        rows = super().open_to(user)
        return rows.live() if self.model.has_trash() else rows

    def known(self, pks: Iterable[Any]) -> Self:
        """The rows of these ids, whoever asks: ids that came out of `visible_to`, or that such a row refers to."""
        return self.filter(pk__in=list(pks))

    def live(self) -> Self:
        """Rows that are not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        """Rows in the trash."""
        return self.filter(deleted_at__isnull=False)


def _below_trash(model: type[models.Model], path: str = "") -> Iterator[Exists]:
    """What is true of rows that hang, directly or further up, on a record in the trash: they go and come with it.

    PostgreSQL may read the trash once, which is small and has an index, and look the parent of each row up in memory;
    or ask for the parents of the few rows of a page. A join would fetch the parent of every row, a million times; `IN`
    leaves it no choice but the first.
    """
    name = guarded(model).parent
    if name is None:
        return
    parent: Any = model._meta.get_field(name).related_model
    if issubclass(parent, Stored) and parent.has_trash():
        trash = parent._base_manager.filter(deleted_at__isnull=False)
        yield Exists(trash.filter(pk=OuterRef(f"{path}{name}")))
    if issubclass(parent, Stored) and guarded(parent).parent is not None:
        yield from _below_trash(parent, f"{path}{name}__")


class Stored(models.Model):
    """A row with its times, a version against stale edits, and the tenant's own fields.

    `version` grows by one with each change; a form carries the version it was opened with.
    """

    access_rule: ClassVar[Rule] = CompanyWide()
    named_by: ClassVar[Sequence[str]] = ()
    """The fields that the record's text is made of, and what tells where it leads: no more is fetched to name it."""

    created_at = models.DateTimeField(_("Created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("Last updated at"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    custom = models.JSONField(_("Custom fields"), default=dict, blank=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = StoredQuerySet.as_manager()
    named_users = NamesUsers()

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of a later Django, with a further argument
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """As Django's, past `__init__`, which looks at every field by itself: nine tenths of the time a row takes.

        No signal tells that the record was made. Fields that were not loaded are fetched when they are asked for.
        """
        record = cls.__new__(cls)
        record._state = ModelState()
        record._state.adding, record._state.db = False, db
        record.__dict__.update(zip(field_names, values, strict=True))
        return record

    @classmethod
    def has_trash(cls) -> bool:
        """Whether deleting puts rows of this model in the trash."""
        return any(field.name == "deleted_at" for field in cls._meta.concrete_fields)


class Trashable(models.Model):
    """A row that is kept when deleted, until it is restored or purged."""

    deleted_at = models.DateTimeField(_("Deleted at"), null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("Deleted by"),
        db_index=False,
    )

    class Meta:
        abstract = True


class Record(Stored, Trashable):
    """A business record: owned by a user, belonging to that user's department, kept in the trash when deleted."""

    access_rule: ClassVar[Rule] = Owned()

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Owner"))
    department = models.ForeignKey(
        settings.DEPARTMENT_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("Department"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("Created by"),
        db_index=False,
    )

    class Meta(Stored.Meta):
        abstract = True
