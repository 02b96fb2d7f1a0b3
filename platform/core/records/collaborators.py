"""Collaborators (协作人): single users who may read or edit one record, whatever the scope of their roles; logged."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import QuerySet

from core.access import Actor, guarded
from core.access.models import Collaborator
from core.records.history import log


def collaborators_of(record: models.Model) -> QuerySet[Collaborator]:
    """Who shares the record, with their users. The caller has found the record through `visible_to`."""
    shares = Collaborator.objects.filter(resource=guarded(type(record)).name, record_id=record.pk)
    return shares.select_related("user").order_by("pk")


@transaction.atomic
def collaborator_add(
    record: models.Model, user: AbstractBaseUser, level: Collaborator.Level, *, by: Actor
) -> Collaborator:
    """Let a user read or edit the record; one who shares it already gets the new right."""
    resource = guarded(type(record)).name
    before = (
        Collaborator.objects.select_for_update().filter(resource=resource, record_id=record.pk, user_id=user.pk).first()
    )
    if before is not None and before.level == level:
        return before
    share, _created = Collaborator.objects.update_or_create(
        resource=resource, record_id=record.pk, user_id=user.pk, defaults={"level": level}
    )
    changes = {"user": [str(user) if before else "", str(user)], "level": [before.level if before else "", level.value]}
    log("share", by=by, resource=resource, record=record, changes=changes)
    return share


@transaction.atomic
def collaborator_remove(record: models.Model, share: Collaborator, *, by: Actor) -> None:
    """Take a user's share in the record away."""
    log("unshare", by=by, resource=share.resource, record=record, changes={"user": [str(share.user), ""]})
    share.delete()
