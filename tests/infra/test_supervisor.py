"""Processes are started, started again, and stopped in order."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psutil
import pytest

from infra.local.errors import LauncherError
from infra.local.progress import Progress
from infra.local.state import ProcessRecord
from infra.local.supervisor import Program, Supervisor, end_leftovers

SERVES = "import time; print('ready', flush=True); time.sleep(600)"


class Bench:
    """A supervisor, what it said, and what it reported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = StringIO()
        self.states: list[list[ProcessRecord]] = []
        self.supervisor = Supervisor(folder / "logs", Progress(self.said), self.states.append)

    def program(self, name: str, script: str = SERVES) -> Program:
        """A program that serves once it has written `ready`."""
        log = self.folder / "logs" / f"{name}.log"
        return Program(
            name,
            [sys.executable, "-c", script],
            folder=self.folder,
            answers=lambda _age: "ready" in log.read_text(),
            patience=2.0,
        )

    @property
    def now(self) -> dict[str, ProcessRecord]:
        """The processes as last reported."""
        return {record.name: record for record in self.states[-1]}

    def watch_until(self, state: str, name: str, seconds: float = 10.0) -> None:
        """Look after the processes until one is in that state."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.supervisor.watch()
            if self.now[name].state == state:
                return
            time.sleep(0.02)
        raise AssertionError(f"{name} is {self.now[name].state}")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A supervisor whose processes end with the test."""
    bench = Bench(tmp_path)
    yield bench
    bench.supervisor.stop()


def test_it_returns_once_all_answer(bench: Bench) -> None:
    bench.supervisor.start(bench.program("one"), bench.program("two"))
    assert {record.state for record in bench.now.values()} == {"running"}


def test_a_killed_process_is_started_again_and_its_log_is_shown(bench: Bench) -> None:
    bench.supervisor.start(bench.program("one"))
    first = bench.now["one"].pid
    os.kill(first, signal.SIGKILL)
    bench.watch_until("waiting", "one")
    bench.watch_until("running", "one")
    assert bench.now["one"].pid != first
    assert bench.now["one"].restarts == 1
    assert "one ended; starting it again in 0.0 s (signal 9)" in bench.said.getvalue()
    assert "    ready" in bench.said.getvalue()


def test_a_process_that_keeps_ending_is_started_ever_later(bench: Bench) -> None:
    bench.supervisor.start(bench.program("one", "import time; print('ready', flush=True); time.sleep(0.3)"))
    for _time in range(3):
        bench.watch_until("waiting", "one")
        bench.watch_until("starting", "one")
    said = bench.said.getvalue()
    assert "again in 0.0 s" in said
    assert "again in 1.0 s" in said
    assert "again in 2.0 s" in said


def test_a_process_that_ends_at_its_start_is_told_with_its_log(bench: Bench) -> None:
    with pytest.raises(LauncherError, match=r"(?s)one ended while it was starting \(exit status 3\).*no such module"):
        bench.supervisor.start(bench.program("one", "print('no such module', flush=True); raise SystemExit(3)"))


def test_a_process_that_does_not_answer_is_told(bench: Bench) -> None:
    with pytest.raises(LauncherError, match="did not answer within 1 s"):
        bench.supervisor.start(bench.program("one", "import time; time.sleep(600)"), patience=1)


def test_the_last_started_is_stopped_first_and_whoever_does_not_listen_is_killed(bench: Bench) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    bench.supervisor.start(bench.program("one", deaf))
    bench.supervisor.start(bench.program("two"))
    processes = [psutil.Process(record.pid) for record in bench.now.values()]
    bench.supervisor.stop()
    lines = [line.split()[1] for line in bench.said.getvalue().splitlines() if line.startswith("  Stopping")]
    assert lines == ["two", "one"]
    assert not any(process.is_running() for process in processes)


def test_a_log_that_grew_too_long_is_put_aside(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.supervisor.LARGEST_LOG", 10)
    bench.supervisor.start(bench.program("one"))
    bench.supervisor.stop()
    bench.supervisor.log(bench.program("one")).write_text("x" * 11)
    bench.supervisor.start(bench.program("one"))
    assert (bench.folder / "logs" / "one.old.log").read_text() == "x" * 11


def test_leftovers_of_a_killed_launcher_are_ended_and_strangers_are_not(bench: Bench) -> None:
    bench.supervisor.start(bench.program("left"), bench.program("stranger"))
    left, stranger = bench.now["left"], bench.now["stranger"]
    stranger.started -= 60  # the record tells of an earlier process that had the same number
    assert end_leftovers([left, stranger, ProcessRecord("gone", 2**22 - 1, "running")]) == 1
    assert psutil.Process(stranger.pid).status() != psutil.STATUS_ZOMBIE
    bench.watch_until("waiting", "left")
