"""Starting and ending child processes so that none is left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from infra.local.accounts import Account

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    ends_on: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its output appended to `log`.

    A session of its own, because Ctrl-C in the terminal must reach the launcher alone, which then
    stops its children in order. On Linux the child also gets `ends_on` if the launcher dies.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,
        # Safe beside threads: all the child does before its program is two system calls.
        preexec_fn=_ends_with_parent(ends_on),  # noqa: PLW1509
    )


def _ends_with_parent(ends_on: signal.Signals) -> Callable[[], None] | None:
    """What the child does before it becomes the program: ask the kernel for a signal at our death.

    Python changes the account before this runs, which matters: changing it later clears the wish.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(ends_on), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), ends_on)

    return ask


def end(
    process: subprocess.Popen[bytes],
    *,
    by: signal.Signals = signal.SIGTERM,
    patience: float = 10.0,
) -> None:
    """Ask a child to end with `by`; after `patience` seconds its whole session is killed."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        kill_session(process.pid)
        process.wait()


def kill_session(pid: int) -> None:
    """Kill what is left of the process group that a child of `spawn` leads."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def free_port() -> int:
    """A TCP port of this machine that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def log_tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, empty if there is none."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
