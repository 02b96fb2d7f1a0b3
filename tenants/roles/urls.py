"""The addresses of roles that go before the generic ones."""

from django.urls import path

from core.resources import registry
from tenants.roles import pages

_roles = {"resource": registry.resources["roles"]}

urlpatterns = [
    path("roles/<int:pk>/do/permissions/", pages.permissions, _roles, "roles-permissions"),
    path("roles/<int:pk>/fields/", pages.fields, _roles, "roles-fields"),
    path("roles/<int:pk>/do/assign/", pages.assign, _roles, "roles-assign"),
    path("roles/<int:pk>/preview/", pages.preview, _roles, "roles-preview"),
]
