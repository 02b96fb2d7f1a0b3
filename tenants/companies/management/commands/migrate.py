"""Stands before Django's own command, which knows no companies."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.autodetector import MigrationAutodetector


class Command(BaseCommand):
    """Refuses, and says which command to use."""

    help = "Use migrate_companies."
    autodetector = MigrationAutodetector  # a system check compares it with that of makemigrations

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse."""
        raise CommandError("use migrate_companies: it brings public and every company to the version of the code")

    def run_from_argv(self, argv: list[str]) -> None:
        """Whatever the arguments are."""
        super().run_from_argv(argv[:2])
