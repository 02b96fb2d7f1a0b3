"""The commands that run in the environment."""

import argparse
import os
import subprocess
from pathlib import Path

from infra.bench.run import run_benches
from infra.checks.run import run_checks
from infra.local import state
from infra.local.paths import ROOT, executable, source_path
from infra.local.services import embedded_services
from infra.local.testing import run_tests
from infra.local.up import up


def run(arguments: argparse.Namespace) -> int:
    """Run one command; gives its exit status."""
    match arguments.command:
        case "up":
            return up(arguments.port, demo=not arguments.no_demo)
        case "manage":
            return manage(arguments.arguments)
        case "demo":
            return manage(["demo", *arguments.arguments])
        case "bench":
            return run_benches(arguments.name, as_json=arguments.json)
        case "check":
            return run_checks(arguments.names)
        case "test":
            return run_tests(arguments.arguments)
        case other:
            raise AssertionError(other)


def manage(arguments: list[str]) -> int:
    """Run a command of Django on the services of `up`.

    If nothing is up, they are started for as long as the command takes.
    """
    record = state.last_record()
    if state.running_pid() is not None and record is not None:
        return _django(arguments, record.environment)
    with embedded_services() as services:
        return _django(arguments, services.environment())


def _django(arguments: list[str], services: dict[str, str]) -> int:
    environment = {**os.environ, "PYTHONPATH": source_path(), **services}
    command: list[str | Path] = [executable("python"), ROOT / "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
