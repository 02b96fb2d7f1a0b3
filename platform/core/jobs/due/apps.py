"""Configuration of the app."""

from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "core.jobs.due"
    label = "due"
