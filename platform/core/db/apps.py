"""Configuration of the app."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from core.db.checks import check_places


class DbConfig(AppConfig):
    """Registers the checks on where tables stand."""

    name = "core.db"
    label = "db"

    def ready(self) -> None:
        """Register the checks."""
        register(check_places, Tags.models)
