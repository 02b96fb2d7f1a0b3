"""A URL that no test reached fails the run.

Every process notes the addresses that answered its tests; the one that started the run adds them up at its end. An
address counts as reached when a test got what it asked for, or was told plainly why not: a refusal of who is asking
(401, 403), a missing row (404) and a fault (500) reach nothing. Only a whole run is held to it, one without a selection
of tests; the journeys through a browser may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

URLCONFS = ("config.urls", "config.public_urls", "config.operator_urls")
TOLD = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST})
JOURNEYS_LEFT_OUT = "not journey"

# Addresses that are there to refuse, and those that other processes answer.
NEVER_REACHED = {
    "api-nothing": "answers 404 to whatever is no address of the API",
    "users-action": "every action on users has a page of its own, whose address comes first",
}

_reached: set[tuple[str, str]] = set()


def served(urlconf: str) -> Iterator[tuple[str, str, Any]]:
    """(route, name, view) of every address of the URL configuration."""
    from django.urls import get_resolver

    yield from _below(get_resolver(urlconf).url_patterns, "")


def _below(patterns: Iterable[Any], prefix: str) -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _below(pattern.url_patterns, route)
        else:
            yield route, pattern.name or "", pattern.callback


def unreached(reached: set[tuple[str, str]], urlconfs: Iterable[str] = URLCONFS) -> list[str]:
    """The addresses that are served and not reached, as `configuration: route (name)`.

    One view at one route is one address, whichever configurations it stands in.
    """
    missing: dict[tuple[str, Any], str] = {}
    found: set[tuple[str, Any]] = set()
    for urlconf in urlconfs:
        for route, name, view in served(urlconf):
            if (urlconf, route) in reached:
                found.add((route, view))
            elif name not in NEVER_REACHED:
                missing.setdefault((route, view), f"{urlconf}: /{route} ({name})")
    return [line for key, line in missing.items() if key not in found]


def note(request: Any, response: Any) -> None:
    """Remember the address of a request that was answered."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return
    answered = response.status_code < HTTPStatus.BAD_REQUEST or response.status_code in TOLD
    if answered and not response.get("Location", "").startswith("/sign-in/?next="):
        _reached.add((getattr(request, "urlconf", None) or URLCONFS[0], match.route))


@pytest.fixture(autouse=True, scope="session")
def _noting() -> Iterator[None]:
    """Note every request that a test makes through Django's handlers, in whatever thread."""
    from django.core.handlers.base import BaseHandler

    get_response = BaseHandler.get_response

    def noted(self: BaseHandler, request: Any) -> Any:
        response = get_response(self, request)
        note(request, response)
        return response

    patch = pytest.MonkeyPatch()
    patch.setattr(BaseHandler, "get_response", noted)
    yield
    patch.undo()


class _AddingUp:
    """Takes what the processes of xdist have reached."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """A process has ended."""
        _reached.update(map(tuple, getattr(node, "workeroutput", {}).get("urls_reached", ())))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_AddingUp(), "urls-reached-adding-up")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["urls_reached"] = sorted(_reached)
        return
    if not _is_whole(config) or exitstatus != pytest.ExitCode.OK:
        return
    missing = unreached(_reached)
    if missing:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_sep("=", "URLs that no test reached", red=True)
            for line in missing:
                reporter.write_line(line)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_whole(config: pytest.Config) -> bool:
    """Whether every test there is was asked for."""
    option = config.option
    narrowed = option.keyword or option.ignore or option.ignore_glob or option.deselect or getattr(option, "lf", False)
    marked = option.markexpr not in ("", JOURNEYS_LEFT_OUT)
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return everything and not narrowed and not marked and not option.collectonly
