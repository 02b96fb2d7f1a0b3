"""Roles, as the world sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.records import verbs
from core.records.base import Stored
from core.resources import Action, Resource, history, related
from core.resources.registry import resource_of
from tenants.areas import ORGANISATION
from tenants.people.administrators import hold_administrators
from tenants.people.models import User
from tenants.roles import services
from tenants.roles.forms import AssignForm, CopyForm, PermissionsForm, RoleForm
from tenants.roles.models import Role

verbs.declare(
    set_permissions=_("Permission settings"), set_field_rights=_("Field rights"), assign_users=_("Assign users")
)


class Roles(Resource):
    """角色管理."""

    model = Role
    menu = ORGANISATION
    icon = "shield"
    letter = "r"
    order_in_menu = 30
    columns = ("name", "code", "state", "scope", "description")
    more_columns = ("departments", "created_at", "updated_at")
    filters = ("state", "scope")
    search = ("name", "code", "description")
    order = ("pk",)
    sections = {_("Role"): ("name", "code", "state", "scope", "departments", "description")}
    tones = {"state": {"active": "green", "disabled": "gray"}}
    actions = (
        Action(
            "permissions",
            _("Permission settings"),
            services.role_set_permissions,
            when=lambda role: not role.is_administrator,
            form=PermissionsForm,
            icon="lock-access",
            bulk=False,
            primary=True,
        ),
        Action("assign", _("Assign users"), services.role_assign_users, form=AssignForm, icon="user-plus", bulk=False),
        Action("copy", _("Copy"), services.role_copy, form=CopyForm, icon="copy", bulk=False, permission="add"),
    )
    panels = (related(resource_of(User), "roles", label=_("Users")), history())
    form = RoleForm
    remote_choice = False

    @property
    def label(self) -> StrOrPromise:
        """What the manual calls the screen."""
        return _("Role management")

    def hold(self, record: Stored) -> Any:
        """Administrators first, as every service does that may lock both."""
        hold_administrators()
        return super().hold(record)

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Add a role, which allows nothing yet."""
        return services.role_create(values, by=cast(User, by))

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Change a role; its users have the new rights on their next request."""
        return services.role_update(cast(Role, record), values, by=cast(User, by), version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Remove a role that nobody holds."""
        services.role_delete(cast(Role, record), by=cast(User, by))
