"""The whole product, started as a new user starts it, and browsers to use it with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra.local.paths import ROOT
from infra.local.processes import free_port
from tests.infra.launching import environment, qiku, share_environment

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000
"""Milliseconds to wait for what must come: a busy machine is slow, not broken."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Product:
    """A running product: where it is, and what it printed when it was ready."""

    port: int
    printed: str
    state: Path

    def url(self, subdomain: str = "") -> str:
        """The address of a company's host, of the operators' (`ops`), or of the public site."""
        return f"http://{subdomain + '.' if subdomain else ''}localhost:{self.port}"

    def password_of(self, username: str) -> str:
        """The password that the start printed for an account."""
        line = next(line for line in self.printed.splitlines() if f" {username} / " in line)
        return line.split(" / ")[1].split()[0]


@contextmanager
def running_product(state: Path) -> Iterator[Product]:
    """`./qiku up` in an empty folder, until the block ends."""
    share_environment(state)
    port = free_port()
    output = state / "up.txt"
    with output.open("wb") as written:
        launcher = subprocess.Popen(
            [sys.executable, ROOT / "qiku", "up", "--port", str(port)],
            env=environment(state),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 400
        while qiku(state, "status").returncode != 0:
            if launcher.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"./qiku up does not run:\n{output.read_text()}")
            time.sleep(1)
        yield Product(port, output.read_text(), state)
    finally:
        launcher.send_signal(signal.SIGTERM)
        try:
            launcher.wait(60)
        except subprocess.TimeoutExpired:
            launcher.kill()


def tab_of(browser: Browser, faults: list[str], **options: object) -> tuple[BrowserContext, Page]:
    """A browser of its own for one person; what its console complains of is added to `faults`."""
    screen: Any = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", **options}
    context = browser.new_context(**screen)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda message: _note(faults, page.url, message.text))
    return context, page


def _note(faults: list[str], url: str, text: str) -> None:
    if "Content Security Policy" in text or "is not defined" in text or "Alpine Expression Error" in text:
        faults.append(f"{url}: {text}")


def browser_path() -> str:
    """The browser named by `./qiku test`."""
    return os.environ.get("QIKU_CHROMIUM", "/usr/bin/chromium")
