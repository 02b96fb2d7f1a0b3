"""Roles (角色): named sets of permissions, each with the data scope it reaches."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.access import Scope
from core.records.base import Stored, StoredQuerySet
from core.records.constraints import Unique


class RoleQuerySet(StoredQuerySet["Role"]):
    """Reads of the roles."""

    def in_use(self) -> Self:
        """Roles that somebody has, the administrators' aside."""
        return self.filter(is_administrator=False, users__isnull=False).distinct()


class Role(Stored):
    """What its users may do, and on whose records.

    `permissions` lists names of the catalogue (`users.view`); `field_rights` maps `<resource>.<field>` to hidden,
    masked or read_only. The administrators' role is allowed everything and can be neither emptied nor deleted.
    """

    named_by = ("name",)

    class State(models.TextChoices):
        ACTIVE = "active", _("Enabled")
        DISABLED = "disabled", _("Disabled")

    name = models.CharField(_("Role name"), max_length=40)
    code = models.CharField(
        _("Role code"),
        max_length=30,
        validators=[RegexValidator(r"^[0-9A-Za-z_-]+$", _("Only letters, digits, hyphens and underscores."))],
    )
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.ACTIVE)
    description = models.CharField(_("Description"), max_length=200, blank=True)
    scope = models.CharField(_("Data scope"), max_length=20, choices=Scope, default=Scope.OWN)
    departments = models.ManyToManyField(
        "people.Department", blank=True, related_name="+", verbose_name=_("Chosen departments")
    )
    permissions = models.JSONField(_("Permissions"), default=list, blank=True, editable=False)
    field_rights = models.JSONField(_("Field rights"), default=dict, blank=True, editable=False)
    is_administrator = models.BooleanField(_("Administrators"), default=False, editable=False)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="roles", verbose_name=_("Users"), editable=False
    )

    objects: ClassVar[Any] = RoleQuerySet.as_manager()

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["pk"]
        constraints = [
            Unique(
                Lower("name"),
                name="role_name",
                at="name",
                violation_error_message=_("There is a role of this name already."),
            ),
            Unique(
                Lower("code"), name="role_code", at="code", violation_error_message=_("This code is in use already.")
            ),
        ]
        verbose_name = _("Role")
        verbose_name_plural = _("Roles")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse to disable the administrators' role, or to narrow it."""
        if self.is_administrator and (self.state != self.State.ACTIVE or self.scope != Scope.ALL):
            raise ValidationError(
                _("The administrators' role stays active and reaches all data."), code="administrators"
            )
