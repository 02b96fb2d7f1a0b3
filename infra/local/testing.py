"""`./qiku test`: the whole suite on services of its own."""

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from infra.local.builds import build_frontend, compile_translations
from infra.local.paths import ROOT, executable, source_path
from infra.local.progress import Progress
from infra.local.services import temporary_services

JOURNEYS = ROOT / "tests" / "journeys"
"""The only tests that need the built front end: templates render without it."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The browser of the journeys: QIKU_CHROMIUM, or one on the path."""
    named = os.environ.get("QIKU_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def run_tests(arguments: list[str]) -> int:
    """Run pytest with `arguments`, on two processes unless they say otherwise.

    Returns:
        pytest's exit status.
    """
    progress = Progress()
    browser = chromium()
    compile_translations(progress)
    if browser and JOURNEYS.exists():
        build_frontend(progress)
    environment = {**os.environ, "PYTHONPATH": source_path(), "QIKU_ENV": "test"}
    options = ["-n", "2", "--dist", "loadgroup"]
    if browser:
        environment["QIKU_CHROMIUM"] = browser
    else:
        options += ["-m", "not journey"]
    with ExitStack() as stack:
        with progress.step("PostgreSQL and Valkey for the tests"):
            services = stack.enter_context(temporary_services())
        command: list[str | Path] = [executable("python"), "-m", "pytest", *options, *arguments]
        environment |= services.environment()
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if not browser:
        progress.say(
            "The browser journeys did NOT run: no Chromium was found. "
            "Install it (apt-get install chromium) or set QIKU_CHROMIUM."
        )
    return status
