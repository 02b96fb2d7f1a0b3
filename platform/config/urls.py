"""The addresses of a company's own host."""

from django.urls import include, path

urlpatterns = [
    path("", include("tenants.people.signin_urls")),
    path("", include("tenants.settings.urls")),
    path("", include("tenants.fields.urls")),
    path("", include("tenants.people.urls")),
    path("", include("tenants.roles.urls")),
    path("", include("crm.customers.urls")),
    path("", include("core.live.urls")),
    path("", include("core.jobs.urls")),
    path("", include("core.shell.urls")),
    path("api/", include("core.api.urls")),
    path("", include("core.pages.urls")),
]
