"""One running product for all journeys of a process, and a browser for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.product import FLAGS, Product, browser_path, running_product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("journey") / "state") as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser of the test's own: Playwright keeps an event loop in the thread, which other tests must not meet."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What consoles complained of; there must be nothing at the end."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []
