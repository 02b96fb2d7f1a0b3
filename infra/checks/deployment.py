"""Whether the product refuses to run unsafely in production, and has nothing to object to safe settings."""

import os
import subprocess

from infra.checks.sources import Finding
from infra.local.paths import ROOT, executable, source_path
from infra.local.services import Services

SAFE = {
    "QIKU_ENV": "production",
    "QIKU_HOST": "crm.example.com",
    "SECRET_KEY": "Tq5u8vZk2mXw9cRb4nLs7pYe1hGd6jFa3oUi0xVt-Kz_BqWy4rNs8d",
    "EMAIL_URL": "smtps://sender:secret@mail.example.com",
    "DEBUG": "",
}

UNSAFE = {
    "no SECRET_KEY": {"SECRET_KEY": ""},
    "no DATABASE_URL": {"DATABASE_URL": ""},
    "no EMAIL_URL": {"EMAIL_URL": ""},
    "a short SECRET_KEY": {"SECRET_KEY": "secret"},
    "a host that is this machine": {"QIKU_HOST": "localhost"},
    "mail to the console": {"EMAIL_URL": "console:"},
    "an unknown environment": {"QIKU_ENV": "prod"},
}


def check_deployment(services: Services) -> list[Finding]:
    """Run `check --deploy` under safe settings, which must pass, and unsafe ones, which must not."""
    findings = []
    safe = _check({**services.environment(), **SAFE})
    if safe.returncode:
        findings.append(Finding("platform/config/settings.py", 1, f"check --deploy objects:\n{safe.stderr.strip()}"))
    for what, change in UNSAFE.items():
        if _check({**services.environment(), **SAFE, **change}).returncode == 0:
            findings.append(Finding("platform/config/settings.py", 1, f"production accepts {what}"))
    return findings


def _check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [executable("python"), ROOT / "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": source_path(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
