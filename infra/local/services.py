"""PostgreSQL and Valkey together: those of this checkout, or empty ones for tests and benches."""

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from infra.local import locks
from infra.local.accounts import Account, home_for
from infra.local.errors import LauncherError
from infra.local.paths import STATE
from infra.local.postgres import Cluster
from infra.local.processes import end, free_port, log_tail, spawn
from infra.local.state import UP_LOCK
from infra.local.valkey import Valkey

ATTEMPTS = 5

TEMPORARY = "qiku-services-"
"""How the folders of temporary services begin, in the system's folder for such things."""

PATIENCE = 60.0
"""Seconds a server is given to answer: replaying the log after a crash takes its time."""


@dataclass(frozen=True)
class Services:
    """The addresses of running services, as the settings read them from the environment."""

    database_url: str
    valkey_url: str

    def environment(self) -> dict[str, str]:
        """The variables that hand these addresses to a process."""
        return {"DATABASE_URL": self.database_url, "VALKEY_URL": self.valkey_url}


class Server(Protocol):
    """What PostgreSQL and Valkey have in common."""

    folder: Path

    def command(self, port: int) -> list[str | Path]:
        """The command line of the server on `port`."""

    def answers(self, port: int) -> bool:
        """Whether the server serves on `port` now."""


@contextmanager
def temporary_services(*, durable: bool = False) -> Iterator[Services]:
    """An empty PostgreSQL and an empty Valkey of one's own, gone at the end.

    They listen on free ports of 127.0.0.1, so any number of them run side by side. They end with the
    process that started them, however that ends.

    Args:
        durable: True makes them as careful, and as slow, as those that keep data: to measure them.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY))
    # PostgreSQL may run under another account, which has to get to its own folder.
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(locks.held(folder / "lock", wait=True))
        cluster = Cluster(folder / "postgres", durable=durable)
        valkey = Valkey(folder / "valkey", durable=durable)
        cluster.prepare()
        valkey.prepare()
        cluster_port = stack.enter_context(running(cluster, account=cluster.account, stops_by=signal.SIGQUIT))
        cluster.make_database(cluster_port)
        valkey_port = stack.enter_context(running(valkey))
        yield Services(cluster.url(cluster_port), valkey.url(valkey_port))


def sweep() -> None:
    """Remove the folders whose owners were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            lock = folder / "lock"
            # One that is just being made has its lock file a moment before it holds it.
            is_old = time.time() - lock.stat().st_mtime > 60
            if is_old and folder.stat().st_uid == os.geteuid() and locks.holder(lock) is None:
                shutil.rmtree(folder)


def own_cluster() -> Cluster:
    """The PostgreSQL of this checkout."""
    return Cluster(home_for(STATE / "postgres"), durable=True)


def own_valkey() -> Valkey:
    """The Valkey of this checkout."""
    return Valkey(STATE / "valkey", durable=True)


@contextmanager
def embedded_services() -> Iterator[Services]:
    """The services of this checkout for the block, those named in the environment first.

    Raises:
        LauncherError: a server does not start.
    """
    database_url = os.environ.get("DATABASE_URL")
    valkey_url = os.environ.get("VALKEY_URL")
    with ExitStack() as stack:
        if not (database_url and valkey_url):
            stack.enter_context(locks.held(UP_LOCK, wait=True))
        if not database_url:
            cluster = own_cluster()
            cluster.prepare()
            port = stack.enter_context(running(cluster, account=cluster.account, stops_by=signal.SIGINT))
            cluster.make_database(port)
            database_url = cluster.url(port)
        if not valkey_url:
            valkey = own_valkey()
            valkey.prepare()
            valkey_url = valkey.url(stack.enter_context(running(valkey)))
        yield Services(database_url, valkey_url)


@contextmanager
def running(
    server: Server,
    *,
    account: Account | None = None,
    stops_by: signal.Signals = signal.SIGTERM,
) -> Iterator[int]:
    """Run a server that is prepared; gives the port it answers on.

    Raises:
        LauncherError: it does not start; the text ends with the tail of its log.
    """
    path = server.folder.parent / f"{server.folder.name}.log"
    for _attempt in range(ATTEMPTS):
        port = free_port()
        with path.open("ab") as log:
            process = spawn(
                server.command(port),
                log=log,
                cwd=server.folder,
                account=account,
                ends_on=signal.SIGINT,
            )
        if not _answers_soon(server, port, process):
            # Most likely someone took the port between our look and its start.
            end(process)
            continue
        try:
            yield port
        finally:
            end(process, by=stops_by)
        return
    raise LauncherError(f"{type(server).__name__} does not start. The end of {path}:\n{log_tail(path)}")


def _answers_soon(server: Server, port: int, process: Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if server.answers(port):
            return True
        time.sleep(0.03)
    return False
