"""Make the demo company."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.settings.demo import accounts, demo_make


class Command(BaseCommand):
    """`manage.py demo`: makes the demo company if it is not there, and tells how to sign in to it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="print address and accounts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses in production: the passwords are known to everybody."""
        if settings.PRODUCTION:
            raise CommandError("A demo company with passwords that everybody knows has no place in production.")
        company = demo_make()
        people = accounts(company)
        if options["json"]:
            self.stdout.write(json.dumps({"address": company.url, "accounts": people}, ensure_ascii=False))
            return
        self.stdout.write(company.url)
        for one in people:
            password = one["password"] or "(changed)"
            self.stdout.write(f"  {one['username']:<14} {password:<16} {one['name']} {one['roles']}")
