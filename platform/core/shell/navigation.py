"""What the shell shows around every page, and who tells it.

The shell sits below the packages that know companies and users, so it asks one object, named by the setting
`SHELL_PROVIDER` (a dotted path to a subclass of `Provider`). Without the setting the base class answers: no menu,
and the name of whoever is signed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu, a quick-create choice, or a link of the user's menu."""

    label: str | Promise
    url: str
    icon: str = ""
    count: int | None = None
    hot: bool = False
    """Whether the count asks for action (shown in red)."""
    key: str = ""
    """Names the entry for live counts (`live:badge`) and menu preferences."""
    active: bool = False
    letter: str = ""
    """Opens the entry when pressed after G."""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the left menu and its entries."""

    label: str | Promise
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Area:
    """A module of the top bar; `url` opens its first screen."""

    key: str
    label: str | Promise
    url: str
    groups: Sequence[Group] = ()
    icon: str = ""
    active: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """The company as the shell shows it; `colour` is `#rrggbb`, empty for the product's own blue."""

    name: str = ""
    logo_url: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in. `impersonator` is the name of the user acting as this one, if any."""

    id: int
    name: str
    detail: str = ""
    links: Sequence[Entry] = ()
    sign_out_url: str = ""
    impersonator: str = ""
    stop_impersonating_url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A strip above every page. `level` is info, warning or danger."""

    text: str | Promise
    level: str = "info"
    url: str = ""
    action: str | Promise = ""


class Provider:
    """Answers the shell's questions about one request. Subclasses override what they know."""

    def areas(self, request: HttpRequest) -> Sequence[Area]:
        """The modules that the user may see, in order, each with its menu."""
        return ()

    def brand(self, request: HttpRequest) -> Brand:
        """Name, logo and colour of the company whose host is being served."""
        return Brand(name=getattr(getattr(request, "company", None), "name", "") or "")

    def account(self, request: HttpRequest) -> Account | None:
        """The signed-in user, or None."""
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        return Account(id=user.pk, name=str(user))

    def notices(self, request: HttpRequest) -> Sequence[Notice]:
        """What stands above the page: an expired licence, maintenance."""
        return ()

    def create(self, request: HttpRequest) -> Sequence[Entry]:
        """What the user may make from the plus button."""
        return ()

    def urls(self, request: HttpRequest) -> dict[str, str]:
        """Addresses by name: home, search, menu, inbox, bell (what drops down from it), approvals, chat, language.

        A name that is absent hides its button.
        """
        return {}

    def unread(self, request: HttpRequest) -> dict[str, int]:
        """Counts for the badges of the top bar by the names of `urls`."""
        return {}


def provider() -> Provider:
    """The provider named by the setting `SHELL_PROVIDER`, made once per process."""
    return _made(getattr(settings, "SHELL_PROVIDER", ""))


@cache
def _made(path: str) -> Provider:
    made = import_string(path)() if path else Provider()
    if not isinstance(made, Provider):
        raise TypeError(f"SHELL_PROVIDER names {path}, which is not a core.shell.navigation.Provider")
    return made


def _entries(areas: Sequence[Area]) -> Iterator[tuple[Area, Entry]]:
    for area in areas:
        yield area, Entry(area.label, area.url)
        for group in area.groups:
            for entry in group.entries:
                yield area, entry


def _covers(url: str, path: str, params: frozenset[tuple[str, str]]) -> bool:
    """Whether the page at `path` lies at or below `url`; the root covers itself only.

    An address with parameters covers only the page itself, asked with these among its own.
    """
    url, _, query = url.partition("?")
    if query:
        return path == url and params.issuperset(parse_qsl(query))
    return path == url or (url not in ("", "/") and path.startswith(url.rstrip("/") + "/"))


def locate(areas: Sequence[Area], address: str) -> Sequence[Area]:
    """The same areas with the one area and the one entry that cover the page best marked active.

    An entry that stands in two areas is marked in the first. Without a match nothing is marked.
    """
    best: tuple[int, Area, str] | None = None
    path, _, query = address.partition("?")
    params = frozenset(parse_qsl(query))
    for area, entry in _entries(areas):
        if entry.url and _covers(entry.url, path, params) and (best is None or len(entry.url) > best[0]):
            best = (len(entry.url), area, entry.url)
    if best is None:
        return areas
    _, found, url = best

    def mark(group: Group) -> Group:
        return replace(group, entries=tuple(replace(entry, active=entry.url == url) for entry in group.entries))

    return tuple(
        replace(area, active=True, groups=tuple(mark(group) for group in area.groups)) if area is found else area
        for area in areas
    )
