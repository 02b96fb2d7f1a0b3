"""Running `./qiku` itself, with a folder of its own for everything but the environment."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local.paths import BYTECODE, ROOT, VENV

NOT_PASSED = ("DATABASE_URL", "VALKEY_URL", "QIKU_ENV", "QIKU_DATA", "DJANGO_SETTINGS_MODULE", "QIKU_PORT")


def environment(state: Path) -> dict[str, str]:
    """The variables of a person who has set nothing, with `state` as the launcher's folder."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED}
    return {**kept, "QIKU_STATE": str(state)}


def share_environment(state: Path) -> None:
    """Give `state` the environment that the tests run in."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "venv").symlink_to(VENV)
    BYTECODE.mkdir(exist_ok=True)
    (state / "bytecode").symlink_to(BYTECODE)


def qiku(state: Path, *arguments: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run `./qiku` to its end."""
    return subprocess.run(
        [sys.executable, ROOT / "qiku", *arguments],
        env=environment(state),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
