"""Sockets, with a real client against a real server: who gets in, who gets what, who is put out."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from core.db import run_in_company
from core.live.consumers import RECALLED, SIGNED_OUT
from core.live.sending import close_sockets, push_to_company, push_to_user
from core.live.services import notification_read, notify
from infra.local.processes import free_port
from infra.local.valkey import Valkey
from tests.core.people import make_user
from tests.worker import processes

Tab = Callable[..., ClientConnection]


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "valkey", durable=False)
    server.prepare()
    yield server


@pytest.fixture
def port(live_ground: Any, tmp_path: Path) -> Iterator[int]:
    """The port of a web server on the ground of the test, which looks again at its sockets every second."""
    number = free_port()
    environment = {**live_ground.environment, "QIKU_LIVE_RECHECK_SECONDS": "1"}
    log = tmp_path / "web.log"
    try:
        with processes.web(environment, number, log):
            yield number
    finally:
        sys.stdout.write(log.read_text()[-4000:])  # shown when a test fails


@pytest.fixture
def tab(port: int, company: Any) -> Iterator[Tab]:
    """Open a tab's socket: `tab(user)`, in this company or another."""
    with ExitStack() as stack:

        def open_tab(
            user: Any = None, *, of: Any = company, origin: str | None = None, key: str | None = None
        ) -> ClientConnection:
            host = f"{of.host}:{port}"
            key = key or (run_in_company(of, sign_in, user) if user else "")
            opened: ClientConnection = connect(
                f"ws://{host}/ws/live/",
                sock=socket.create_connection(("127.0.0.1", port)),
                origin=Origin(f"http://{host}" if origin is None else origin),
                additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"} if key else {},
                legacy=True,
            )
            return stack.enter_context(opened)

        yield open_tab


def sign_in(user: Any) -> str:
    """A session of the user, as a sign-in makes it; its key."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def read(socket_: ClientConnection, patience: float = 5.0) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket_.recv(patience))
    return message


def closed(socket_: ClientConnection, patience: float = 5.0) -> int:
    """Read until the server closes; the code it gives."""
    deadline = time.monotonic() + patience
    while True:
        try:
            socket_.recv(deadline - time.monotonic())
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 0


def test_it_tells_a_user_in_every_tab_and_nobody_else(tab: Tab, company: Any, other_company: Any) -> None:
    user, colleague = make_user("me"), make_user("colleague")
    stranger = run_in_company(other_company, make_user, "me")
    assert stranger.pk == user.pk  # the same number in another company
    tabs = [tab(user) for _ in range(20)]
    others = [tab(colleague), tab(stranger, of=other_company)]
    for each in [*tabs, *others]:
        assert read(each) == {"type": "badge", "key": "inbox", "count": 0}

    with transaction.atomic():
        [told] = notify([user], kind="test", title="Hello %(name)s", params={"name": "符睿"}, url="/inbox/")
        time.sleep(0.3)
        with pytest.raises(TimeoutError):
            tabs[0].recv(0.1)  # nothing before the commit
    for each in tabs:
        message = read(each)
        assert (message["type"], message["title"], message["url"]) == ("notification", "Hello 符睿", "/inbox/")
        assert message["unread"] == 1
    notification_read(told)
    assert read(tabs[3]) == {"type": "badge", "key": "inbox", "count": 0}

    push_to_user(company, user.pk, {"type": "job", "id": 1})
    assert read(tabs[5])["type"] == "badge" or read(tabs[5])["type"] == "job"
    push_to_company(company, {"type": "notice"})
    assert read(others[0]) == {"type": "notice"}
    with pytest.raises(TimeoutError):
        others[1].recv(0.3)


def test_only_who_is_signed_in_on_this_host_gets_in(tab: Tab, other_company: Any) -> None:
    user = make_user()
    key = sign_in(user)
    for refused in (tab(), tab(key="nonsense"), tab(key=key, of=other_company)):
        assert read(refused) == {"type": "close", "reason": "signed_out"}
        assert closed(refused) == SIGNED_OUT
    for origin in ("https://example.com", f"http://{other_company.host}", "null", ""):
        with pytest.raises(InvalidStatus):
            tab(key=key, origin=origin)
    user.set_password("changed")
    user.save()
    assert closed(tab(key=key)) == SIGNED_OUT


def test_it_is_closed_at_once_when_rights_change(tab: Tab, company: Any) -> None:
    user, colleague = make_user("me"), make_user("colleague")
    key = sign_in(user)
    mine, theirs = tab(key=key), tab(colleague)
    read(mine), read(theirs)
    started = time.monotonic()
    close_sockets(company, user.pk)
    assert closed(mine) == RECALLED
    assert time.monotonic() - started < 1.0
    assert read(tab(key=key))["type"] == "badge"  # may come back at once, asked anew
    type(user)._default_manager.filter(pk=user.pk).update(is_active=False)
    assert closed(tab(key=key)) == SIGNED_OUT
    close_sockets(company)
    assert closed(theirs) == RECALLED


def test_it_is_closed_soon_when_nobody_said_anything(tab: Tab) -> None:
    user = make_user("me")

    def end_session(key: str) -> None:
        import_module(settings.SESSION_ENGINE).SessionStore(key).delete()

    def deactivate(key: str) -> None:
        type(user)._default_manager.filter(pk=user.pk).update(is_active=False)

    for end in (end_session, deactivate):
        key = sign_in(user)
        mine = tab(key=key)
        read(mine)
        end(key)
        assert closed(mine) == SIGNED_OUT


def test_a_tab_that_does_not_read_holds_nobody_up(tab: Tab, company: Any) -> None:
    user = make_user()
    slow, quick = tab(user), tab(user)
    read(quick)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    started = time.monotonic()
    for number in range(300):
        push_to_user(company, user.pk, {"type": "bulk", "number": number, "text": "x" * 20_000})
        assert read(quick)["number"] == number
    assert time.monotonic() - started < 30


def test_messages_from_a_tab_are_ignored(tab: Tab, company: Any) -> None:
    user = make_user()
    mine = tab(user)
    read(mine)
    mine.send("{]")
    mine.send(b"\x00\xff")
    push_to_user(company, user.pk, {"type": "still here"})
    assert read(mine) == {"type": "still here"}


def test_sockets_survive_a_flushed_valkey(tab: Tab, company: Any) -> None:
    user = make_user()
    mine = tab(user)
    read(mine)
    redis.Redis.from_url(settings.VALKEY_URL).flushall()
    push_to_user(company, user.pk, {"type": "still here"})
    assert read(mine) == {"type": "still here"}
