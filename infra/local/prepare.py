"""Brings a database to this version, and makes what a first start makes. Run by `./qiku up`.

Its lines are the steps; what the commands say goes to standard error, which is the log.
"""

import argparse
import sys

import django
from django.conf import settings
from django.core.management import call_command

from infra.local.progress import Progress


def main() -> None:
    """Run the commands one after another; the first that fails ends the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-demo", action="store_true")
    arguments = parser.parse_args()

    progress = Progress()
    with progress.step("Loading the product"):
        django.setup()
    with progress.step("Migrations"):
        _run("migrate_companies")
    with progress.step("Pool of ready schemas"):
        _run("fill_pool")
    with progress.step("Operators"):
        _run("make_operator")
    if not arguments.no_demo:
        with progress.step("Demo company"):
            _run("demo")
    if settings.PRODUCTION:
        with progress.step("Static files"):
            _run("collectstatic", interactive=False)


def _run(command: str, **options: object) -> None:
    call_command(command, stdout=sys.stderr, stderr=sys.stderr, **options)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
