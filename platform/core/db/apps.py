"""Configuration of the app."""

from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "core.db"
    label = "db"
