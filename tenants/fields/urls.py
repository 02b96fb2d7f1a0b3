"""The addresses of custom fields that go before the generic ones."""

from django.urls import path

from core.resources import registry
from tenants.fields import pages

_given = {"resource": registry.resources["fields"]}

urlpatterns = [
    path("fields/", pages.fields, _given, "fields-list"),
    path("fields/of/<slug:module>/reorder/", pages.reorder, _given, "fields-reorder"),
    path("fields/<int:pk>/switch/", pages.switch, _given, "fields-switch"),
    path("fields/<int:pk>/delete/", pages.delete, _given, "fields-delete"),
]
