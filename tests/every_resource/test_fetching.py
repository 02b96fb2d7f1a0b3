"""What lists fetch by keys is what the records hold, whatever the columns, and nothing is asked for row by row."""

from __future__ import annotations

from typing import Any

import pytest

from core.resources import Column, Resource
from tests.every_resource.scene import full_row
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def concerns(resource: Resource) -> bool:
    """Modules with columns of the model's own."""
    return bool(resource.all_columns)


def texts(records: list[Any], columns: list[Column]) -> list[list[str]]:
    return [[column.text(column.of(record)) for column in columns] for record in records]


def test_the_records_come_in_the_order_of_their_keys_with_all_that_their_columns_show(
    resource: Resource, django_assert_num_queries: Any
) -> None:
    author = make_user()
    keys = [full_row(resource, by=author, number=number).pk for number in (703, 701, 702)]
    gone = max(keys) + 1_000
    columns = list(resource.all_columns.values())
    slow = {record.pk: record for record in resource.with_columns(resource.model._base_manager.filter(pk__in=keys))}
    expected = texts([slow[key] for key in keys], columns)
    for chosen in (columns, [column for column in columns if column.value is None], columns[:1]):
        records = resource.fetch([keys[0], gone, *keys[1:]], chosen)
        assert [record.pk for record in records] == keys
        with django_assert_num_queries(0):
            shown = texts(records, chosen)
        places = [columns.index(column) for column in chosen]
        assert shown == [[row[place] for place in places] for row in expected]
