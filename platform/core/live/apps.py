"""Configuration of the app."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "core.live"
    label = "live"

    def ready(self) -> None:
        """Connect the signals."""
        from core.live import signals  # noqa: F401
