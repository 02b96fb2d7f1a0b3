"""Fill the pool of ready schemas."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.companies.provisioning import fill_pool, pool_size


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Make ready schemas, so that a sign-up takes one in a millisecond."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The wanted size."""
        parser.add_argument(
            "--size", type=int, default=None, help="how many stand ready afterwards (default: POOL_OF_SCHEMAS)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and tell."""
        made = fill_pool(options["size"])
        self.stdout.write(f"{made} made, {pool_size()} ready")
