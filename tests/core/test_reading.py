"""Lists read by the ways in which a user comes to rows: every row once, in order, whatever the page."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from core.access import Scope
from core.access.models import Collaborator
from core.resources import ListQuery, registry
from core.resources.reading import Reading
from tenants.people.models import Department, User
from tests.factories import make, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

PERMISSIONS = ("projects.view", "projects.change", "milestones.view", "milestones.change")


@pytest.fixture
def me() -> User:
    """Somebody who reaches their own rows only."""
    return make_user(*PERMISSIONS, scope=Scope.OWN, department=make(Department))


@pytest.fixture
def rows(me: User) -> dict[str, set[int]]:
    """Projects of one's own, of others, and shared ones, some without a budget; milestones of all kinds of owners."""
    other = make(User)
    seen: dict[str, set[int]] = {"projects": set(), "milestones": set()}
    for number in range(36):
        owner = me if number % 3 == 0 else other
        budget = None if number % 4 == 1 else Decimal(number % 7)
        project = make(Project, owner=owner, created_by=owner, kind=None, budget=budget, name=f"{number * 5 % 36:02d}")
        shared = number % 3 == 1 or number % 9 == 0  # some of one's own as well: they come by two ways
        if shared:
            Collaborator.objects.create(resource="projects", record_id=project.pk, user=me)
        milestone = make(Milestone, project=project, owner=me if number % 5 == 0 else other, created_by=other)
        if owner is me or shared:
            seen["projects"].add(project.pk)
        if owner is me or shared or milestone.owner == me:
            seen["milestones"].add(milestone.pk)
    return seen


def pages(name: str, user: User, url: str) -> tuple[list[Any], list[Any]]:
    """(the keys of all pages, the keys of all rows at once)."""
    found: list[Any] = []
    resource = registry.resources[name]
    for number in range(1, 10):
        query = ListQuery(resource, user, QueryDict(f"{url}&size=10&page={number}"))
        page = query.page()
        assert page.number == number
        found += [record.pk for record in page.records]
        if not page.has_next:
            return found, [record.pk for record in query.rows]
    raise AssertionError("a list without an end")


@pytest.mark.parametrize("exact", [10_000, 12, 3])  # all ways of few rows, some of few and one of many, all of many
@pytest.mark.parametrize("sort", ["", "name", "-name", "budget", "-budget", "state"])
def test_the_pages_together_are_the_rows_in_their_order(
    me: User, rows: dict[str, set[int]], sort: str, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.resources.query.EXACT_TOTAL", exact)
    paged, at_once = pages("projects", me, f"sort={sort}" if sort else "")
    assert paged == at_once
    assert set(paged) == rows["projects"]


@pytest.mark.parametrize("exact", [10_000, 12, 3])
@pytest.mark.parametrize("url", ["", "sort=title", "sort=-title"])
def test_what_hangs_on_a_record_comes_by_all_the_ways_that_the_record_comes(
    me: User, rows: dict[str, set[int]], url: str, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.resources.query.EXACT_TOTAL", exact)
    paged, at_once = pages("milestones", me, url)
    assert paged == at_once
    assert set(paged) == rows["milestones"]


@pytest.mark.parametrize("sort", ["budget", "-budget"])
def test_rows_without_a_value_come_last_whichever_way_the_list_goes(
    me: User, rows: dict[str, set[int]], sort: str
) -> None:
    paged, _at_once = pages("projects", me, f"sort={sort}")
    without = [Project.objects.get(pk=pk).budget is None for pk in paged]
    assert without == sorted(without)
    assert any(without)


def test_a_page_far_behind_the_rows_with_a_value_goes_on_where_the_page_before_ended(
    me: User, rows: dict[str, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.exclude(pk=min(rows["projects"])).update(budget=None)
    paged, at_once = pages("projects", me, "sort=-budget")
    assert paged == at_once


@pytest.mark.parametrize("name", ["projects", "milestones"])
@pytest.mark.parametrize("scope", [Scope.ALL, Scope.COMPANY, Scope.DEPARTMENT, Scope.OWN, Scope.CUSTOM])
def test_the_ways_together_are_what_is_visible(rows: dict[str, set[int]], name: str, scope: str) -> None:
    user = make_user(*PERMISSIONS, scope=scope, department=make(Department))
    model = registry.resources[name].model
    for number, row in enumerate(model.objects.order_by("pk")):
        if number % 4 == 0:
            model.objects.filter(pk=row.pk).update(owner=user, department=user.department)
        if number % 6 == 1 and name == "projects":
            Collaborator.objects.create(resource=name, record_id=row.pk, user=user, level="edit")
    for action in ("view", "change"):
        by_ways = {row.pk for way in model.objects.ways_visible_to(user, action) for row in way}
        assert by_ways == {row.pk for row in model.objects.visible_to(user, action)}
        assert by_ways


def test_counting_stops_where_nobody_wants_to_know_more(
    me: User, rows: dict[str, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = len(rows["projects"])
    for exact, told in ((many - 1, (many - 1, True)), (many, (many, False)), (5, (5, True))):
        monkeypatch.setattr("core.resources.query.EXACT_TOTAL", exact)
        page = ListQuery(registry.resources["projects"], me, QueryDict("")).page()
        assert (page.total, page.more) == told


def queries_of(ask: Callable[[], object]) -> list[str]:
    """The queries about projects that it makes."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return [query["sql"] for query in captured if 'FROM "samples_project"' in query["sql"]]


def test_a_way_of_few_rows_is_gone_once_to_count_it_and_to_put_it_in_order(me: User, rows: dict[str, set[int]]) -> None:
    reading = Reading(Project, [Project.objects.filter(owner=me)], ["-budget", "-pk"], "budget")
    (counting,) = queries_of(lambda: reading.counted(1000))
    assert "DESC NULLS LAST" in counting
    total, found = reading.counted(1000)
    assert total == 12
    assert not queries_of(lambda: found.keys(0, 10))


def test_ways_after_one_of_many_rows_are_not_counted(me: User, rows: dict[str, set[int]]) -> None:
    ways = [Project.objects.filter(owner=me), Project.objects.exclude(owner=me), Project.objects.all()]
    reading = Reading(Project, ways, ["pk"])
    assert len(queries_of(lambda: reading.counted(20))) == 2
    total, counted = reading.counted(20)
    assert total == 20
    assert counted.keys(0, 99) == sorted(Project.objects.values_list("pk", flat=True))


def test_some_rows_are_taken_from_the_first_ways_that_lead_to_enough(me: User, rows: dict[str, set[int]]) -> None:
    own, others = Project.objects.filter(owner=me), Project.objects.exclude(owner=me)
    assert set(Reading(Project, [own, own, others]).some(99)) == {project.pk for project in Project.objects.all()}
    assert len(queries_of(lambda: Reading(Project, [own, others]).some(5))) == 1
    assert len(Reading(Project, [own, others]).some(14)) == 14
