"""The record that a running launcher keeps for `status`, `stop`, `manage` and the next start.

Only the standard library.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.local import locks
from infra.local.paths import RUN

UP_LOCK = RUN / "up.lock"
"""Held by the launcher for as long as it lives."""

RECORD = RUN / "state.json"


@dataclass
class ProcessRecord:
    """One supervised process.

    Attributes:
        started: when the process began, in seconds since 1970, as the system tells it: with the pid
            it names one process even after the pid was given away again.
        restarts: how often it was started again since `up`.
    """

    name: str
    pid: int
    state: str
    started: float = 0.0
    restarts: int = 0


@dataclass
class Record:
    """What one `./qiku up` is doing.

    Attributes:
        pid: the launcher.
        phase: "starting", "running" or "stopping".
        environment: the variables that lead a process to the services; holds passwords.
    """

    pid: int
    phase: str
    port: int
    addresses: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[ProcessRecord] = field(default_factory=list)

    def write(self) -> None:
        """Put the record in place whole, readable by its owner alone."""
        RECORD.parent.mkdir(parents=True, exist_ok=True)
        fresh = RECORD.with_suffix(".unfinished")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=1)
        fresh.replace(RECORD)


def running_pid() -> int | None:
    """The launcher that is up, None if there is none."""
    return locks.holder(UP_LOCK)


def last_record(path: Path = RECORD) -> Record | None:
    """The record of the launcher that is up, or of the last one if it did not get to remove it."""
    try:
        content = json.loads(path.read_text())
        content["processes"] = [ProcessRecord(**process) for process in content["processes"]]
        return Record(**content)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
