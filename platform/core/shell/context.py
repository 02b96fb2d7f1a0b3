"""The template variable `shell`: everything that base.html shows around a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from core.shell.colours import readable_on
from core.shell.navigation import Account, Area, Brand, Entry, Group, Notice, Provider, locate, provider
from core.shell.texts import browser_texts


class Shell:
    """Answers templates lazily: a page part that shows no menu asks for none."""

    def __init__(self, request: HttpRequest, asked: Provider | None = None) -> None:
        self._request = request
        self._provider = asked or provider()

    @cached_property
    def brand(self) -> Brand:
        """Name, logo and colour of the company."""
        return self._provider.brand(self._request)

    @cached_property
    def brand_colour(self) -> str:
        """The company's colour when it is a well-formed `#rrggbb`, else empty."""
        return self.brand.colour if re.fullmatch(r"#[0-9a-fA-F]{6}", self.brand.colour) else ""

    @property
    def brand_text(self) -> str:
        """Black or white, whichever is readable on the company's colour."""
        return readable_on(self.brand_colour)

    @cached_property
    def account(self) -> Account | None:
        """Who is signed in, or None."""
        return self._provider.account(self._request)

    @cached_property
    def areas(self) -> Sequence[Area]:
        """The modules of the top bar, with the active one marked."""
        return locate(self._provider.areas(self._request), self._request.get_full_path())

    @property
    def area(self) -> Area | None:
        """The active module."""
        return next((area for area in self.areas if area.active), None)

    @property
    def groups(self) -> Sequence[Group]:
        """The left menu: the groups of the active module, or of the first when none is active."""
        area = self.area or next(iter(self.areas), None)
        return area.groups if area else ()

    @property
    def letters(self) -> Sequence[Entry]:
        """The pages that a letter after G opens, of all modules."""
        return [entry for area in self.areas for group in area.groups for entry in group.entries if entry.letter]

    @cached_property
    def notices(self) -> Sequence[Notice]:
        """Strips above the page."""
        return self._provider.notices(self._request)

    @cached_property
    def create(self) -> Sequence[Entry]:
        """What the user may make from the plus button."""
        return self._provider.create(self._request)

    @cached_property
    def urls(self) -> dict[str, str]:
        """Addresses of the shell's own buttons."""
        return self._provider.urls(self._request)

    @cached_property
    def unread(self) -> dict[str, int]:
        """Counts for the top bar's badges."""
        return self._provider.unread(self._request)

    @property
    def languages(self) -> Sequence[tuple[str, str]]:
        """The languages to choose from, as (code, own name)."""
        return [(code, str(name)) for code, name in settings.LANGUAGES]

    @property
    def sign_in_url(self) -> str:
        """Where the dialog of an expired session finds its form."""
        return str(settings.LOGIN_URL)

    @property
    def texts(self) -> dict[str, str]:
        """The strings that scripts show, translated."""
        return browser_texts()


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: adds `shell` to every template rendered with a request."""
    return {"shell": Shell(request)}
