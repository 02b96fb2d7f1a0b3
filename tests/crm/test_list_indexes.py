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


def test_the_index_of_departments_holds_what_their_customers_are_filtered_and_sorted_by() -> None:
    indexes: dict[str, Any] = {index.name: index for index in Customer._meta.indexes}
    held = {*indexes["customer_of_department"].fields, *indexes["customer_of_department"].include}
    filters = {name for name in indexes["customer_search"].fields if not name.endswith("_grams")}
    sorts = {indexes[name].fields[0] for name in ("customer_created", "customer_name", "customer_followed")}
    assert held == {"department", "id", "deleted_at"} | filters | sorts


def test_the_customers_of_departments_are_asked_for_apart_from_ones_own() -> None:
    user = make_user("customers.view", scope=Scope.DEPARTMENT, department=make(Department))
    ways = [str(way.query) for way in registry.resources["customers"].ways(user)]
    assert [way for way in ways if '"department_id" IN' in way]
    assert not [way for way in ways if '"department_id" IN' in way and '"owner_id" =' in way]  # no index has both
