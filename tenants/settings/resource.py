"""The data dictionary and the basic settings, as the world sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from core.access import Actor, Guarded, guard
from core.records import verbs
from core.records.base import Stored
from core.records.custom_lists import option_lists
from core.records.models import Option
from core.resources import Column, Resource, Screen, history, registry
from core.resources.permissions import VERBS
from tenants.areas import SETUP
from tenants.people.models import User
from tenants.settings.forms import OptionForm
from tenants.settings.models import CompanySettings
from tenants.settings.services import option_create, option_delete

BASIC = registry.add_screen(
    Screen(
        "settings",
        _("Basic settings"),
        menu=SETUP,
        icon="building",
        url_name="settings",
        verbs={"change": VERBS["change"]},
        order=10,
        letter="s",
    )
)
guard(Guarded(BASIC.name, CompanySettings))  # the log names their changes so

verbs.declare(terms_accepted=_("Accept the terms"))

# Screens that everybody who is signed in has: they stand in no menu and need no permission.
HOME = Screen("home", _("Home"), menu=None, icon="home", url_name="home")
MENU = Screen("menu", _("Menu management"), menu=None, icon="adjustments-horizontal", url_name="menu")


class Options(Resource):
    """数据字典."""

    model = Option
    menu = SETUP
    icon = "list-details"
    letter = "o"
    order_in_menu = 30
    columns = ("name", "kind", "active", "order")
    filters = ("kind", "active")
    search = ("name",)
    order = ("kind", "order", "pk")
    sections = {_("Option"): ("kind", "name", "order", "active")}
    panels = (history(),)
    form = OptionForm
    remote_choice = False

    @property
    def takes_custom(self) -> bool:
        """What fields choose from has none of its own."""
        return False

    @property
    def all_columns(self) -> Mapping[str, Column]:
        """As always; the lists are those that there are now."""
        return {**super().all_columns, "kind": self.column("kind")}

    def column(self, name: str) -> Column:
        """As the model's field; the list by its label."""
        if name != "kind":
            return super().column(name)
        choices = tuple((kind, option_list.label) for kind, option_list in option_lists().items())
        return Column("kind", _("Option list"), "choice", order_by="kind", choices=choices)

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Add an option as the last one of its list."""
        return option_create(values, by=cast(User, by))

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Remove an option that no record uses."""
        option_delete(cast(Option, record), by=cast(User, by))
