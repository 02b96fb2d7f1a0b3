"""Migrations of a company as large as the product grows to: 119 tables, with the history such a product has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.migrations import AddField, AddIndex, AlterField, CreateModel, Migration
from django.db.migrations.state import ProjectState

TABLES = 119
APP = "records"  # an app whose tables stand in companies; its own models have no part in this


def migrations() -> list[Migration]:
    """Modules of three tables each, with references to earlier ones; every fourth table is changed twice later on."""
    made = []
    for first in range(0, TABLES, 3):
        numbers = range(first, min(first + 3, TABLES))
        made.append(_migration(f"{first:04}", [operation for number in numbers for operation in _table(number)]))
    for number in range(0, TABLES, 4):
        model = f"table{number}"
        more = models.CharField(max_length=40, default="")
        made.append(_migration(f"{number:04}_more", [AddField(model, "more", more)]))
        longer = models.CharField(max_length=80, default="")
        made.append(_migration(f"{number:04}_longer", [AlterField(model, "more", longer)]))
    return made


def replay(editor_of: Any) -> None:
    """Apply them one by one, each in a transaction, with the state carried on, as Django's executor does."""
    state = ProjectState()
    for migration in migrations():
        _rendered = state.apps
        with editor_of(atomic=True) as editor:
            state = migration.apply(state, editor)


def _migration(name: str, operations: list[Any]) -> Migration:
    made: Migration = type("Grown", (Migration,), {"operations": operations})(name, APP)
    return made


def _table(number: int) -> Iterator[Any]:
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=100)),
        ("number", models.CharField(max_length=30, unique=True)),
        ("amount", models.DecimalField(max_digits=14, decimal_places=2, default=0)),
        ("due_on", models.DateField(null=True)),
        ("created_at", models.DateTimeField()),
        ("note", models.TextField(blank=True)),
        ("custom", models.JSONField(default=dict)),
    ]
    for step in (1, 2, 5):
        if number >= step:
            target = f"{APP}.Table{number - step}"
            fields.append((f"parent{step}", models.ForeignKey(target, models.CASCADE, null=True, related_name="+")))
    yield CreateModel(f"Table{number}", fields)
    for field in ("name", "due_on", "created_at"):
        yield AddIndex(f"table{number}", models.Index(fields=[field], name=f"grown_{number}_{field}"))
