"""The addresses of home page, settings, menu and data dictionary."""

from django.urls import path

from tenants.settings import dictionary, home, menu, pages
from tenants.settings.resource import BASIC, HOME, MENU

urlpatterns = [
    path("", home.home, {"resource": HOME}, "home"),
    path("checklist/", home.checklist, {"resource": HOME}, "checklist"),
    path("settings/", pages.basic, {"resource": BASIC}, "settings"),
    path("logo/<str:name>", pages.logo, name="logo"),
    path("menu/", menu.arrange, {"resource": MENU}, "menu"),
    path("menu/reset/", menu.reset, {"resource": MENU}, "menu-reset"),
    *dictionary.addresses,
]
