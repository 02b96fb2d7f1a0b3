"""What tests in a browser have in common: opening a page, waiting for something, watching requests."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Request, expect

PATIENCE = 30_000
"""Milliseconds to wait for what must come: a busy machine is slow, not broken."""

expect.set_options(timeout=PATIENCE)


def visit(page: Page, url: str) -> None:
    """Opens a page and waits until its scripts listen."""
    page.goto(url)
    page.wait_for_selector("html[data-shell=ready]")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits until the page has made something true here."""
    for _ in range(PATIENCE // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come")


def sent(page: Page, pattern: str) -> list[Request]:
    """The requests made from now on whose address matches."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if re.search(pattern, request.url) else None)
    return found
