"""Addresses of the shell: the page that shows every component, outside production."""

from django.conf import settings
from django.urls import path
from django.urls.resolvers import URLPattern

from core.shell.showcase import pages as showcase

app_name = "shell"
urlpatterns: list[URLPattern] = []
if settings.ENVIRONMENT != "production":
    urlpatterns = [
        path("dev/components/", showcase.components, name="components"),
        path("dev/components/<str:name>/", showcase.part, name="component"),
    ]
