"""Which rows a user may act on. The only place that decides; everything that serves rows starts here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from core.access.catalogue import guarded
from core.access.grants import Actor
from core.access.rules import Owned, Rule

if TYPE_CHECKING:
    from core.access.models import Collaborator

M = TypeVar("M", bound=models.Model)

READING = frozenset({"view", "export"})


class GuardedQuerySet(models.QuerySet[M]):
    """Rows that know who may see them.

    Rows come from the scope of the roles, from the parent record (who sees it sees them) and from being a collaborator.
    """

    def visible_to(self, user: Actor, action: str = "view") -> Self:
        """The rows on which `user` may do `action`.

        Asked row by row: right where something else finds the few rows it is about, a key or the record they hang on.
        Whoever goes through all rows asks `ways_visible_to`.
        """
        return self._reached(user, action, shared_for=action)

    def open_to(self, user: Actor) -> Self:
        """The rows below which `user` may add others: those the user sees, less what was shared for reading only."""
        return self._reached(user, "view", shared_for="change")

    def _reached(self, user: Actor, action: str, *, shared_for: str) -> Self:
        entry, scope = guarded(self.model), self._scope(user, action)
        if isinstance(scope, bool):
            return self if scope else self.none()
        condition = _any_of(scope)
        if entry.parent:
            parents = self._parent
            if action not in READING:  # writing needs the right to write the parent, reading follows who reads it
                above = parents.visible_to(user, "change")
            else:
                above = parents.visible_to(user) if shared_for in READING else parents.open_to(user)
            column = self.model._meta.get_field(entry.parent).attname  # type: ignore[union-attr]
            condition |= models.Q(models.Exists(above.filter(pk=models.OuterRef(column))))
        if entry.collaborative:
            condition |= models.Q(pk__in=_shared_with(user, entry.name, shared_for))
        return self.filter(condition)

    def ways_visible_to(self, user: Actor, action: str = "view", *, in_order: bool = True) -> list[Self]:
        """The rows of `visible_to`, way by way; a row may come by several ways, and no way means no row.

        An OR across the ways keeps PostgreSQL from using any index; each alone has one, and can stop at a limit. Where
        the rows themselves are not read in an order (`in_order`), as those that others hang on, a scope is one way.
        """
        entry, scope = guarded(self.model), self._scope(user, action)
        if isinstance(scope, bool):
            return [self] if scope else []
        ways = [self.filter(condition) for condition in (scope if in_order else [_any_of(scope)])]
        if entry.parent:
            above = self._parent.ways_visible_to(user, "view" if action in READING else "change", in_order=False)
            ways += [self.filter(**{f"{entry.parent}__in": parents.order_by().values("pk")}) for parents in above]
        if entry.collaborative:
            ways.append(self.filter(pk__in=_shared_with(user, entry.name, action)))
        return ways

    def _scope(self, user: Actor, action: str) -> Sequence[models.Q] | bool:
        """The ways into the scope of the user's roles; True for all rows there are, False for none by any way."""
        reach = user.access.reach(f"{guarded(self.model).name}.{action}")
        if reach.nothing:
            return False
        rule: Rule = getattr(self.model, "access_rule", None) or Owned()
        conditions = rule.within(reach, user.pk)
        return True if conditions is None else conditions

    @property
    def _parent(self) -> Any:
        """The rows that these hang on."""
        field: Any = self.model._meta.get_field(str(guarded(self.model).parent))
        return field.related_model._default_manager.all()


def _any_of(conditions: Sequence[models.Q]) -> models.Q:
    return reduce(or_, conditions, models.Q(pk__in=[]))


def _shared_with(user: Actor, resource: str, action: str) -> models.QuerySet[Collaborator, int]:
    from core.access.models import Collaborator

    shares = Collaborator.objects.filter(user_id=user.pk, resource=resource)
    if action not in READING:
        shares = shares.filter(level=Collaborator.Level.EDIT)
    return shares.values_list("record_id", flat=True)
