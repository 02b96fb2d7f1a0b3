"""Makes an operator, and the operators' company if there is none."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.db import run_in_company
from tenants.companies.lookup import operators
from tenants.companies.provisioning import operators_create
from tenants.people.models import User
from tenants.people.services import user_create
from tenants.roles.models import Role
from tenants.settings.services import company_furnish

SEATS = 50
PASSWORD_VARIABLE = "QIKU_OPERATOR_PASSWORD"  # noqa: S105  the name of a variable


class Command(BaseCommand):
    """`make_operator USERNAME [--name NAME] [--password PASSWORD]`; does nothing for an operator there is already."""

    help = "Make an operator of the platform, who signs in on the operators' host. Run again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Username, and what else the user has."""
        parser.add_argument("username", help="the login name")
        parser.add_argument("--name", default="", help="the person's name; the login name by default")
        parser.add_argument("--password", default="", help=f"the password; by default the one in {PASSWORD_VARIABLE}")

    def handle(self, *args: Any, username: str, name: str, password: str, **options: Any) -> None:
        """Make what is missing."""
        password = password or os.environ.get(PASSWORD_VARIABLE, "")
        if not password:
            raise CommandError(f"Give a password with --password or in {PASSWORD_VARIABLE}.")
        try:
            made = self._make(username, name or username, password)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{username} is an operator now." if made else f"{username} is an operator already.")

    def _make(self, username: str, name: str, password: str) -> bool:
        company = operators()
        if company is not None:
            return run_in_company(company, _make_user, username, name, password)

        def setup() -> None:
            company_furnish(company_name="Operators", username=username, password=password, name=name)

        operators_create(name="Operators", seats=SEATS, setup=setup)
        return True


@transaction.atomic
def _make_user(username: str, name: str, password: str) -> bool:
    """Add the user to the administrators; in a company that was made without anybody, furnish it first."""
    role = Role.objects.filter(is_administrator=True).first()
    if role is None:
        company_furnish(company_name="Operators", username=username, password=password, name=name)
        return True
    if User.objects.get_queryset().live().filter(username__iexact=username).exists():
        return False
    user = user_create({"username": username, "name": name}, password=password, by=None)
    role.users.add(user)
    return True
