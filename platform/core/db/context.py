"""Which company this thread works for: set in one way, `run_in_company`, and never guessed."""

from __future__ import annotations

import inspect
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.asyncio import async_unsafe

if TYPE_CHECKING:
    from core.db.backend.base import DatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

NOWHERE = "no_company"  # a schema that exists nowhere: names without a schema find nothing in it
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class NoCompany(RuntimeError):
    """A table of a company was asked for while no company was set."""


class CompanySwitchRefused(RuntimeError):
    """The company was to change inside an open transaction, which would mix two companies in one commit."""


class Company(Protocol):
    """What this layer must know of a company."""

    @property
    def id(self) -> int:
        """Number of the company, the same in every process."""

    @property
    def uuid(self) -> UUID:
        """Prefix of the company's files and cache keys."""

    @property
    def schema_name(self) -> str:
        """The PostgreSQL schema that holds its tables."""

    @property
    def db_role(self) -> str:
        """The PostgreSQL role that may use that schema and no other."""


class Place(NamedTuple):
    """What a physical connection is set to: path, role and number of the company, as PostgreSQL wants them."""

    path: str
    role: str
    company: str


NO_PLACE = Place(NOWHERE, "none", "0")
_NO_UUID = UUID(int=0)


@dataclass(slots=True)
class _Now:
    """What a thread is doing: working for a company, on the public tables, or (neither) nothing that needs a table."""

    company: Company | None = None
    outside: bool = False
    place: Place = NO_PLACE
    kept: dict[str, Any] = field(default_factory=dict)


IDLE = _Now()


class _ThreadState(threading.local):
    """One per thread, as Django's connections are: a thread started inside a company begins with none."""

    now = IDLE


_thread = _ThreadState()


def _place_of(company: Company) -> Place:
    if not _SCHEMA_NAME.fullmatch(company.schema_name):
        raise ValueError(f"not the name of a company's schema: {company.schema_name!r}")
    return Place(company.schema_name, company.db_role if settings.COMPANY_ROLES else "none", str(company.id))


def current_place() -> Place:
    """What the connection of this thread must be set to before its next statement."""
    return _thread.now.place


def current_company() -> Company:
    """The company this thread works for; raises NoCompany if there is none."""
    company = _thread.now.company
    if company is None:
        raise NoCompany("no company is set: call this through core.db.run_in_company")
    return company


def kept_here() -> dict[str, Any]:
    """What this thread keeps for as long as it works for the company: one request, one job. Never seen by another.

    Raises NoCompany if there is none.
    """
    current_company()
    return _thread.now.kept


def has_company() -> bool:
    """Whether this thread works for a company."""
    return _thread.now.company is not None


def is_outside_companies() -> bool:
    """Whether this thread works on the public tables, through `run_outside_companies`."""
    return _thread.now.outside


def swap(now: _Now) -> _Now:
    """Replace what this thread is doing and return what it did before. For the test ground only."""
    before, _thread.now = _thread.now, now
    return before


def inside(company: Company) -> _Now:
    """The state of a thread that works for `company`, for `swap`."""
    return _Now(company, outside=False, place=_place_of(company))


def run_as_owner(schema: str, role: str, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn` on the tables of a schema with the rights of their owner. For migrations only."""
    return _run(_Now(_Owned(schema, role), place=Place(schema, role, "0")), fn, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class _Owned:
    """Stands for the company while its tables are changed: migrations know the schema and nothing else."""

    schema_name: str
    db_role: str
    id: int = 0
    uuid: UUID = _NO_UUID


def _refuse_open_transaction(wanted: _Now) -> None:
    before = _thread.now
    if before.place == wanted.place and before.outside == wanted.outside:
        return
    # A test's own transaction spans its whole body and is never committed.
    blocks: list[Any] = connection.atomic_blocks
    manual = connection.connection is not None and not connection.autocommit and not connection.in_atomic_block
    if manual or (connection.in_atomic_block and not (blocks and blocks[-1]._from_testcase)):
        raise CompanySwitchRefused(
            f"inside a transaction of {before.place.path!r} nothing may run in {wanted.place.path!r}:"
            " commit first, or use transaction.on_commit"
        )


def _run(wanted: _Now, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    before = swap(wanted)
    try:
        result = fn(*args, **kwargs)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError(
                f"{fn!r} is asynchronous: it would run after the company was left. Query in one synchronous function."
            )
        if inspect.isgenerator(result):
            result.close()
            raise TypeError(
                f"{fn!r} is a generator: it would run after the company was left. Return a list, or iterate inside."
            )
        return result
    finally:
        swap(before)
        if before is IDLE and not connection.in_atomic_block:
            cast("DatabaseWrapper", connection).close_if_served_enough()


@async_unsafe(
    "A company cannot be set in asynchronous code: call one synchronous function through database_sync_to_async."
)
def run_in_company(company: Company, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn(*args, **kwargs)` with every query going to the tables of `company`, and return what it returns.

    Calls may be nested; the company before is back afterwards, whatever happens. Raises CompanySwitchRefused when a
    transaction is open in another company, SynchronousOnlyOperation in asynchronous code, TypeError when `fn` is
    asynchronous or a generator.
    """
    wanted = inside(company)
    _refuse_open_transaction(wanted)
    return _run(wanted, fn, *args, **kwargs)


def run_in_company_same_transaction(company: Company, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """As `run_in_company`, in the transaction that is open: a company and its first rows are one commit."""
    return _run(inside(company), fn, *args, **kwargs)


@async_unsafe("Public tables cannot be reached from asynchronous code: call one synchronous function in a thread.")
def run_outside_companies(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn(*args, **kwargs)` with the rights of the login role on the public tables, and on no company's.

    Raises CompanySwitchRefused when a transaction is open in a company.
    """
    wanted = _Now(outside=True)
    _refuse_open_transaction(wanted)
    return _run(wanted, fn, *args, **kwargs)


def bound_to_place(fn: Callable[[], object]) -> Callable[[], object]:
    """`fn` as a function that runs where this thread is now: for what is called later, such as after a commit."""
    return partial(_run_bound, _thread.now, fn)


def _run_bound(wanted: _Now, fn: Callable[[], object]) -> object:
    return fn() if wanted.place == _thread.now.place and wanted.outside == _thread.now.outside else _run(wanted, fn)
