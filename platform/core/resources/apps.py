"""Configuration of the app: finds every module's declaration at start-up."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ResourcesConfig(AppConfig):
    name = "core.resources"
    label = "resources"

    def ready(self) -> None:
        from core.resources import checks  # noqa: F401  registers the system checks

        autodiscover_modules("resource")
