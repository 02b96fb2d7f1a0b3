"""Migrations reach every company, whatever happens to one of them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.apps.registry import Apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField, Migration, RemoveField, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from core.db import run_in_company, run_outside_companies
from core.db.raw import own_connection, raw_connection
from core.records.models import LogEntry
from tenants.companies import provisioning, release, runner
from tenants.companies.models import Company, Schema
from tenants.companies.release import Plan
from tenants.companies.runner import migrate_all
from tests.ground import Ground

NewRelease = Callable[..., Plan]


@pytest.fixture
def new_release(live_ground: Ground, monkeypatch: pytest.MonkeyPatch) -> NewRelease:
    """`new_release([operation, …], […])`: the code now has these migrations of core.records besides."""
    usual = release.company_plan()

    def install(*migrations: list[Operation]) -> Plan:
        graph = MigrationLoader(None).graph
        plan = list(usual.migrations)
        before = next(each for each in reversed(plan) if each.app_label == "records")
        for number, operations in enumerate(migrations):
            migration = type("New", (Migration,), {"operations": operations})(f"09{number:02}_new", "records")
            graph.add_node(("records", migration.name), migration)
            graph.add_dependency(migration, ("records", migration.name), ("records", before.name))
            plan.append(migration)
            before = migration
        made = Plan(tuple(plan), f"release with {len(migrations)} more", graph)
        for module in (release, runner, provisioning):
            monkeypatch.setattr(module, "company_plan", lambda: made)
        return made

    return install


def add(name: str) -> AddField:
    """A new column of the log."""
    return AddField("logentry", name, models.CharField(max_length=10, default="new", db_default="new"))


def columns(company: Any) -> set[str]:
    """The columns of the log in a company."""

    def names() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM records_logentry LIMIT 0")
            return {column.name for column in cursor.description}

    return run_in_company(company, names)


def versions() -> set[str]:
    """The versions that the companies' rows tell."""
    return run_outside_companies(
        lambda: set(Schema.objects.filter(company__isnull=False).values_list("version", flat=True))
    )


def test_with_nothing_to_do_nothing_is_done(live_ground: Ground) -> None:
    report = migrate_all()
    assert (report.public, report.outcomes) == ([], [])


def test_a_new_column_reaches_every_company(
    new_release: NewRelease, company: Any, other_company: Any, operators: Any
) -> None:
    plan = new_release([add("hue")])
    report = migrate_all()
    assert [(outcome.company, outcome.state) for outcome in report.outcomes] == [
        ("Alpha", "done"),
        ("Beta", "done"),
        ("Operators", "done"),
    ]
    assert all("hue" in columns(each) for each in (company, other_company, operators))
    assert versions() == {plan.version}
    assert migrate_all().outcomes == []


def test_a_migrated_company_is_like_one_made_now(new_release: NewRelease, company: Any) -> None:
    new_release([add("hue"), RemoveField("logentry", "address")], [add("tint")])
    migrate_all()
    fresh = provisioning.company_create(name="New", subdomain="gamma", plan="trial", seats=1, setup=lambda: None)

    def describe() -> list[str]:
        return [release.describe_as_owner(each.schema_name, with_rows=False) for each in (company, fresh)]

    old, new = run_outside_companies(describe)
    assert old == new


