"""The Django app of the shell."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShellConfig(AppConfig):
    """Registers the shell's templates, tags and static files."""

    name = "core.shell"
    label = "shell"
    verbose_name = _("Shell")
