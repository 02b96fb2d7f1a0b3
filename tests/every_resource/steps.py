"""One request at a time: what is sent to a generic address, which permission it takes, what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from core.resources import Resource
from tenants.people.models import User
from tests.every_resource.scene import has_trash, put_in_trash

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def whole(self) -> bytes:
        """Status line, headers and body together, to be searched."""
        return repr(dict(self.headers)).encode() + b"\n" + self.body


@dataclass(frozen=True)
class Step:
    """One request: `name` of its URL, whether it is about the row, `verb` of the permission it takes.

    The verb is empty where none is needed; `a|b` where either will do.
    """

    name: str
    verb: str
    method: str
    of_row: bool
    send: Callable[[Client], Any]

    def ask(self, client: Client) -> Answer:
        """Send the request and read the answer to its end."""
        response = self.send(client)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, dict(response.headers), body)

    @property
    def label(self) -> str:
        """The step in a message."""
        return f"{self.method} {self.name}"

    @property
    def is_api(self) -> bool:
        """Whether it is answered in JSON."""
        return self.name.startswith("api-")


Data = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None
Before = Callable[[], dict[str, Any] | None] | None


def _given(data: Data) -> Mapping[str, Any]:
    return data() if callable(data) else (data or {})


@dataclass
class Asking:
    """Requests about one row, made by `user`; `mark` stands in what is written.

    Steps put the row where they find it, unless it `is_elsewhere`: then there is nothing to put.
    """

    resource: Resource
    row: Any
    user: User
    mark: str = "typed"
    is_elsewhere: bool = False

    def _page(
        self,
        suffix: str,
        verb: str,
        method: str = "GET",
        data: Data = None,
        *,
        of_row: bool = False,
        query: Mapping[str, str] | None = None,
        before: Before = None,
        more: Mapping[str, Any] | None = None,
    ) -> Step:
        name = f"{self.resource.name}-{suffix}"

        def send(client: Client) -> Any:
            address = self._address(name, of_row, before, more)
            return client.get(address, query or {}) if method == "GET" else client.post(address, _given(data))

        return Step(name, verb, method, of_row, send)

    def _api(
        self,
        suffix: str,
        verb: str,
        method: str = "GET",
        data: Data = None,
        *,
        of_row: bool = False,
        before: Before = None,
    ) -> Step:
        name = f"api-{self.resource.name}-{suffix}"

        def send(client: Client) -> Any:
            address = self._address(name, of_row, before)
            if method in {"GET", "DELETE"}:
                return client.generic(method, address)
            return getattr(client, method.lower())(address, _given(data), JSON)

        return Step(name, verb, method, of_row, send)

    def _address(self, name: str, of_row: bool, before: Before, more: Mapping[str, Any] | None = None) -> str:
        """The page's address, once `before` has made what it is about, and told where that is."""
        found = (before() if before else None) or {}
        return reverse(name, kwargs={**({"pk": self.row.pk} if of_row else {}), **(more or {}), **found})

    def _back(self) -> None:
        """Take the row out of the trash; make it anew where it was removed."""
        if self.is_elsewhere:
            return
        model = type(self.row)
        stored = model._base_manager.filter(pk=self.row.pk)
        if not stored.exists():
            self.row.save(force_insert=True)
        if has_trash(self.resource):
            stored.update(deleted_at=None)

    def _into_trash(self) -> None:
        self._back()
        if not self.is_elsewhere:
            put_in_trash(self.row)
