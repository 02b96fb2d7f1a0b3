"""Steps shown as they go: what is being done, for how long, and how it ended."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 34


class Progress:
    """Shows one line a step. On a terminal its seconds run; elsewhere the line is printed at its end."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.live = stream.isatty()

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """Show a step while the block runs. An exception marks it failed and goes on."""
        step = Step(name, self)
        step.begin()
        try:
            yield step
        except BaseException:
            step.finish("failed")
            raise
        step.finish("done")

    def say(self, text: str) -> None:
        """Print a line between steps."""
        print(text, file=self.stream, flush=True)


class Step:
    """One step under way."""

    def __init__(self, name: str, progress: Progress) -> None:
        self.name = name
        self.note = ""
        """What it came to, shown behind the time: a port, a number of things made."""
        self._progress = progress
        self._began = time.monotonic()
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def begin(self) -> None:
        """Show that the step has begun."""
        if self._progress.live:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()

    def finish(self, outcome: str) -> None:
        """Show how the step ended."""
        self._over.set()
        if self._ticker:
            self._ticker.join()
        note = f"  {self.note}" if self.note else ""
        start = "\r\x1b[K" if self._progress.live else ""
        print(f"{start}{self._line(outcome)}{note}", file=self._progress.stream, flush=True)

    def _tick(self) -> None:
        while not self._over.is_set():
            print(f"\r\x1b[K{self._line('…')}", end="", file=self._progress.stream, flush=True)
            self._over.wait(0.5)

    def _line(self, outcome: str) -> str:
        seconds = time.monotonic() - self._began
        return f"  {self.name:<{WIDTH}} {outcome:<6} {seconds:6.1f} s"
