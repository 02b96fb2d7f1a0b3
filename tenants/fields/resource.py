"""自定义字段, as the world sees the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Stored
from core.resources import Column, Resource, history
from tenants.areas import SETUP
from tenants.fields import services
from tenants.fields.forms import FieldForm
from tenants.fields.models import Field


class Fields(Resource):
    """自定义字段."""

    model = Field
    menu = SETUP
    icon = "forms"
    order_in_menu = 35
    columns = ("label", "module", "kind", "required", "active")
    more_columns = ("help", "default", "created_at", "updated_at")
    filters = ("module", "kind", "active")
    search = ("label",)
    order = ("module", "order", "pk")
    sections = {_("Custom field"): ("module", "label", "kind", "help", "default", "required", "active")}
    panels = (history(),)
    form = FieldForm
    remote_choice = False

    @property
    def takes_custom(self) -> bool:
        """What describes fields has none of its own."""
        return False

    def column(self, name: str) -> Column:
        """As the model's field; the module by its label."""
        if name != "module":
            return super().column(name)
        choices = tuple((one.name, one.label) for one in services.modules())
        return Column("module", _("Module"), "choice", order_by="module", choices=choices)

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Add a field as the last one of its module."""
        return services.field_create(values, by=by)

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Change a field, not its module and kind."""
        return services.field_update(cast(Field, record), values, by=by, version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Put a field in the trash; its values stay."""
        services.field_delete(cast(Field, record), by=by)

    def restore(self, record: Stored, *, by: Actor) -> None:
        """Take a field out of the trash, with its values."""
        services.field_restore(cast(Field, record), by=by)

    def purge(self, record: Stored, *, by: Actor) -> None:
        """Remove a field and its values for good."""
        services.field_purge(cast(Field, record), by=by)
