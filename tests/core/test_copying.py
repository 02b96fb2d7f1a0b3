"""Rows written by COPY: what they leave out is filled in, and nothing of the tables is lost on the way."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from core.db.copying import array_text, copied_in_bulk, copy_rows, reserve_keys, tidy
from core.records.models import LogEntry, Option
from tests.factories import make
from tests.samples.models import Milestone, Project

NAMES = ("kind", "name")


def constraints(*models: Any) -> dict[str, Any]:
    """The indexes and constraints of the tables, by name."""
    with connection.cursor() as cursor:
        return {
            name: found
            for model in models
            for name, found in connection.introspection.get_constraints(cursor, model._meta.db_table).items()
        }


@pytest.mark.django_db
def test_columns_left_out_get_the_defaults_of_their_fields() -> None:
    before = make(Option, kind="position", name="made by hand")
    assert copy_rows(Option, NAMES, [("position", "制表\t换行\n"), ("position", "\\N")]) == 2
    copied = list(Option.objects.of_list("position").exclude(pk=before.pk).order_by("pk"))
    assert [option.name for option in copied] == ["制表\t换行\n", "\\N"]
    for option in copied:
        assert (option.active, option.order, option.version, option.custom) == (True, 0, 1, {})
        assert option.created_at >= before.created_at
        assert option.pk > before.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        ["云岭", "有限"],
        ["a,b", '"', "\\", "{", "}", " ", "NULL", "null", "", "'"],
        ["，。", "\t", "𠮷"],
        [""],
        [],
    ],
)
def test_an_array_arrives_as_it_was(values: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_text(values)])
        assert cursor.fetchone() == (values,)


@pytest.mark.django_db
def test_reserved_keys_are_nobody_elses() -> None:
    first = reserve_keys(Option, 5)
    copy_rows(Option, ("id", *NAMES), [(first + place, "position", f"copied {place}") for place in range(5)])
    assert make(Option, kind="position").pk == first + 5
    assert reserve_keys(Option, 1) == first + 6


def test_indexes_and_foreign_keys_are_there_again_after_a_bulk(live_ground: Any) -> None:
    project = make(Project)
    before = constraints(Milestone, LogEntry)
    assert any(found["foreign_key"] for found in before.values())

    def fill() -> None:
        assert not any(found["foreign_key"] for found in constraints(Milestone, LogEntry).values())
        names = ("owner_id", "created_by_id", "project_id", "title")
        copy_rows(Milestone, names, [(project.owner_id, project.owner_id, project.pk, "copied")])

    copied_in_bulk([Milestone, LogEntry], fill)
    assert constraints(Milestone, LogEntry) == before
    assert Milestone.objects.get().title == "copied"
    tidy(Milestone)


def test_a_bulk_that_fails_leaves_everything_as_it_was(live_ground: Any) -> None:
    project = make(Project)
    before = constraints(Milestone)

    def fill() -> None:
        names = ("owner_id", "created_by_id", "project_id", "title")
        copy_rows(Milestone, names, [(project.owner_id, project.owner_id, project.pk + 1, "of no project")])

    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        copied_in_bulk([Milestone], fill)
    assert constraints(Milestone) == before
    assert not Milestone.objects.exists()


def test_tidied_tables_are_known_to_the_planner(live_ground: Any) -> None:
    make(Project)
    tidy(Project)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Project._meta.db_table])
        assert cursor.fetchone() == (1.0,)
