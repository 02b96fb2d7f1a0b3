"""Configuration of the core: finds every module's declaration at start-up."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    label = "core"

    def ready(self) -> None:
        from core.resources import checks  # noqa: F401  registers the system checks

        autodiscover_modules("resource", "home")
