"""The orders and filters of lists of a million rows have an index: asked of PostgreSQL itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from core.access import Scope
from core.records.custom import CHOOSING, Kind
from core.resources import ListQuery, registry
from core.resources.registry import all_permissions
from crm.customers.models import Customer
from tenants.fields.services import field_create
from tenants.people.models import Department
from tests.factories import make, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_a_choice() -> None:
    """Let PostgreSQL go through tables and sort only where nothing else is possible: these tables are empty."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_incremental_sort = off")


def plan_of(resource: str, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """How PostgreSQL would find the keys of a page of rows, for somebody who sees all of them."""
    plans = []
    user = make_user(*all_permissions(), scope=Scope.ALL)
    query = ListQuery(registry.resources[resource], user, QueryDict(url))
    monkeypatch.setattr("core.resources.reading.Reading.count", lambda reading, most: most)

    def explained(rows: Any, start: int, stop: int) -> list[Any]:
        plans.append(rows.values_list("pk", flat=True)[start:stop].explain())
        return []

    monkeypatch.setattr("core.resources.reading.read", explained)
    query.page()
    return plans[0]


@pytest.mark.parametrize(
    ("resource", "url", "index"),
    [
        ("customers", "", "customer_created"),
        ("customers", "sort=created_at", "customer_created"),
        ("customers", "sort=-created_at", "customer_created"),
        ("customers", "sort=name", "customer_name"),
        ("customers", "sort=-name", "customer_name"),
        ("customers", "sort=last_follow_up_at", "customer_followed"),
        ("customers", "sort=-last_follow_up_at", "customer_followed"),
        ("contacts", "sort=name", "contact_name"),
        ("contacts", "sort=-name", "contact_name"),
        ("followups", "", "follow_up_time"),
        ("followups", "sort=happened_at", "follow_up_time"),
    ],
)
def test_the_order_of_a_list_is_that_of_an_index(
    resource: str, url: str, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(resource, url, monkeypatch)
    assert f"using {index}" in plan, plan
    assert "Sort" not in plan, plan


@pytest.mark.parametrize("name", ["status", "level", "category", "industry", "source", "nature", "scale"])
def test_the_filters_with_few_values_are_in_one_index(name: str) -> None:
    user = make_user(*all_permissions(), scope=Scope.ALL)
    url = f"{name}={'won' if name == 'status' else 1}"
    query = ListQuery(registry.resources["customers"], user, QueryDict(url))
    asked = [chosen.filter.condition(chosen.values, user) for chosen in query.chosen]
    # In the trash as well: of an empty table any index without it would do.
    plan = Customer._base_manager.filter(*asked, name_grams__contains=["云岭"]).explain()
    assert "Bitmap Index Scan on customer_search" in plan, plan
    assert f"{Customer._meta.get_field(name).attname}" in plan.split("Index Cond", 1)[1], plan


@pytest.mark.parametrize("kind", [Kind.CHOICE, Kind.CHOICES, Kind.USER])
def test_equality_of_a_companys_own_fields_has_an_index(kind: str) -> None:
    user = make_user(*all_permissions(), scope=Scope.ALL)
    options = {"options": ["A"]} if kind in CHOOSING else {}
    own = field_create({"module": "customers", "label": "Own", "kind": kind, **options}, by=user)
    (chosen,) = ListQuery(registry.resources["customers"], user, QueryDict(f"c_{own.pk}=1")).chosen
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")  # of no row at all, any index is as good
    plan = Customer._base_manager.filter(chosen.filter.condition(chosen.values, user)).explain()
    assert "Bitmap Index Scan on customer_custom" in plan, plan


FILTERED = "status=won&level=1&category=1&industry=1&source=1&nature=1&scale=1"


@pytest.mark.parametrize("sort", ["created_at", "name", "last_follow_up_at"])
def test_the_customers_of_a_department_are_counted_and_sorted_without_a_look_at_the_table(sort: str) -> None:
    user = make_user("customers.view", scope=Scope.DEPARTMENT, department=make(Department))
    query = ListQuery(registry.resources["customers"], user, QueryDict(f"{FILTERED}&sort={sort}"))
    asked = [chosen.filter.condition(chosen.values, user) for chosen in query.chosen]
    (way,) = (way for way in query.resource.ways(user) if "department_id" in str(way.query.where))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")  # what reads the index alone is left
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = way.filter(*asked).values_list("pk", query.resource.sortable(user)[sort]).explain()
    assert "Index Only Scan using customer_of_department" in plan, plan
