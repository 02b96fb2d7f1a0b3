"""Brings a database to this version, and makes what a first start makes. Run by `./qiku up`.

Its lines are the steps; what the commands say goes to standard error, which is the log.
"""

import argparse
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from infra.local.progress import Progress

OPERATOR = "operator"


def main() -> None:
    """Run the commands one after another; the first that fails ends the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--accounts", type=Path, required=True, help="where to write who can sign in, as JSON")
    arguments = parser.parse_args()

    progress = Progress()
    accounts: list[dict[str, str]] = []
    with progress.step("Loading the product"):
        django.setup()
    with progress.step("Migrations"):
        _run("migrate_companies")
    with progress.step("Pool of ready schemas"):
        _run("fill_pool")
    if settings.PRODUCTION:
        _run("check", deploy=True, fail_level="WARNING")
        with progress.step("Static files"):
            _run("collectstatic", interactive=False)
    else:
        with progress.step("Operators"):
            _run("make_operator", OPERATOR)
            accounts.append(_account("operators", OPERATOR, os.environ["QIKU_OPERATOR_PASSWORD"]))
        if not arguments.no_demo:
            with progress.step("Demo company"):
                demo = json.loads(_run("demo", json=True))
            accounts += [
                _account("demo company", one["username"], one["password"], f"{one['name']} {one['roles']}")
                for one in demo["accounts"]
            ]
    arguments.accounts.write_text(json.dumps(accounts, ensure_ascii=False))


def _run(command: str, *arguments: str, **options: Any) -> str:
    """Run a command of Django's; gives what it said, which goes to the log as well."""
    said = io.StringIO()
    try:
        call_command(command, *arguments, stdout=said, stderr=sys.stderr, **options)
    finally:
        print(said.getvalue(), end="", file=sys.stderr)
    return said.getvalue()


def _account(where: str, username: str, password: str, who: str = "") -> dict[str, str]:
    return {"where": where, "username": username, "password": password, "who": who}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
