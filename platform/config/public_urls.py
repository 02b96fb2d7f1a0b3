"""The addresses of the public site."""

from django.urls import include, path

urlpatterns = [path("", include("console.site_urls")), path("", include("core.shell.urls"))]
