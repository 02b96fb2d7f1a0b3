"""The areas of the product that every company has: the home page and the system settings."""

from django.utils.translation import gettext_lazy as _

from core.resources import Area

HOME = Area("home", _("Home"), "home", 0)
SYSTEM = Area("system", _("System settings"), "settings", 900)

ORGANISATION = SYSTEM / _("Organisation structure")
SETUP = SYSTEM / _("System settings")
