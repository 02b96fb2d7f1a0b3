"""Somebody in front of the product's own pages in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from core.access import Scope
from core.pages import palette
from core.resources.registry import all_permissions
from tests.core.live_pages import chromium, cookies_of, inside_alpha, tab_of
from tests.core.shell_site import BUILD, CHROMIUM, listening
from tests.factories import make, make_user
from tests.samples.models import Project

PLACES = 14  # tests of a file at most; the database is asked before the browser starts


@dataclass
class Place:
    """Somebody in front of the product who sees 12 projects, the first of them of the name `yunling`."""

    number: int
    projects: list[int]
    cookies: list[Any]
    address: str
    browser: Browser
    page: Page = field(init=False)
    faults: list[str] = field(default_factory=list)

    @property
    def yunling(self) -> str:
        """The name of the first project."""
        return f"深圳市云岭智能科技有限公司{self.number:02}"

    def row(self, number: int) -> str:
        """The selector of the row of a project, counted from 0."""
        return f"#row-{self.projects[number]}"

    def tab(self, **options: Any) -> Page:
        """Another browser of the same person."""
        return tab_of(self.browser, self.cookies, self.faults, **options)


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Place]]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    if not (BUILD / "app.js").exists():
        pytest.skip("the front end is not built")
    with django_db_blocker.unblock(), inside_alpha() as company, listening() as port:
        address = f"http://{company.host}:{port}"
        made = []
        for number in range(PLACES):
            user = make_user(*sorted(all_permissions()), scope=Scope.OWN, name=f"秦晨{number:02}")
            shared: Any = {"owner": user, "created_by": user, "kind": None, "state": "active", "budget": 100}
            names = [f"深圳市云岭智能科技有限公司{number:02}", *(f"项目{number:02}之{one:02}" for one in range(1, 12))]
            pks = [make(Project, name=name, phone="13812342077", **shared).pk for name in names]
            made.append((number, pks, cookies_of(user, company, address)))
        with chromium() as browser:
            yield [Place(*one, address, browser) for one in made]


@pytest.fixture
def place(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place that no test has used. However busy the machine is, the palette waits for every module's answer."""
    monkeypatch.setattr(palette, "PATIENCE", 20_000)
    monkeypatch.setattr(palette, "IN_ALL", 20.0)
    mine = places.pop()
    mine.page = mine.tab()
    yield mine
    for context in mine.browser.contexts:
        context.close()
    assert mine.faults == []
