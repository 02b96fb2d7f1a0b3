"""Configuration of the app."""

from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "tenants.fields"
    label = "fields"

    def ready(self) -> None:
        """Connect the signals."""
        from tenants.fields import signals  # noqa: F401
