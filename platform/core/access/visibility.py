"""Which rows a user may act on. The only place that decides; everything that serves rows starts here."""

from __future__ import annotations

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
    """Rows that know who may see them."""

    def visible_to(self, user: Actor, action: str = "view") -> Self:
        """The rows on which `user` may do `action`.

        Rows come from the scope of the roles, from the parent record (who sees it sees them) and from being a
        collaborator. The three are joined by a UNION of ids: an OR across them keeps PostgreSQL from using any index.
        """
        return self._reached(user, action, shared_for=action)

    def open_to(self, user: Actor) -> Self:
        """The rows below which `user` may add others: those the user sees, less what was shared for reading only."""
        return self._reached(user, "view", shared_for="change")

    def _reached(self, user: Actor, action: str, *, shared_for: str) -> Self:
        entry = guarded(self.model)
        reach = user.access.reach(f"{entry.name}.{action}")
        if reach.nothing:
            return self.none()
        condition = self._rule().within(reach, user.pk)
        if condition is None:
            return self
        ways = [condition, *self._other_ways(user, action, shared_for)]
        if len(ways) == 1:
            return self.filter(condition)
        bare = self.model._base_manager.all()
        first, *rest = (bare.filter(way).order_by().values("pk") for way in ways)
        return self.filter(pk__in=first.union(*rest))

    def _rule(self) -> Rule:
        return getattr(self.model, "access_rule", None) or Owned()

    def _other_ways(self, user: Actor, action: str, shared_for: str) -> list[models.Q]:
        entry = guarded(self.model)
        ways: list[models.Q] = []
        if entry.parent:
            parent: Any = self.model._meta.get_field(entry.parent).related_model
            parents = parent._default_manager
            if action not in READING:  # writing needs the right to write the parent, reading follows who reads it
                above = parents.visible_to(user, "change")
            else:
                above = parents.visible_to(user) if shared_for in READING else parents.open_to(user)
            ways.append(models.Q(**{f"{entry.parent}__in": above.values("pk")}))
        if entry.collaborative:
            ways.append(models.Q(pk__in=_shared_with(user, entry.name, shared_for)))
        return ways


def _shared_with(user: Actor, resource: str, action: str) -> models.QuerySet[Collaborator, int]:
    from core.access.models import Collaborator

    shares = Collaborator.objects.filter(user_id=user.pk, resource=resource)
    if action not in READING:
        shares = shares.filter(level=Collaborator.Level.EDIT)
    return shares.values_list("record_id", flat=True)