def test_new_tables_can_be_written_by_the_companies_role(new_release: NewRelease, company: Any) -> None:
    from django.db.migrations import CreateModel

    new_release([CreateModel("Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])])
    migrate_all()

    def write() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO records_thing (name) VALUES ('x') RETURNING id")
            return cursor.fetchone()[0]

    assert run_in_company(company, write) == 1


def test_a_failing_company_does_not_stop_the_others(
    new_release: NewRelease, company: Any, other_company: Any, operators: Any
) -> None:
    """And once it is mended, the next run does it alone."""
    spoil(company, "ALTER TABLE records_logentry ADD COLUMN hue int")
    new_release([add("hue")])
    output = StringIO()
    with pytest.raises(CommandError, match=rf"1 companies are left behind: Alpha \({company.schema_name}\)") as error:
        call_command("migrate_companies", stdout=output)
    assert error.value.returncode == 1
    assert "already exists" in output.getvalue()
    assert "hue" in columns(other_company) & columns(operators)
    failure = run_outside_companies(lambda: Schema.objects.get(pk=company.schema_name).failure)
    assert "already exists" in failure

    spoil(company, "ALTER TABLE records_logentry DROP COLUMN hue")
    report = migrate_all()
    assert [(outcome.company, outcome.state) for outcome in report.outcomes] == [("Alpha", "done")]
    assert run_outside_companies(lambda: Schema.objects.get(pk=company.schema_name).failure) == ""


def test_the_first_part_of_a_broken_run_is_not_repeated(new_release: NewRelease, company: Any) -> None:
    spoil(company, "ALTER TABLE records_logentry ADD COLUMN tint int")
    new_release([add("hue")], [add("tint")], [add("shade")])
    assert [outcome.company for outcome in migrate_all().failed] == ["Alpha"]
    assert "hue" in columns(company)
    assert "shade" not in columns(company)
    spoil(company, "ALTER TABLE records_logentry DROP COLUMN tint")
    assert migrate_all().failed == []
    assert {"hue", "tint", "shade"} <= columns(company)


def test_a_canary_that_fails_stops_the_others(
    new_release: NewRelease, company: Any, other_company: Any, operators: Any
) -> None:
    run_outside_companies(lambda: Company.objects.filter(pk=other_company.id).update(is_canary=True))
    spoil(other_company, "ALTER TABLE records_logentry ADD COLUMN hue int")
    new_release([add("hue")])
    report = migrate_all()
    assert {(outcome.company, outcome.state) for outcome in report.failed} == {
        ("Beta", "failed"),
        ("Alpha", "not tried"),
        ("Operators", "not tried"),
    }
    assert "hue" not in columns(company) | columns(operators)


def test_python_of_a_migration_runs_in_every_company(new_release: NewRelease, company: Any, other_company: Any) -> None:
    for each in (company, other_company):
        run_in_company(each, lambda each=each: LogEntry.objects.create(verb="plant", record_text=each.name))  # type: ignore[misc]

    def shout(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for entry in apps.get_model("records", "LogEntry").objects.all():
            entry.hue = entry.record_text.upper()  # type: ignore[attr-defined]
            entry.save()

    new_release([add("hue")], [RunPython(shout)], [add("tint")])
    assert migrate_all().failed == []

    def hues() -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT hue, tint FROM records_logentry")
            return list(cursor.fetchall())

    assert run_in_company(company, hues) == [("ALPHA", "new")]
    assert run_in_company(other_company, hues) == [("BETA", "new")]


def test_an_index_built_beside_others_work_waits_for_nobody_where_nobody_works(
    new_release: NewRelease, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script of a release is made while the last one serves: with transactions that are as old as they please."""
    index = models.Index(fields=["address"], name="log_by_address")
    plan = new_release([AddIndexConcurrently("logentry", index)])
    monkeypatch.setattr(type(plan.migrations[-1]), "atomic", False)

    def make() -> str:
        raw_connection().execute("SET statement_timeout = '5s'")
        try:
            release.steps_from(release.template().version, list(plan.names[:-1]))
            return release.script_of_migrations(plan)[0]
        finally:
            raw_connection().execute("RESET statement_timeout")

    with own_connection("an old transaction") as old, old.transaction():
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM pg_class")
        script = run_outside_companies(make)
    assert "log_by_address" in script and "CONCURRENTLY" not in script

    executed: list[str] = []
    execute = connection.SchemaEditorClass.execute

    def watched(editor: BaseDatabaseSchemaEditor, sql: Any, params: Any = ()) -> None:
        executed.append(str(sql))
        execute(editor, sql, params)

    monkeypatch.setattr(connection.SchemaEditorClass, "execute", watched)
    migrate_all(workers=1)
    assert any("CONCURRENTLY" in statement for statement in executed), "a company at work is not to wait for its index"


def test_python_that_fails_is_undone_with_its_mark(new_release: NewRelease, company: Any, other_company: Any) -> None:
    run_in_company(company, lambda: LogEntry.objects.create(verb="plant"))

    def fail(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        entries = apps.get_model("records", "LogEntry").objects
        if entries.exists():
            entries.create(verb="half")
            raise ZeroDivisionError("a company with rows")

    new_release([RunPython(fail), add("hue")])
    report = migrate_all()
    assert [(outcome.company, outcome.error) for outcome in report.failed] == [("Alpha", "a company with rows")]
    assert run_in_company(company, lambda: LogEntry.objects.filter(verb="half").count()) == 0
    assert "hue" not in columns(company)


def test_python_whose_mark_is_not_written_is_done_again(
    new_release: NewRelease, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the runner is killed between the two: both are one transaction."""

    def plant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        apps.get_model("records", "LogEntry").objects.create(verb="planted")

    def interrupted(*args: Any) -> None:
        raise ZeroDivisionError

    new_release([RunPython(plant), add("hue")])
    with monkeypatch.context() as patch:
        patch.setattr(runner, "_mark", interrupted)
        assert len(migrate_all().failed) == 3
    assert migrate_all().failed == []
    assert run_in_company(company, lambda: LogEntry.objects.filter(verb="planted").count()) == 1


def test_a_table_in_use_is_waited_for_without_holding_up_others(
    new_release: NewRelease, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOCK_TIMEOUT", "100ms")
    new_release([add("hue")])
    held, over = threading.Event(), threading.Event()
    waiting = (  # in this database: other tests wait in theirs
        "SELECT count(*) FROM pg_locks JOIN pg_database AS own ON own.oid = pg_locks.database"
        " WHERE NOT granted AND datname = current_database()"
    )

    def hold() -> None:
        with own_connection("holds a table") as raw, raw.transaction():
            raw.execute("SELECT set_config('role', %s, true)", [company.db_role])
            raw.execute(f"SELECT count(*) FROM {company.schema_name}.records_logentry")
            held.set()
            while raw.execute(waiting).fetchone() == (0,) and not over.is_set():
                time.sleep(0.01)
            time.sleep(0.6)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    report = migrate_all()
    over.set()
    thread.join()
    assert report.failed == []
    by_company = {outcome.company: outcome.seconds for outcome in report.outcomes}
    assert by_company["Alpha"] > 0.5 > by_company["Beta"]


def test_a_rewritten_migration_is_accepted_only_if_the_tables_are_the_same(
    live_ground: Ground, company: Any, other_company: Any
) -> None:
    spoil(other_company, "ALTER TABLE records_logentry DROP COLUMN address")
    run_outside_companies(
        lambda: Schema.objects.filter(company__isnull=False).update(version="before it was rewritten")
    )
    report = migrate_all()
    assert [(outcome.company, "rewritten" in outcome.error) for outcome in report.failed] == [("Beta", True)]


def test_two_runs_at_once_do_it_once(live_ground: Ground, company: Any) -> None:
    """The second waits, and finds nothing to do."""
    run_outside_companies(lambda: Schema.objects.filter(company__isnull=False).update(version="old", applied=[]))
    run_outside_companies(
        lambda: Schema.objects.filter(company__isnull=False).update(applied=release.company_plan().names)
    )
    command = [sys.executable, "manage.py", "migrate_companies"]
    runs = [
        subprocess.Popen(
            command, env=live_ground.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _run in range(2)
    ]
    told = sorted(run.communicate(timeout=60)[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0], told
    assert [line.splitlines()[-1] for line in told] == [
        "0 companies brought up to date",
        "3 companies brought up to date",
    ]


def test_an_empty_database_is_filled(live_ground: Ground) -> None:
    with psycopg.connect(live_ground.url, autocommit=True) as raw:
        raw.execute("DROP SCHEMA public CASCADE")
        raw.execute("CREATE SCHEMA public")
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate_companies"],
        env=live_ground.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "public: companies.0001_initial" in done.stdout
    assert provisioning.pool_size() == 0


VISITOR = """
import sys, django
django.setup()
from core.db import run_in_company
from core.records.models import LogEntry
from django.db import connection, ProgrammingError
from tenants.companies.lookup import company_for_host
from tenants.companies.provisioning import company_create
company_create(name="x", subdomain=sys.argv[1], plan="trial", seats=1, setup=lambda: None)
def use(other):
    LogEntry.objects.create(verb="visit")
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"SELECT count(*) FROM {other.schema_name}.records_logentry")
        except ProgrammingError as error:
            return "denied" if "permission denied" in str(error) else str(error)
    return "seen"
companies = [company_for_host(f"{name}.localhost") for name in ("alpha", *sys.argv[1:])]
print(*(run_in_company(company, use, companies[index - 1]) for index, company in enumerate(companies)))
"""


def test_the_second_wall_can_be_taken_down_and_raised_again(live_ground: Ground) -> None:
    def visit(wall: str, *names: str) -> str:
        environment = {**live_ground.environment, "QIKU_COMPANY_ROLES": wall}
        for command in (["manage.py", "migrate_companies"], ["-c", VISITOR, *names]):
            done = subprocess.run(
                [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert visit("yes", "first") == "denied denied"
    assert visit("no", "second", "first") == "seen seen seen"
    assert visit("yes", "third", "second", "first") == "denied denied denied denied"


def test_djangos_own_command_points_to_ours() -> None:
    with pytest.raises(CommandError, match="migrate_companies"):
        call_command("migrate")


def spoil(company: Any, statement: str) -> None:
    """Change a company's tables behind the runner's back, as their owner."""
    from core.db.context import run_as_owner

    def execute() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    run_outside_companies(lambda: run_as_owner(company.schema_name, release.owner_role(), execute))
