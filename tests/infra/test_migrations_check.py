"""The check of migrations and of the terms of several nodes, with faults planted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations import Migration, operations
from django.db.migrations.state import ProjectState

from core.db.router import PUBLIC
from infra.checks.migrations import check_migration, check_models


def _earlier() -> ProjectState:
    """A project with a table of customers."""
    state = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=60)),
        ("note", models.TextField(null=True)),
    ]
    operations.CreateModel("Customer", fields).state_forwards("customers", state)
    return state


def _faults(*ops: operations.base.Operation, **attributes: object) -> list[str]:
    migration = Migration("0002_change", "customers")
    migration.operations = list(ops)
    for name, value in attributes.items():
        setattr(migration, name, value)
    return [found.message for found in check_migration(migration, _earlier())]


INDEX = models.Index(fields=["name"], name="customers_by_name")
FAULTS = {
    "while it builds": operations.AddIndex("customer", INDEX),
    "reads the whole table": operations.AddConstraint(
        "customer", models.CheckConstraint(condition=models.Q(name__gt=""), name="named")
    ),
    "cannot insert without it": operations.AddField("customer", "rank", models.IntegerField()),
    "builds its index": operations.AddField("customer", "code", models.CharField(max_length=9, null=True, unique=True)),
    "rewrites the table": operations.AlterField("customer", "name", models.IntegerField()),
    "AlterField of note": operations.AlterField("customer", "note", models.TextField()),
    "stop using it a release before": operations.RemoveField("customer", "note"),
    "add, copy, switch, remove": operations.RenameField("customer", "note", "remark"),
    "makes a trigger": migrations.RunSQL("CREATE OR REPLACE TRIGGER t BEFORE INSERT ON c EXECUTE FUNCTION f()"),
    "a sequence of its own": migrations.RunSQL("ALTER TABLE c ALTER id SET DEFAULT nextval('s')"),
    "refers to a public table": migrations.RunSQL(
        'ALTER TABLE c ADD FOREIGN KEY (x) REFERENCES "public".companies (id)'
    ),
    "outside public": migrations.RunSQL("CREATE EXTENSION pg_trgm"),
    "CREATE INDEX CONCURRENTLY": migrations.RunSQL("CREATE UNIQUE INDEX i ON c (x)"),
}


@pytest.mark.parametrize(("complaint", "operation"), FAULTS.items(), ids=FAULTS.keys())
def test_it_finds(complaint: str, operation: operations.base.Operation) -> None:
    found = _faults(operation)
    assert any(complaint in fault for fault in found), found


def test_it_lets_pass_what_holds_no_long_lock() -> None:
    assert (
        _faults(
            operations.AddField("customer", "rank", models.IntegerField(db_default=0)),
            operations.AddField("customer", "city", models.CharField(max_length=60, null=True)),
            operations.AlterField("customer", "name", models.CharField(max_length=90)),
            AddIndexConcurrently("customer", INDEX),
            migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public"),
        )
        == []
    )


def test_a_table_made_in_the_same_migration_may_be_indexed() -> None:
    made = operations.CreateModel("Visit", [("id", models.BigAutoField(primary_key=True)), ("at", models.DateField())])
    assert _faults(made, operations.AddIndex("visit", models.Index(fields=["at"], name="visits_by_date"))) == []


def test_a_migration_may_say_why_its_lock_is_harmless() -> None:
    assert _faults(operations.AddIndex("customer", INDEX), accepted_lock="a few rows a company") == []
    assert _faults(FAULTS["makes a trigger"], accepted_lock="whatever") != []


@pytest.fixture
def registry() -> Iterator[Apps]:
    """Room for models that the product must not know."""
    yield Apps()


def test_it_finds_a_public_table_that_is_not_named_so_and_the_reverse(registry: Apps) -> None:
    class Meta:
        app_label = "people"
        apps = registry
        db_table = f"{PUBLIC}people_flag"

    flag: Any = type("Flag", (models.Model,), {"__module__": __name__, "Meta": Meta})
    assert ["is named public but is a company's" in found.message for found in check_models([flag])] == [True]


def test_it_finds_a_foreign_key_from_a_company_into_public(registry: Apps) -> None:
    from tenants.companies.models import Company

    class Meta:
        app_label = "people"
        apps = registry

    key = models.ForeignKey(Company, models.CASCADE, related_name="+")
    badge: Any = type("Badge", (models.Model,), {"__module__": __name__, "Meta": Meta, "company": key})
    assert ["foreign key into public" in found.message for found in check_models([badge])] == [True]
