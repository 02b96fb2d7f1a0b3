"""The addresses of the operators' host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("tenants.people.signin_urls")), path("", include("core.shell.urls"))]
