"""Where things are: the checkout, and the one folder that keeps everything made from it.

Only the standard library: the launcher imports this before there is an environment.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

STATE = Path(os.environ.get("QIKU_STATE") or ROOT / ".qiku").absolute()
"""Everything `./qiku` makes: environment, data, logs. `QIKU_STATE` moves it."""

VENV = STATE / "venv"
BYTECODE = STATE / "bytecode"
LOGS = STATE / "logs"
RUN = STATE / "run"
"""What is running: the lock of the launcher, and its record of processes."""

FILES = STATE / "files"
ACCOUNTS = STATE / "accounts.json"
"""Who can sign in after a first start; passwords that were changed since are not known."""
OPERATOR_PASSWORD = STATE / "operator-password"

FRONTEND = ROOT / "platform" / "core" / "shell" / "frontend"
FRONTEND_BUILD = ROOT / "platform" / "core" / "shell" / "static" / "shell" / "build"
LOCK_FILE = ROOT / "requirements.lock"

SOURCE_ROOTS = (ROOT / "platform", ROOT)
"""What stands on `sys.path`: `platform/` holds packages imported by their own names."""


def executable(name: str) -> Path:
    """The program of that name in the environment."""
    return VENV / "bin" / name


def source_path() -> str:
    """The value of PYTHONPATH for a process of the product."""
    return os.pathsep.join(str(folder) for folder in SOURCE_ROOTS)
