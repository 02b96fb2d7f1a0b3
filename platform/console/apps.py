"""Configuration of the app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The public site, and what operators see."""

    name = "console"
    label = "console"
