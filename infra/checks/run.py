"""`./qiku check`: runs the checks and shows a line for each."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import django

from infra.checks.deployment import check_deployment
from infra.checks.house_rules import house_rules
from infra.checks.layers import check_root_packages
from infra.checks.sources import PRODUCT, product_sources
from infra.checks.translations import check_translations
from infra.local.errors import LauncherError
from infra.local.paths import ROOT, executable, source_path
from infra.local.services import Services, temporary_services

Check = Callable[[Services], Sequence[object]]


def run_checks(names: list[str]) -> int:
    """Run the checks of these names, all of them if there are none.

    Returns:
        0 if nothing was found, 1 otherwise.

    Raises:
        LauncherError: there is no check of such a name.
    """
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        raise LauncherError(f"There is no check named {', '.join(unknown)}. There are: {', '.join(CHECKS)}.")
    chosen = {name: check for name, check in CHECKS.items() if not names or name in names}
    with temporary_services() as services, ThreadPoolExecutor(2) as pool:
        os.environ.update(services.environment(), QIKU_ENV="test", DJANGO_SETTINGS_MODULE="config.settings")
        running = [(name, pool.submit(_timed, check, services)) for name, check in chosen.items()]
        return int(sum(_show(name, future) for name, future in running) > 0)


def _timed(check: Check, services: Services) -> tuple[Sequence[object], float]:
    began = time.monotonic()
    try:
        found = check(services)
    except Exception as error:  # noqa: BLE001 - a check that breaks is a check that failed
        found = [f"{type(error).__name__}: {error}"]
    return found, time.monotonic() - began


def _show(name: str, future: "Future[tuple[Sequence[object], float]]") -> bool:
    found, seconds = future.result()
    print(f"  {name:<14} {'failed' if found else 'ok':<6} {seconds:6.1f} s", flush=True)
    for finding in found:
        print("\n".join(f"      {line}" for line in str(finding).splitlines()), flush=True)
    return bool(found)


def _tool(*command: str) -> Check:
    """A check that is a program: what it prints is what it found."""

    def check(_services: Services) -> list[str]:
        done = subprocess.run(
            [executable(command[0]), *command[1:]],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": source_path()},
            capture_output=True,
            text=True,
            check=False,
        )
        return [f"{done.stdout}{done.stderr}".strip()] if done.returncode else []

    return check


def _rules(_services: Services) -> list[object]:
    return [found for source in product_sources() for rule in house_rules() for found in rule(source)]


def _layers(services: Services) -> list[object]:
    return [*check_root_packages(), *_tool("lint-imports", "--no-logo")(services)]


def _migrations(_services: Services) -> Sequence[object]:
    django.setup()
    # It reads the models, so it can be imported only now.
    from infra.checks.migrations import check_migrations

    return check_migrations()


def _types(services: Services) -> Sequence[object]:
    folders = [folder for folder in (*PRODUCT, "infra") if (ROOT / folder / "__init__.py").exists()]
    return _tool("mypy", "--no-error-summary", *folders)(services)


CHECKS: dict[str, Check] = {
    "lint": _tool("ruff", "check", "--quiet", "."),
    "format": _tool("ruff", "format", "--check", "--quiet", "."),
    "types": _types,
    "layers": _layers,
    "rules": _rules,
    "translations": lambda _services: check_translations(),
    "migrations": _migrations,
    "deployment": check_deployment,
}
"""Every check: given running services, it gives what it found."""
