"""Addresses of the operators' console."""

from django.urls import path
from django.views.generic import RedirectView

from console import companies

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="console-companies"), name="home"),
    path("companies/", companies.listed, name="console-companies"),
    path("companies/log/", companies.log, name="console-log"),
    path("companies/new/", companies.new, name="console-new"),
    path("companies/<int:company_id>/", companies.company, name="console-company"),
    path("companies/<int:company_id>/<slug:name>/", companies.act, name="console-act"),
]
