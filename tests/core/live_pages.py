"""The product's own pages on a real server in this process, and a browser in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests import ground
from tests.core.browser.visits import PATIENCE
from tests.core.shell_site import CHROMIUM, FLAGS


@contextmanager
def inside_alpha() -> Iterator[Any]:
    """A database of one's own, and this thread inside its company alpha."""
    from django.core.cache import cache

    from core.db import context
    from tenants.companies import lookup

    with ground.live():
        lookup.restart()
        cache.clear()
        company = lookup.company_for_host(f"alpha.{settings.HOST}")
        assert company is not None
        before = context.swap(context.inside(company))
        try:
            yield company
        finally:
            context.swap(before)
            lookup.restart()


def cookies_of(user: Any, company: Any, address: str) -> list[Any]:
    """The cookies of a browser in which the user has signed in."""
    client = Client(HTTP_HOST=company.host)
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    secure = address.replace("http:", "https:")  # as this cookie asks for; browsers trust this host without it too
    return [{"name": session.key, "value": session.value, "url": secure, "secure": True, "httpOnly": True}]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. Playwright keeps an event loop in the thread: what the test asks of the database comes before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def tab_of(browser: Browser, cookies: list[Any], faults: list[str], **options: Any) -> Page:
    """A tab of somebody signed in; what its console complains of is added to `faults`."""
    screen = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", **options}
    context = browser.new_context(**screen)
    context.add_cookies(cookies)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.route_web_socket("**/ws/live/", lambda socket: None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: _note(faults, message.text))
    return tab


def _note(faults: list[str], text: str) -> None:
    if "Content Security Policy" in text or "is not defined" in text:
        faults.append(text)
