"""The shell's own pages in a real browser, under the real content security policy, without a company or a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.core.browser.visits import PATIENCE
from tests.core.shell_site import BUILD, CHROMIUM, FLAGS, site


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the page of components."""
    with site() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    if not (BUILD / "app.js").exists():
        pytest.skip("the front end is not built")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab on a desktop."""
    yield from _tab(browser, viewport={"width": 1440, "height": 900})


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A tab on a phone."""
    yield from _tab(browser, viewport={"width": 390, "height": 844}, has_touch=True)


def _tab(browser: Browser, **options: Any) -> Iterator[Page]:
    """A tab whose scripts must not throw, and for which the policy must have nothing to refuse."""
    faults: list[str] = []

    def note(text: str) -> None:
        if "Content Security Policy" in text or "is not defined" in text:
            faults.append(text)

    context = browser.new_context(locale="zh-CN", **options)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.route_web_socket("**/ws/live/", lambda socket: None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: note(message.text))
    yield tab
    context.close()
    assert faults == []
