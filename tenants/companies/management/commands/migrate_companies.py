"""Bring the public tables and every company to the version of the code."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.companies.runner import migrate_public


class Command(BaseCommand):
    help = "Bring the public tables and every company to the version of the code."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        for name in migrate_public():
            self.stdout.write(f"public: {name}")
