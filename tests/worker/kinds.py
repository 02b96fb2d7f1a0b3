"""Kinds of jobs for tests. What they write is a line of the log, so that it can be counted afterwards."""

import os
import time
from datetime import time as clock
from typing import Any

from core.jobs.kinds import Daily, job
from core.jobs.run import JobFailed, Run
from core.live.services import notify
from core.records.history import log


@job("test.count", label="Count", retries=3)
def count(run: Run, number: int = 0, seconds: float = 0.0) -> dict[str, Any]:
    """Write one line, then take some time before the end: a crash in between must leave no line."""
    log("counted", by=run.user, changes={"number": [None, number]})
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.progress(int(seconds - (until - time.monotonic())), int(seconds), "counting")
        time.sleep(0.02)
    return {"number": number}


@job("test.break", label="Break", retries=1)
def break_down(run: Run) -> None:
    """Write a line, and fail."""
    log("broken", by=run.user)
    raise OSError("the disk is on fire")


@job("test.refuse", label="Refuse", retries=5)
def refuse(run: Run) -> None:
    """Fail for good."""
    raise JobFailed("There is nothing to count.")


@job("test.crash", label="Crash", retries=1)
def crash(run: Run) -> None:
    """Die as if killed."""
    log("crashed", by=run.user)
    os._exit(9)


@job("test.linger", label="Linger", retries=0, timeout=1)
def linger(run: Run) -> None:
    """Take longer than allowed."""
    time.sleep(30)


@job("test.tell", label="Tell", retries=0)
def tell(run: Run) -> None:
    """Tell the owner something."""
    notify([run.user], kind="test", title="Counted %(count)s", params={"count": 3}, url="/")


@job("test.daily", label="Daily", retries=0, schedule=Daily(clock(3, 30)))
def daily(run: Run) -> None:
    """Recur."""
    log("recurred", by=None)
