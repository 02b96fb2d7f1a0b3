"""The areas of the business along the top, and the groups of their menus."""

from django.utils.translation import gettext_lazy as _

from core.resources import Area

CUSTOMERS = Area("customers", _("Customer management"), "users", 200)

CUSTOMER_GROUP = CUSTOMERS / _("Customer management")
