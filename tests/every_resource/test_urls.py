"""Every generic address is part of the tour that the promises are tested on; a URL that nobody reached is named."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from core.resources import Resource
from tests import urls_reached
from tests.every_resource.tour import Tour, flat, own_pages
from tests.factories import make, make_administrator

pytestmark = pytest.mark.django_db


def test_the_tour_leaves_no_generic_address_out(resource: Resource) -> None:
    generic = [*import_module("core.pages.urls").urlpatterns, *import_module("core.api.urls").urlpatterns]
    names = {pattern.name or "" for pattern in flat(generic)}
    mine = {name for name in names if name.removeprefix("api-").partition("-")[0] == resource.name}
    assert mine
    user = make_administrator()
    toured = {step.name for step in Tour(resource, make(resource.model, by=user), user)}
    assert mine - toured - set(own_pages()) == set()


def test_an_address_that_nobody_reached_is_named() -> None:
    every = {
        (urlconf, route) for urlconf in urls_reached.URLCONFS for route, _name, _view in urls_reached.served(urlconf)
    }
    assert urls_reached.unreached(every) == []
    less = {(urlconf, route) for urlconf, route in every if route != "api/users/<int:pk>/"}
    assert urls_reached.unreached(less) == ["config.urls: /api/users/<int:pk>/ (api-users-detail)"]


@pytest.mark.parametrize(
    ("status", "location", "counts"),
    [
        (200, "", True),
        (302, "/users/", True),
        (422, "", True),
        (409, "", True),
        (302, "/sign-in/?next=/users/", False),
        (401, "", False),
        (403, "", False),
        (404, "", False),
        (500, "", False),
    ],
)
def test_only_an_answer_counts_as_reached(
    monkeypatch: pytest.MonkeyPatch, status: int, location: str, counts: bool
) -> None:
    seen: set[tuple[str, str]] = set()
    monkeypatch.setattr(urls_reached, "_reached", seen)
    request: Any = HttpRequest()
    request.urlconf = "config.urls"
    request.resolver_match = resolve("/api/users/5/", urlconf="config.urls")
    headers = {"Location": location} if location else {}
    urls_reached.note(request, HttpResponse(status=status, headers=headers))
    assert seen == ({("config.urls", "api/users/<int:pk>/")} if counts else set())
