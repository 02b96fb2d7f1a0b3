"""A list as its URL describes it: filters, search, sort, pages; what is broken is named and left out."""

import datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone

from core.access import Scope
from core.resources import ListQuery, registry
from tests.factories import make, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_user("projects.view", scope=Scope.ALL)


@pytest.fixture
def projects(me):
    values = [
        {"name": "Bridge", "state": "active", "budget": Decimal(100), "due": datetime.date(2026, 1, 5), "urgent": True},
        {"name": "Tunnel", "state": "done", "budget": None, "due": datetime.date(2026, 2, 5), "urgent": False},
        {"name": "Tower", "state": "planned", "budget": Decimal("99.99"), "due": None, "urgent": False},
    ]
    return [make(Project, owner=me, created_by=me, kind=None, **value) for value in values]


def found(user, url):
    query = ListQuery(registry.resources["projects"], user, QueryDict(url))
    return [project.name for project in query.rows], [problem.parameter for problem in query.problems]


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("state=active&state=done&sort=name", ["Bridge", "Tunnel"]),
        ("budget=99.99..100&sort=name", ["Bridge", "Tower"]),
        ("budget=..99.99", ["Tower"]),
        ("due=2026-01-05..2026-02-04", ["Bridge"]),
        ("due=2026-02-05", ["Tunnel"]),
        ("urgent=1", ["Bridge"]),
        ("owner=me&q=tow", ["Tower"]),
        ("kind=none&sort=-name", ["Tunnel", "Tower", "Bridge"]),
        ("name=unn", ["Tunnel"]),
        ("sort=-budget", ["Bridge", "Tower", "Tunnel"]),
        ("sort=budget", ["Tower", "Bridge", "Tunnel"]),
        ("q=nothing", []),
    ],
)
def test_the_url_narrows_and_orders(me, projects, url, names):
    assert found(me, url) == (names, [])


@pytest.mark.parametrize(
    ("url", "parameter"),
    [
        ("state=flying", "state"),
        ("budget=many", "budget"),
        ("budget=NaN..", "budget"),
        ("budget=1e30", "budget"),
        ("due=2026-02-30", "due"),
        ("created_at=9999-12-31", "created_at"),
        ("urgent=perhaps", "urgent"),
        ("owner=1 OR 1=1", "owner"),
        ("owner=99999999999999999999", "owner"),
        ("sort=password", "sort"),
        ("sort=owner__password", "sort"),
        ("size=7", "size"),
        ("page=-1", "page"),
        ("page=x", "page"),
    ],
)
def test_what_is_broken_in_the_url_is_named_and_the_list_still_stands(me, projects, url, parameter):
    names, problems = found(me, url)
    assert len(names) == 3
    assert problems == [parameter]


def test_null_characters_in_a_search_do_no_harm(me, projects):
    assert found(me, "q=Tow%00er")[0] == ["Tower"]


def test_a_day_is_a_day_of_the_companys_time_zone(me):
    with timezone.override("Asia/Shanghai"):
        late = datetime.datetime(2026, 3, 1, 16, 30, tzinfo=datetime.UTC)  # half past midnight on the 2nd in Shanghai
        make(Project, owner=me, created_by=me, name="late", created_at=late)
        assert found(me, "created_at=2026-03-02")[0] == ["late"]
        assert found(me, "created_at=2026-03-01")[0] == []


def test_masked_and_hidden_columns_neither_sort_nor_filter_nor_search():
    me = make_user("projects.view", field_rights={"projects.phone": "masked", "projects.name": "hidden"})
    make(Project, owner=me, created_by=me, name="Bridge", phone="13812342077")
    assert found(me, "q=1381234") == ([], [])
    assert found(me, "phone=1381234")[0] == ["Bridge"]  # no filter of that name: as if it were not there
    assert found(me, "sort=phone")[1] == ["sort"]


def test_pages_count_exactly_and_the_last_page_answers_for_those_beyond(me, projects):
    query = ListQuery(registry.resources["projects"], me, QueryDict("size=10&page=99&sort=name"))
    page = query.page()
    assert (page.number, page.total, page.more, page.first, page.last) == (1, 3, False, 1, 3)


def test_the_total_is_exact_up_to_the_limit_and_says_so_beyond(me, projects, monkeypatch):
    monkeypatch.setattr("core.resources.query.EXACT_TOTAL", 2)
    page = ListQuery(registry.resources["projects"], me, QueryDict("")).page()
    assert (page.total, page.more) == (2, True)
