"""Programs that a bench has started beside itself."""

from __future__ import annotations

import subprocess
import time


def still_runs(*programs: subprocess.Popen[bytes], for_seconds: float) -> None:
    """Let so many seconds pass; RuntimeError when one of the programs ends meanwhile: nothing would ever come of it."""
    deadline = time.monotonic() + for_seconds
    for program in programs:
        try:
            program.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"{program.args!r} has ended")
