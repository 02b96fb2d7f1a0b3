"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "core.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Import the `jobs.py` of every app, where kinds of jobs are declared."""
        autodiscover_modules("jobs")
