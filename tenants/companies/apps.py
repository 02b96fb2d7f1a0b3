"""Configuration of the app."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "tenants.companies"
    label = "companies"

    def ready(self) -> None:
        """Connect the signals."""
        from tenants.companies import signals  # noqa: F401
