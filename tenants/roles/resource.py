"""Roles, as the world sees them."""

from django.utils.translation import gettext_lazy as _

from core.resources import Resource, history
from tenants.areas import ORGANISATION
from tenants.roles.models import Role


class Roles(Resource):
    """角色管理."""

    model = Role
    menu = ORGANISATION
    icon = "shield"
    order_in_menu = 30
    columns = ("name", "code", "state", "scope", "description")
    more_columns = ("departments", "created_at", "updated_at")
    filters = ("state", "scope")
    search = ("name", "code", "description")
    order = ("pk",)
    sections = {_("Role"): ("name", "code", "state", "scope", "departments", "description")}
    tones = {"state": {"active": "green", "disabled": "gray"}}
    panels = (history(),)
    remote_choice = False
