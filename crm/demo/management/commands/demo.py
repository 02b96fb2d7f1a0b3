"""Make the demo company, or fill a company with demo customers."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.db import run_in_company
from crm.demo.filling import demo_customers, demo_tidy
from crm.demo.people import KEPT_FREE, people_wanted
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import companies
from tenants.companies.provisioning import company_create
from tenants.companies.subdomains import suggest_subdomain
from tenants.settings.demo import ADMINISTRATOR, PASSWORD, accounts, demo_make
from tenants.settings.services import company_furnish

CUSTOMERS = 3000


class Command(BaseCommand):
    """`manage.py demo`: makes the demo company if it is not there, fills it, and tells how to sign in to it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which company, and how much goes into it; `--json` for programs."""
        which = "name or subdomain; made if there is no such company (the demo company)"
        parser.add_argument("--company", default="", metavar="NAME", help=which)
        parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N", help=f"how many ({CUSTOMERS:,})")
        parser.add_argument("--seed", type=int, default=1, help="another one gives other data (1)")
        parser.add_argument("--json", action="store_true", help="print address and accounts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses in production: the passwords are known to everybody."""
        if settings.PRODUCTION:
            raise CommandError("A demo company with passwords that everybody knows has no place in production.")
        count: int = options["customers"]
        company = self._company(options["company"], count)
        start = time.monotonic()

        def told(done: int) -> None:
            if not options["json"]:
                self.stdout.write(f"  {done:>10,} of {count:,} customers, {time.monotonic() - start:.0f} s")

        if run_in_company(company, demo_customers, count, seed=options["seed"], told=told):
            run_in_company(company, demo_tidy)
        else:
            self.stderr.write(f"{company.name} has customers already: it is left as it is.")
        people = accounts(company)
        if options["json"]:
            self.stdout.write(json.dumps({"address": company.url, "accounts": people}, ensure_ascii=False))
            return
        self.stdout.write(company.url)
        for one in people:
            password = one["password"] or "(changed)"
            self.stdout.write(f"  {one['username']:<14} {password:<16} {one['name']} {one['roles']}")

    def _company(self, name: str, customers: int) -> CompanyInfo:
        if not name:
            return demo_make()
        host = f"{name}.{settings.HOST}"
        found = next((each for each in companies() if name == each.name or host in each.hosts), None)
        if found is not None:
            return found
        subdomain = suggest_subdomain(name)
        if not subdomain:
            raise CommandError(f"{name!r} is no name that a subdomain can be made of.")

        def furnish() -> None:
            person = ADMINISTRATOR
            login = {"username": person.username, "password": PASSWORD, "name": person.name, "phone": person.username}
            company_furnish(company_name=name, **login)

        return company_create(
            name=name,
            subdomain=subdomain,
            plan="demo",
            seats=people_wanted(customers) + KEPT_FREE,
            state=LicenceState.ACTIVE,
            setup=furnish,
        )
