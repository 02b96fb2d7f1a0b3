"""Configuration of the app."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "tenants.companies"
    label = "companies"
