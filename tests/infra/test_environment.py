"""The environment: made from the lock file, and completed after a start that was broken off."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.paths import LOCK_FILE, ROOT, STATE
from tests.infra.launching import environment

ENSURE = (
    "import sys; from pathlib import Path; from infra.local import environment\n"
    "from infra.local.progress import Progress\n"
    "environment.LOCK_FILE = Path(sys.argv[1]); environment.ensure(Progress())"
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A launcher's folder with a lock file of one package, and the installer if it was fetched before."""
    folder = tmp_path / "state"
    folder.mkdir()
    if (STATE / "uv").exists():
        (folder / "uv").symlink_to(STATE / "uv")
    found = re.search(r"^polib==.*?(?=^\S)", LOCK_FILE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    (folder / "one.lock").write_text(found[0])
    return folder


def _ensure(state: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ENSURE, state / "one.lock"],
        cwd=ROOT,
        env=environment(state),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr[-500:]


def _has_polib(state: Path) -> bool:
    python = state / "venv" / "bin" / "python"
    return subprocess.run([python, "-c", "import polib"], capture_output=True, check=False).returncode == 0


def test_it_is_made_once(state: Path) -> None:
    assert "Python environment" in _ensure(state)
    assert _has_polib(state)
    assert _ensure(state) == ""


def test_what_python_compiles_is_kept_for_the_next_start(state: Path) -> None:
    _ensure(state)
    script = state / "script.py"
    script.write_text("import polib, sys; print(sys.pycache_prefix, sys.dont_write_bytecode)")
    done = subprocess.run(
        [sys.executable, "-c", f"from infra.local import environment; environment.enter([{str(script)!r}])"],
        cwd=ROOT,
        env={**environment(state), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(state / "bytecode"), "False"]
    assert list((state / "bytecode").rglob("polib.*.pyc"))


def test_it_is_made_anew_when_the_start_before_was_killed(state: Path) -> None:
    _ensure(state)
    # Killed while packages were being installed: there is an interpreter, no stamp, half a package.
    (state / "venv" / "qiku-synced").unlink()
    for path in (state / "venv").rglob("polib*"):
        if path.is_file():
            path.unlink()
    _ensure(state)
    assert _has_polib(state)


def test_it_is_made_anew_when_its_interpreter_does_not_run(state: Path) -> None:
    _ensure(state)
    python = state / "venv" / "bin" / "python"
    (state / "one.lock").write_text((state / "one.lock").read_text() + "\n# changed\n")
    python.unlink()
    python.write_text("")
    python.chmod(0o755)
    _ensure(state)
    assert _has_polib(state)


def test_a_package_that_is_not_what_was_locked_is_refused(state: Path) -> None:
    lock = state / "one.lock"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", lock.read_text()))
    said = _ensure(state)
    assert "hash" in said.lower()
    assert not (state / "venv" / "qiku-synced").exists()


def test_a_changed_lock_file_brings_it_up_to_date(state: Path) -> None:
    _ensure(state)
    lock = state / "one.lock"
    lock.write_text(lock.read_text() + "\n# changed\n")
    os.utime(lock)
    assert "Python environment" in _ensure(state)
