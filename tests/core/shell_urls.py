"""Only the shell's own pages, for tests of the shell in a browser: no company, no database."""

from django.urls import include, path

urlpatterns = [path("", include("core.shell.urls"))]
