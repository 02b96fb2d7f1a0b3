"""Addresses of the operators' console."""

from django.urls import path

from console import companies

urlpatterns = [
    path("", companies.listed, name="home"),
    path("companies/new/", companies.new, name="console-new"),
    path("companies/<int:company_id>/", companies.company, name="console-company"),
    path("companies/<int:company_id>/<slug:name>/", companies.act, name="console-act"),
]
