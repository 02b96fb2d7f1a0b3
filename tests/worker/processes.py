"""Real workers and dispatchers as processes, with servers that a test may kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from infra.local.postgres import Cluster
from infra.local.processes import free_port, spawn

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def program(
    command: list[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own; it and its children are killed at the end."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield started
    finally:
        kill_tree(started)


@contextmanager
def process(*command: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours."""
    with program([sys.executable, *command], log, environment) as started:
        yield started


@contextmanager
def worker(environment: Mapping[str, str], log: Path, *, processes: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that knows the kinds of the tests."""
    command = [
        "-m",
        "celery",
        "-A",
        "tests.worker.application",
        "worker",
        "--loglevel",
        "INFO",
        "--without-mingle",
        "--without-gossip",
    ]
    with process(*command, "--concurrency", str(processes), environment=environment, log=log) as started:
        yield started


@contextmanager
def scheduler(environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A dispatcher."""
    with process("-m", "tests.worker.dispatching", environment=environment, log=log) as started:
        yield started


@contextmanager
def web(environment: Mapping[str, str], port: int, log: Path) -> Iterator[None]:
    """The web server, ready to answer on the port."""
    command = ["-m", "uvicorn", "config.asgi:application", "--port", str(port), "--no-access-log"]
    with process(*command, environment={**environment, "QIKU_PORT": str(port)}, log=log):
        wait_for(lambda: _listens(port))
        yield


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kill_tree(started: subprocess.Popen[bytes]) -> None:
    """kill -9 a process and all its children."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(started.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    with contextlib.suppress(ProcessLookupError):
        os.kill(started.pid, signal.SIGKILL)
    started.wait()


def wait_for(condition: Callable[[], Any], patience: float = 90.0) -> Any:
    """The first true answer of `condition`; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        if answer := condition():
            return answer
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


class OwnPostgres:
    """A PostgreSQL of one test's own, which it may kill and start again. It survives a crash, as in production."""

    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster(folder / "postgres", durable=True)
        self.cluster.prepare()
        self.port = free_port()
        self._log = (folder / "postgres.log").open("ab")
        self.start()
        self.cluster.make_database(self.port)

    @property
    def url(self) -> str:
        """The address of its database."""
        return self.cluster.url(self.port)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = spawn(
            self.cluster.command(self.port), log=self._log, cwd=self.cluster.folder, account=self.cluster.account
        )
        wait_for(lambda: self.cluster.answers(self.port))

    def kill(self) -> None:
        """kill -9."""
        kill_tree(self._process)

    def close(self) -> None:
        """End it for good."""
        self.kill()
        self._log.close()
