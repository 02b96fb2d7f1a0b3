"""The Python environment in `.qiku/venv`, made from requirements.lock.

Only the standard library: this runs before there is an environment.
"""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from infra.local import locks
from infra.local.errors import LauncherError
from infra.local.paths import BYTECODE, LOCK_FILE, RUN, STATE, VENV, executable
from infra.local.progress import Progress

STAMP = VENV / "qiku-synced"
"""Written when the environment is complete: a hash of what it was made from."""


def is_active() -> bool:
    """Whether this process runs in the environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def is_complete() -> bool:
    """Whether the environment is there and made from the present lock file."""
    return STAMP.exists() and STAMP.read_text() == _wanted() and executable("python").exists()


def ensure(progress: Progress) -> None:
    """Make the environment, or bring it up to the lock file. Does nothing when it is complete.

    What a start that was broken off left behind is thrown away.

    Raises:
        LauncherError: no uv and no way to get it, or a package could not be installed.
    """
    if is_complete():
        return
    STATE.mkdir(parents=True, exist_ok=True)
    with locks.held(RUN / "environment.lock", wait=True):
        if is_complete():
            return
        with progress.step("Python environment"):
            uv = _uv()
            # Without its stamp it was never completed: an installer cannot mend half a package.
            if not STAMP.exists() or not _runs(executable("python")):
                shutil.rmtree(VENV, ignore_errors=True)
                _run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
            STAMP.unlink(missing_ok=True)
            _run(
                [
                    *(str(uv), "pip", "sync", "--quiet", "--require-hashes"),
                    *("--python", str(executable("python")), str(LOCK_FILE)),
                ]
            )
            STAMP.write_text(_wanted())


def enter(argv: list[str]) -> None:
    """Go on in the environment: replaces this process, unless it is the environment's already.

    Compiled Python is kept in `.qiku` for all that follows: a start of five processes would compile everything five
    times over where Python is told not to write beside its sources, and takes twice as long then.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    if is_active():
        return
    os.execv(executable("python"), [str(executable("python")), *argv])


def _wanted() -> str:
    return sha256(LOCK_FILE.read_bytes()).hexdigest()


def _runs(python: Path) -> bool:
    """Whether an interpreter of a fit version starts: not after it was half copied, or removed."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _uv() -> Path:
    """The installer: the one on the path, or one taken from PyPI into a corner of its own."""
    if found := shutil.which("uv"):
        return Path(found)
    corner = STATE / "uv"
    uv = corner / "bin" / "uv"
    if not uv.exists():
        shutil.rmtree(corner, ignore_errors=True)
        unfinished = STATE / "uv.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        _pip_install_uv(unfinished)
        unfinished.rename(corner)
    return uv


def _pip_install_uv(folder: Path) -> None:
    if find_spec("ensurepip"):
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
    elif find_spec("pip"):
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "uv"])
    else:
        raise LauncherError(
            "This Python has neither ensurepip nor pip, so packages cannot be fetched. "
            "Install uv, or Debian's python3-venv, and start again."
        )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        output = (done.stderr.strip() or done.stdout.strip())[-3000:]
        raise LauncherError(f"{Path(command[0]).name} failed ({' '.join(command[1:4])} …):\n{output}")
