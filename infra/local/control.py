"""`status`, `stop` and `reset`: what is done about a launcher from outside.

Only the standard library: these must work even when the environment does not.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from infra.local import locks, state
from infra.local.accounts import home_for
from infra.local.errors import LauncherError
from infra.local.paths import ACCOUNTS, FILES, FRONTEND, FRONTEND_BUILD, LOGS, OPERATOR_PASSWORD, ROOT, RUN, STATE
from infra.local.processes import port_is_free
from infra.local.progress import Progress

NOT_RUNNING = 3
"""The exit status of `status` when nothing is up, as init scripts have it."""

PATIENCE = 90.0


def run(arguments: argparse.Namespace) -> int:
    """Run one of the three commands; gives its exit status."""
    match arguments.command:
        case "status":
            return status(as_json=arguments.json)
        case "stop":
            return stop()
        case "reset":
            return reset(sure=arguments.yes, everything=arguments.all)
        case other:
            raise AssertionError(other)


def status(*, as_json: bool) -> int:
    """Print what is running.

    Returns:
        0 if everything runs, 1 if something is starting or stopping, 3 if nothing is up.
    """
    record = _live_record()
    if as_json:
        print(json.dumps(_public(record), indent=1, ensure_ascii=False))
    elif record is None:
        print("Nothing is running. Start it with ./qiku up")
    else:
        print(f"{record.phase} (process {record.pid})")
        for process in record.processes:
            again = f", restarted {process.restarts} times" if process.restarts else ""
            print(f"  {process.name:<12} {process.state:<9} process {process.pid}{again}")
        for name, address in record.addresses.items():
            print(f"  {name:<12} {address}")
        print(f"  {'logs':<12} {LOGS}")
    if record is None:
        return NOT_RUNNING
    well = record.phase == "running" and all(process.state == "running" for process in record.processes)
    return 0 if well else 1


def stop() -> int:
    """Stop the launcher that is up and wait for its end.

    Raises:
        LauncherError: it is another command that uses the services, or the launcher does not end.
    """
    pid = state.running_pid()
    if pid is None:
        print("Nothing is running.")
        return 0
    if _live_record() is None:
        raise LauncherError(f"Process {pid} uses the services (./qiku manage?). End it first.")
    with Progress().step(f"Stopping process {pid}"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while state.running_pid() == pid:
            if time.monotonic() > deadline:
                raise LauncherError(
                    f"Process {pid} did not end within {PATIENCE:.0f} s. Its logs are in {LOGS}; "
                    f"kill -9 {pid} ends it and its servers at once."
                )
            time.sleep(0.1)
    return 0


def reset(*, sure: bool, everything: bool) -> int:
    """Delete the data of this checkout, after asking.

    Raises:
        LauncherError: nobody is there to be asked, or what runs does not stop.
    """
    doomed = [
        home_for(STATE / "postgres"),
        STATE / "postgres",
        STATE / "valkey",
        FILES,
        LOGS,
        RUN,
        ACCOUNTS,
        OPERATOR_PASSWORD,
    ]
    if everything:
        doomed += [STATE, FRONTEND / "node_modules", FRONTEND_BUILD, ROOT / "staticfiles"]
    doomed = [path for path in dict.fromkeys(doomed) if path.exists()]
    print("This deletes all companies, files and logs of this checkout:")
    for path in doomed:
        print(f"  {path}")
    for name in ("DATABASE_URL", "VALKEY_URL", "QIKU_DATA", "STORAGE_URL"):
        if os.environ.get(name):
            print(f"  ({name} is set: what it leads to is left alone)")
    if not sure and not _agrees():
        print("Nothing was deleted.")
        return 1
    if state.running_pid() is not None:
        stop()
    with locks.held(state.UP_LOCK, wait=True):
        for path in doomed:
            _delete(path)
    print("Deleted. ./qiku up begins anew.")
    return 0


def refuse_early(port: int) -> None:
    """Refuse a start that cannot end well, before anything slow is done.

    Raises:
        LauncherError: it is up already, or the port is in use.
    """
    if (pid := state.running_pid()) is not None:
        record = _live_record()
        if record is None:
            raise LauncherError(f"Process {pid} uses the services (./qiku manage?). End it first.")
        raise LauncherError(
            f"Already running (process {pid}, {record.phase}) on port {record.port}. "
            "./qiku status tells more, ./qiku stop stops it."
        )
    left = state.last_record()
    if left is None or left.port != port:
        wait_for_port(port, seconds=0)
    # Otherwise it may be the web server of a launcher that was killed, which is just ending.


def wait_for_port(port: int, *, seconds: float) -> None:
    """Return once a server could listen on the port.

    Raises:
        LauncherError: another program still has it after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not port_is_free(port):
        if time.monotonic() >= deadline:
            raise LauncherError(
                f"Port {port} is in use by another program. Choose another one: ./qiku up --port {port + 1}"
            )
        time.sleep(0.1)


def _live_record() -> state.Record | None:
    pid = state.running_pid()
    record = state.last_record()
    return record if record is not None and record.pid == pid else None


def _public(record: state.Record | None) -> dict[str, object]:
    if record is None:
        return {"running": False}
    return {
        "running": True,
        "phase": record.phase,
        "pid": record.pid,
        "port": record.port,
        "addresses": record.addresses,
        "processes": [
            {"name": p.name, "pid": p.pid, "state": p.state, "restarts": p.restarts} for p in record.processes
        ],
        "logs": str(LOGS),
    }


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise LauncherError("Nobody is there to be asked. ./qiku reset --yes does not ask.")
    return input("Type yes to go on: ").strip().lower() == "yes"


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
