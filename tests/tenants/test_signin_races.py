"""What works once works once for two who try at the same time, too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection
from django.test import Client
from django.utils.http import int_to_base36

from core.db import run_in_company
from tenants.people.signin_forms import tokens
from tenants.people.signin_handover import handover_make, handover_take
from tests.tenants.signin_people import person


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work` returns, called by so many threads that wait for one another first."""
    ready = Barrier(times)

    def one(number: int) -> Any:
        ready.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def test_of_several_who_use_a_ticket_at_once_one_gets_in(live_ground: Any, company: Any) -> None:
    for number in range(10):
        user = person(f"user{number}", phone="", email="")
        ticket = handover_make(user)

        def take(_thread: int, ticket: str = ticket) -> Any:
            return run_in_company(company, handover_take, ticket)

        taken = at_once(6, take)
        assert [found.pk for found in taken if found] == [user.pk]


def test_of_several_who_use_a_reset_link_at_once_one_sets_the_password(live_ground: Any, company: Any) -> None:
    user = person()
    for _round in range(5):
        user.refresh_from_db()
        link = f"/password/reset/{int_to_base36(user.pk)}-{tokens.make_token(user)}/"
        browsers = [Client(HTTP_HOST=company.host) for _thread in range(4)]
        pages = [browser.get(link)["Location"] for browser in browsers]

        def choose(number: int, browsers: list[Client] = browsers, pages: list[str] = pages) -> str:
            password = f"brand new word {number}"
            answer = browsers[number].post(pages[number], {"password1": password, "password2": password})
            return password if answer.headers.get("Location") == "/password/reset/done/" else ""

        chosen = [password for password in at_once(4, choose) if password]
        assert len(chosen) == 1
        user.refresh_from_db()
        assert user.check_password(chosen[0])
