"""The data dictionary and the basic settings, as the world sees them."""

from django.utils.translation import gettext_lazy as _

from core.records.models import Option
from core.resources import Resource, Screen, registry
from core.resources.permissions import VERBS
from tenants.areas import SETUP

BASIC = registry.add_screen(
    Screen(
        "settings",
        _("Basic settings"),
        menu=SETUP,
        icon="building",
        url_name="settings",
        verbs={"change": VERBS["change"]},
        order=10,
    )
)


class Options(Resource):
    """数据字典."""

    model = Option
    menu = SETUP
    icon = "list-details"
    order_in_menu = 30
    columns = ("name", "kind", "active", "order")
    filters = ("kind", "active")
    search = ("name",)
    order = ("kind", "order", "pk")
    sections = {_("Option"): ("kind", "name", "order", "active")}
    remote_choice = False
