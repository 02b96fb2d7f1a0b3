"""Bring the public tables and every company to the version of the code."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.companies.runner import WORKERS, Outcome, migrate_all


class Command(BaseCommand):
    """Exit status 1, with their names, when companies are left behind."""

    requires_system_checks = ()
    help = "Bring the public tables and every company to the version of the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many at once."""
        parser.add_argument("--workers", type=int, default=WORKERS, help=f"companies at once (default: {WORKERS})")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, tell of each company, and name those left behind."""
        report = migrate_all(options["workers"], self._tell)
        for name in report.public:
            self.stdout.write(f"public: {name}")
        if report.failed:
            names = ", ".join(f"{outcome.company} ({outcome.schema})" for outcome in report.failed)
            raise CommandError(f"{len(report.failed)} companies are left behind: {names}")
        self.stdout.write(f"{len(report.outcomes)} companies brought up to date")

    def _tell(self, outcome: Outcome) -> None:
        line = f"{outcome.state:9}  {outcome.seconds:6.2f} s  {outcome.schema}  {outcome.company}"
        self.stdout.write(f"{line}  {outcome.error.splitlines()[0]}" if outcome.error else line)
