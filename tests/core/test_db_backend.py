"""The connection follows the company, and nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import SynchronousOnlyOperation
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction

from core.db import CompanySwitchRefused, NoCompany, current_company, run_in_company, run_outside_companies
from core.db.backend.base import served_by
from core.db.context import NO_PLACE, run_in_company_same_transaction
from core.records.models import LogEntry
from tenants.companies.models import Company, Schema
from tenants.people.models import Department
from tests.ground import Ground
from tests.together import together


def path() -> str:
    """The search path as PostgreSQL has it."""
    return str(one("SELECT current_setting('search_path')"))


def one(query: str) -> Any:
    """The first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def texts() -> set[str]:
    """What stands in the log of the company that is set."""
    return set(LogEntry.objects.values_list("record_text", flat=True))


def plant(text: str) -> int:
    """A row with a text nobody else has."""
    return LogEntry.objects.create(verb="plant", record_text=text).pk


@pytest.mark.django_db
def test_a_company_is_path_role_and_number_at_once(company: Any) -> None:
    assert path() == company.schema_name
    assert one("SELECT current_user") == company.db_role
    assert one("SELECT current_setting('qiku.company')") == str(company.id)


@pytest.mark.django_db
def test_the_same_company_again_costs_no_statement(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path()
    sent = []
    raw = connection.connection
    monkeypatch.setattr(raw, "execute", lambda *args: sent.append(args))
    for _again in range(5):
        assert run_in_company(company, path) == company.schema_name
    assert sent == []


@pytest.mark.django_db
def test_public_is_never_in_the_path(company: Any, other_company: Any) -> None:
    paths = [path(), run_in_company(other_company, path), run_outside_companies(path)]
    assert paths == [company.schema_name, other_company.schema_name, "no_company"]


@pytest.mark.django_db
def test_without_a_company_a_model_is_refused_by_name() -> None:
    with pytest.raises(NoCompany, match=r"records\.LogEntry belongs to a company"):
        run_outside_companies(lambda: list(LogEntry.objects.all()))


@pytest.mark.django_db
def test_without_a_company_plain_sql_finds_no_table() -> None:
    def query() -> None:
        with transaction.atomic():
            one("SELECT count(*) FROM records_logentry")

    with pytest.raises(ProgrammingError, match="does not exist"):
        run_outside_companies(query)


def test_a_thread_of_its_own_has_no_company(live_ground: Ground, company: Any) -> None:
    def in_thread(_number: int) -> None:
        current_company()

    assert isinstance(together(in_thread, 1)[0], NoCompany)
    assert isinstance(together(lambda _number: list(Company.objects.all()), 1)[0], NoCompany)


def test_equal_primary_keys_never_mix_under_threads(live_ground: Ground, company: Any, other_company: Any) -> None:
    """Forty threads over both companies, more than the pool has connections: each reads its own canary only."""
    keys = [run_in_company(each, plant, f"canary of {each.name}") for each in (company, other_company)]
    assert keys[0] == keys[1]

    def read(number: int) -> None:
        for turn in range(25):
            mine = (company, other_company)[(number + turn) % 2]
            assert run_in_company(mine, texts) == {f"canary of {mine.name}"}
            connection.close()  # back to the pool, as at the end of a request

    assert together(read, 40) == [None] * 40


def test_the_role_refuses_what_the_code_gets_wrong(live_ground: Ground, company: Any, other_company: Any) -> None:
    run_in_company(other_company, plant, "canary")
    for query in (
        f"SELECT count(*) FROM {other_company.schema_name}.records_logentry",
        f"SELECT count(*) FROM {other_company.schema_name}.people_user",
        "SELECT count(*) FROM public.companies_template",
        "UPDATE public.companies_licence SET seats = 1000",
        "CREATE TABLE mine (id int)",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run_in_company(company, one, query)


def test_the_login_role_sees_into_no_company(live_ground: Ground, company: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run_outside_companies(one, f"SELECT count(*) FROM {company.schema_name}.records_logentry")


def test_of_public_tables_a_company_sees_its_own_rows_only(live_ground: Ground, company: Any) -> None:
    assert run_outside_companies(Company.objects.count) == 3
    assert run_in_company(company, lambda: [row.pk for row in Company.objects.all()]) == [company.id]


def test_a_rollback_does_not_lose_the_company(live_ground: Ground, company: Any, other_company: Any) -> None:
    """A SET inside a transaction is undone by its ROLLBACK, and the connection is back in the other company."""
    run_in_company(other_company, path)

    def fail() -> None:
        with transaction.atomic():
            assert path() == company.schema_name
            raise ZeroDivisionError

    for _again in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
        assert path() == company.schema_name
        run_in_company(other_company, path)


def test_a_rollback_to_a_savepoint_does_not_lose_the_company(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    def fail() -> None:
        with transaction.atomic():
            run_in_company_same_transaction(other_company, path)
            raise ZeroDivisionError

    with transaction.atomic():
        assert path() == company.schema_name
        with pytest.raises(ZeroDivisionError):
            fail()
        assert path() == company.schema_name
        with pytest.raises(ProgrammingError), transaction.atomic():
            one("SELECT nothing")
        assert path() == company.schema_name


def test_a_commit_that_fails_does_not_lose_the_company(live_ground: Ground, company: Any, other_company: Any) -> None:
    run_in_company(other_company, path)
    with pytest.raises(IntegrityError, match="violates foreign key"), transaction.atomic():
        Department.objects.create(name="orphan", code="orphan", parent_id=987654321)
    assert path() == company.schema_name


def test_a_commit_by_hand_that_fails_does_not_lose_the_company(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    run_in_company(other_company, path)
    transaction.set_autocommit(False)
    try:
        Department.objects.create(name="orphan", code="orphan", parent_id=987654321)
        with pytest.raises(IntegrityError, match="violates foreign key"):
            transaction.commit()
        assert path() == company.schema_name
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


def test_going_back_behind_the_switch_does_not_lose_the_company(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    def go_back() -> str:
        path()
        transaction.savepoint_rollback(before)
        return path()

    with transaction.atomic():
        before = transaction.savepoint()
        assert run_in_company_same_transaction(other_company, go_back) == other_company.schema_name


def test_a_cursor_kept_over_a_visit_reads_its_own_company(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    with connection.cursor() as cursor:
        run_in_company(other_company, path)
        cursor.execute("SELECT current_setting('search_path')")
        assert cursor.fetchone() == (company.schema_name,)


def test_another_company_inside_a_transaction_is_refused(live_ground: Ground, company: Any, other_company: Any) -> None:
    with transaction.atomic():
        assert run_in_company(company, path) == company.schema_name
        with pytest.raises(CompanySwitchRefused):
            run_in_company(other_company, path)
        with pytest.raises(CompanySwitchRefused):
            run_outside_companies(path)
    assert run_in_company(other_company, path) == other_company.schema_name


def test_what_runs_after_the_commit_runs_in_its_company(live_ground: Ground, company: Any, other_company: Any) -> None:
    seen: list[str] = []

    def both() -> None:
        with transaction.atomic():
            for each in (company, other_company):
                run_in_company_same_transaction(each, lambda: transaction.on_commit(lambda: seen.append(path())))

    run_outside_companies(both)
    assert seen == [company.schema_name, other_company.schema_name]


@pytest.mark.django_db
def test_the_company_before_is_back_after_an_error(company: Any, other_company: Any) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_in_company(other_company, fail)
    assert current_company() == company


@pytest.mark.django_db
@pytest.mark.parametrize("enter", [run_in_company, lambda company, fn: run_outside_companies(fn)])
def test_asynchronous_code_cannot_set_a_company(company: Any, enter: Callable[..., Any]) -> None:
    async def wrong() -> None:
        enter(company, path)

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(wrong())


@pytest.mark.django_db
def test_asynchronous_queries_have_no_company(company: Any) -> None:
    async def wrong() -> None:
        await sync_to_async(run_in_company)(company, lambda: None)
        await LogEntry.objects.afirst()

    # asyncio.run's own thread pool: another thread, which has no company
    with pytest.raises((NoCompany, SynchronousOnlyOperation)):
        asyncio.run(wrong())


@pytest.mark.django_db
def test_what_would_run_later_is_refused(company: Any) -> None:
    async def later() -> None:
        """Never awaited."""

    with pytest.raises(TypeError, match="asynchronous"):
        _never = run_in_company(company, later)
    with pytest.raises(TypeError, match="generator"):
        run_in_company(company, lambda: (row for row in [1]))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["public; DROP SCHEMA public", '"', "", "Public", "c-1", "ü"])
def test_a_strange_schema_name_is_refused(company: Any, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a company's schema"):
        run_in_company(dataclasses.replace(company, schema_name=name), path)


def test_a_role_that_is_gone_is_an_error_and_not_the_former_company(live_ground: Ground, company: Any) -> None:
    path()
    ghost = dataclasses.replace(company, schema_name="c_ghostghost22")
    with pytest.raises(Exception, match="c_ghostghost22"):
        run_in_company(ghost, path)
    assert path() == company.schema_name


def test_a_killed_connection_raises_and_the_next_one_is_clean(live_ground: Ground, company: Any) -> None:
    pid = one("SELECT pg_backend_pid()")
    together(lambda _number: run_outside_companies(one, f"SELECT pg_terminate_backend({pid})"), 1)
    with pytest.raises(OperationalError):
        path()
    connection.close()
    assert path() == company.schema_name


def test_a_connection_is_given_up_after_enough_companies(
    live_ground: Ground, company: Any, other_company: Any, settings: Any
) -> None:
    settings.COMPANIES_PER_CONNECTION = 2
    connection.close()

    def pid_in(each: Any) -> int:
        return int(run_in_company(each, one, "SELECT pg_backend_pid()"))

    def visit(_number: int) -> tuple[int, int, int]:
        return pid_in(company), pid_in(other_company), pid_in(company)

    first, second, third = together(visit, 1)[0]  # type: ignore[misc]
    assert first == second != third


def test_a_fresh_connection_is_born_nowhere(live_ground: Ground) -> None:
    wrapper = connection.copy()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    wrapper.connect()
    try:
        assert wrapper.connection.execute("SHOW search_path").fetchone() == ("no_company",)
        assert served_by(wrapper.connection).place == NO_PLACE
    finally:
        wrapper.close()


@pytest.mark.django_db
def test_the_stock_ways_to_set_a_company_are_refused(company: Any) -> None:
    with pytest.raises(CompanySwitchRefused):
        connection.set_tenant(company)  # type: ignore[attr-defined]
    with pytest.raises(CompanySwitchRefused):
        connection.set_schema("public")  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_public_tables_are_reached_outside_companies() -> None:
    assert run_outside_companies(Schema.objects.count) > 0
