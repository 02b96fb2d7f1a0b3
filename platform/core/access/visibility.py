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


class GuardedQuerySet(models.QuerySet[M]):
    """Rows that know who may see them."""

    def visible_to(self, user: Actor, action: str = "view") -> Self:
        """The rows on which `user` may do `action`.

        Rows come from the scope of the roles, from the parent record (who sees it sees them) and from being a
        collaborator. The three are joined by a UNION of ids: an OR across them keeps PostgreSQL from using any index.
        """
        entry = guarded(self.model)
        reach = user.access.reach(f"{entry.name}.{action}")
        if reach.nothing:
            return self.none()
        condition = self._rule().within(reach, user.pk)
        if condition is None:
            return self
        ways = [condition, *self._other_ways(user, action)]
        if len(ways) == 1:
            return self.filter(condition)
        bare = self.model._base_manager.all()
        first, *rest = (bare.filter(way).order_by().values("pk") for way in ways)
        return self.filter(pk__in=first.union(*rest))

    def _rule(self) -> Rule:
        return getattr(self.model, "access_rule", None) or Owned()

    def _other_ways(self, user: Actor, action: str) -> list[models.Q]:
        entry = guarded(self.model)
        ways: list[models.Q] = []
        if entry.parent:
            parent: Any = self.model._meta.get_field(entry.parent).related_model
            # Reading follows whoever reads the parent; writing needs the right to write the parent.
            parent_action = "view" if action in {"view", "export"} else "change"
            ways.append(
                models.Q(
                    **{f"{entry.parent}__in": parent._default_manager.visible_to(user, parent_action).values("pk")}
                )
            )
        if entry.collaborative:
            ways.append(models.Q(pk__in=_shared_with(user, entry.name, action)))
        return ways


def _shared_with(user: Actor, resource: str, action: str) -> models.QuerySet[Collaborator, int]:
    from core.access.models import Collaborator

    shares = Collaborator.objects.filter(user_id=user.pk, resource=resource)
    if action not in {"view", "export"}:
        shares = shares.filter(level=Collaborator.Level.EDIT)
    return shares.values_list("record_id", flat=True)
