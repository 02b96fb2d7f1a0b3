"""PostgreSQL, Valkey, web and worker killed while people work: what was acknowledged is there, once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.infra.launching import qiku
from tests.journeys.person import UNANSWERED, Person
from tests.journeys.product import Product

pytestmark = pytest.mark.xdist_group("up")

WRITERS = 3
QUIET = 3.0
"""Seconds of undisturbed work before and after each kill."""


def back_within() -> float:
    """Seconds in which a killed process has to serve again: 10, and as many times more as others want the cores."""
    return 10.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Writer(threading.Thread):
    """Writes options of the dictionary, one after another, and remembers which were acknowledged."""

    def __init__(self, person: Person, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.person = person
        self.number = number
        self.stop = stop
        self.acknowledged: dict[str, float] = {}
        self.refused: Counter[int] = Counter()

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            name = f"w{self.number}-{count}"
            try:
                status, _body = self.person.post("/api/options/", {"kind": "position", "name": name, "active": True})
            except UNANSWERED:
                time.sleep(0.2)
                continue
            if status == 201:
                self.acknowledged[name] = time.monotonic()
            else:
                self.refused[status] += 1
                time.sleep(0.2)


def pid_of(product: Product, name: str) -> int:
    status: dict[str, Any] = json.loads(qiku(product.state, "status", "--json").stdout)
    return next(int(process["pid"]) for process in status["processes"] if process["name"] == name)


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def options_named(person: Person, prefix: str) -> Counter[str]:
    names: Counter[str] = Counter()
    page: str | None = f"/api/options/?q={prefix}&size=100"
    while page:
        status, answer = person.get(page)
        assert status == 200
        names.update(option["name"] for option in answer["results"])
        page = path_of(answer["next"]) if answer["next"] else None
    return names


@pytest.mark.parametrize("victim", ["postgres", "valkey", "web", "worker"])
def test_what_was_acknowledged_is_kept_once(product: Product, victim: str) -> None:
    username = "18680667650"
    person = Person(product, "demo", username, product.password_of(username))
    stop = threading.Event()
    first = {"postgres": 10, "valkey": 20, "web": 30, "worker": 40}[victim]
    writers = [Writer(person, first + number, stop) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        time.sleep(QUIET)
        before = pid_of(product, victim)
        killed_at = time.monotonic()
        os.kill(before, signal.SIGKILL)
        deadline = killed_at + back_within()
        while not any(at > killed_at + 0.5 for writer in writers for at in writer.acknowledged.values()):
            assert time.monotonic() < deadline, f"no write was acknowledged after {victim} was killed"
            time.sleep(0.1)
        time.sleep(QUIET)
    finally:
        stop.set()
        for writer in writers:
            writer.join(60)
    while pid_of(product, victim) == before:
        assert time.monotonic() < deadline + QUIET, f"{victim} is not back"
        time.sleep(0.2)

    acknowledged = {name for writer in writers for name in writer.acknowledged}
    assert len(acknowledged) > WRITERS
    stored = options_named(person, f"w{first // 10}")
    assert acknowledged <= set(stored), "acknowledged writes are missing"
    assert max(stored.values()) == 1, "something was stored twice"


def test_exports_asked_for_under_load_are_made_once_though_workers_die(product: Product) -> None:
    username = "18680667650"
    person = Person(product, "demo", username, product.password_of(username))
    for number in range(6):
        person.request("POST", "/users/export/", "format=csv&query=", "application/x-www-form-urlencoded")
        if number in {1, 3}:
            with contextlib.suppress(ProcessLookupError):  # it may be gone since the last kill, and not back yet
                os.kill(pid_of(product, "worker"), signal.SIGKILL)
    deadline = time.monotonic() + 6 * back_within()
    while True:
        _status, page = person.request("GET", "/jobs/")
        if page.decode().count("/file/") >= 6 or time.monotonic() > deadline:
            break
        time.sleep(1)
    assert page.decode().count("/file/") == 6
