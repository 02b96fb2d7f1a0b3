"""Keeps processes running: starts them, starts them again when they end, stops them in order."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil

from infra.local.accounts import Account
from infra.local.errors import LauncherError
from infra.local.processes import end, kill_session, log_tail, spawn
from infra.local.progress import Progress
from infra.local.state import ProcessRecord

LONGEST_WAIT = 5.0
"""Seconds between two attempts at most: whatever can come back is back within 10 s."""

STEADY = 30.0
"""Seconds after which a process counts as healthy, and its next end as the first."""

LARGEST_LOG = 20_000_000
"""Bytes. A longer log is put aside when its process starts, in place of the one put aside before."""


@dataclass(frozen=True)
class Program:
    """What to run, and how to tell that it runs.

    Attributes:
        command: the command line; the process must stay in the foreground.
        answers: whether it serves now, told for how many seconds it has been there; called often, so
            it must return soon.
        stops_by: the signal for an orderly end.
        patience: seconds it is given for that end before it is killed.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    answers: Callable[[float], bool]
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    stops_by: signal.Signals = signal.SIGTERM
    patience: float = 15.0


@dataclass
class _Child:
    program: Program
    process: Popen[bytes]
    started: float
    created: float
    ready: bool = False
    restarts: int = 0
    failures: int = 0
    due: float | None = None

    def answers(self) -> bool:
        return self.program.answers(time.monotonic() - self.started)


class Supervisor:
    """A set of programs and their processes.

    All of it happens in the thread that calls `start` and `watch`, which must be the main thread: the
    kernel's promise to end a child with its launcher is tied to the thread that started it.

    Args:
        logs: the folder of the logs, one a program.
        changed: called with the state of all processes whenever one changes.
    """

    def __init__(self, logs: Path, progress: Progress, changed: Callable[[list[ProcessRecord]], None]) -> None:
        self._logs = logs
        self._progress = progress
        self._changed = changed
        self._children: list[_Child] = []

    def start(self, *programs: Program, patience: float = 120.0) -> None:
        """Start programs side by side and return once all of them answer.

        Raises:
            LauncherError: one of them ended, or did not answer in `patience` seconds; the text ends
                with the tail of its log.
        """
        begun = []
        for program in programs:
            child = self._spawn(program)
            self._children.append(child)
            begun.append(child)
        self._report()
        deadline = time.monotonic() + patience
        while not all(child.ready for child in begun):
            for child in begun:
                if child.process.poll() is not None:
                    raise LauncherError(self._story(child, "ended while it was starting"))
                child.ready = child.ready or child.answers()
                if time.monotonic() > deadline and not child.ready:
                    raise LauncherError(self._story(child, f"did not answer within {patience:.0f} s"))
            time.sleep(0.05)
        self._report()

    def watch(self) -> None:
        """Look after the processes once: notice those that ended, start those that are due."""
        before = self._states()
        for child in self._children:
            if child.due is not None:
                if time.monotonic() >= child.due:
                    self._start_again(child)
            elif child.process.poll() is not None:
                self._put_off(child)
            elif not child.ready and child.answers():
                child.ready = True
                self._progress.say(f"  {child.program.name} is back.")
            elif child.failures and time.monotonic() - child.started > STEADY:
                child.failures = 0
        if self._states() != before:
            self._report()

    def stop(self) -> None:
        """Stop all processes, the last started first."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                with self._progress.step(f"Stopping {child.program.name}"):
                    end(child.process, by=child.program.stops_by, patience=child.program.patience)
            kill_session(child.process.pid)
        self._children.clear()
        self._report()

    def log(self, program: Program) -> Path:
        """Where the output of a program goes."""
        return self._logs / f"{program.name}.log"

    def _spawn(self, program: Program) -> _Child:
        self._logs.mkdir(parents=True, exist_ok=True)
        path = self.log(program)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        with path.open("ab") as log:
            process = spawn(
                program.command,
                log=log,
                cwd=program.folder,
                env=program.environment,
                account=program.account,
                ends_on=program.stops_by,
            )
        try:
            created = psutil.Process(process.pid).create_time()
        except psutil.NoSuchProcess:
            created = 0.0
        return _Child(program, process, started=time.monotonic(), created=created)

    def _put_off(self, child: _Child) -> None:
        """Decide when a process that ended is started again: at once, then ever later."""
        wait = min(LONGEST_WAIT, 0.5 * 2**child.failures) if child.failures else 0.0
        self._progress.say(self._story(child, f"ended; starting it again in {wait:.1f} s"))
        # Its own children may still hold its port or its data.
        kill_session(child.process.pid)
        child.ready = False
        child.failures += 1
        child.due = time.monotonic() + wait

    def _start_again(self, child: _Child) -> None:
        fresh = self._spawn(child.program)
        child.process, child.started, child.created = fresh.process, fresh.started, fresh.created
        child.restarts += 1
        child.due = None

    def _story(self, child: _Child, what: str) -> str:
        path = self.log(child.program)
        code = child.process.poll()
        how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit status {code})"
        return f"{child.program.name} {what}{how}. The end of {path}:\n{_indent(log_tail(path))}"

    def _states(self) -> list[ProcessRecord]:
        return [
            ProcessRecord(
                name=child.program.name,
                pid=child.process.pid,
                state="waiting" if child.due is not None else "running" if child.ready else "starting",
                started=child.created,
                restarts=child.restarts,
            )
            for child in self._children
        ]

    def _report(self) -> None:
        self._changed(self._states())


def end_leftovers(records: list[ProcessRecord]) -> int:
    """End processes of an earlier launcher that are still there; gives their number."""
    left = []
    for record in records:
        try:
            process = psutil.Process(record.pid)
            if abs(process.create_time() - record.started) < 0.1:
                left.append(process)
        except psutil.NoSuchProcess:
            continue
    for process in left:
        process.terminate()
    for process in psutil.wait_procs(left, timeout=10)[1]:
        process.kill()
    return len(left)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
