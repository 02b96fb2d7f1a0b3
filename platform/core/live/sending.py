"""From synchronous code to the open sockets of a company. What nobody is there to see is not kept: the rows are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from core.db import Company

Message = Mapping[str, Any]


def user_group(company_id: int, user_id: int) -> str:
    """The name of the group of one user's sockets. It carries the company: users of two companies share their ids."""
    return f"company.{company_id}.user.{user_id}"


def company_group(company_id: int) -> str:
    """The name of the group of all sockets of a company."""
    return f"company.{company_id}"


def push_to_user(company: Company, user_id: int, message: Message) -> None:
    """Send a JSON message to every open tab of one user, after the commit if a transaction is open."""
    push(company, {user_id: message})


def push(company: Company, messages: Mapping[int, Message]) -> None:
    """Send each user (by id) a message of their own, after the commit. Never raises when Valkey does not answer."""
    _after_commit(
        {
            user_group(company.id, user): {"type": "live.push", "message": dict(message)}
            for user, message in messages.items()
        }
    )


def push_to_company(company: Company, message: Message) -> None:
    """Send a JSON message to every open tab in the company, after the commit."""
    _after_commit({company_group(company.id): {"type": "live.push", "message": dict(message)}})


def close_sockets(company: Company, user_id: int | None = None) -> None:
    """Close the open sockets of one user, or of the whole company, after the commit.

    To be called when somebody signs out, may no longer sign in, or gets other rights, and when the company is
    suspended. Tabs whose user may still sign in connect again by themselves, with the rights as they are then.
    """
    group = company_group(company.id) if user_id is None else user_group(company.id, user_id)
    _after_commit({group: {"type": "live.recall"}})


def _after_commit(events: Mapping[str, dict[str, Any]]) -> None:
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _send(events), robust=True)
    else:
        _send(events)


def _send(events: Mapping[str, dict[str, Any]]) -> None:
    from core.live.layer import send  # the client of Valkey is slow to load, and many a process sends nothing

    send(events)
