"""Every filter, every column, every sort order answers; what is served costs the same for many rows as for few."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import resolve, reverse
from django.utils import timezone

from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Run
from core.pages import lists
from core.pages.export import KIND
from core.resources import Resource
from core.resources.filters import Filter
from core.resources.registry import resources
from tenants.people.models import User
from tests.every_resource.scene import MINE, THEIRS, counted, full_row, hides_rows, row_of, scene_of
from tests.factories import make, make_administrator, make_user

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 9

_thousands = itertools.count(40)


def pairs(names: str) -> Any:
    """(resource, name) for every name that each resource's attribute lists."""
    found = [(one, name) for one in resources.values() for name in getattr(one, names)]
    return pytest.mark.parametrize(
        ("resource_", "name"), found, ids=[f"{resource.name}-{name}" for resource, name in found]
    )


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator()
    client.force_login(user)
    return user


def filled(resource: Resource, count: int) -> list[Any]:
    """Rows of the resource, unlike each other in all they hold and refer to, and in no order by any of it."""
    first = next(_thousands) * 1000
    return [full_row(resource, by=make(User), number=first + (index * 7 + 3) % 10) for index in range(count)]


def has_generic_list(resource: Resource) -> bool:
    """Whether the module's list is the generic one."""
    return resolve(reverse(f"{resource.name}-list")).func.__module__ == lists.__name__


def ids_of(answer: Any) -> list[int]:
    """The ids of a page of the API, in order."""
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def asked(filter_: Filter, value: Any) -> list[str]:
    """What stands in the address to find rows with the value."""
    match value:
        case None:
            return ["none"] if filter_.kind in {"relation", "option"} else []
        case bool():
            return [str(int(value))] if filter_.kind == "boolean" else [str(value)]
        case datetime.datetime():
            return [timezone.localtime(value).date().isoformat()]
        case datetime.date() | Decimal():
            return [str(value)]
        case list():
            return [str(one.pk) for one in value]
    return [str(getattr(value, "pk", value))]


@pairs("filters")
def test_every_filter_finds_what_it_should(client: Any, admin: User, resource_: Resource, name: str) -> None:
    rows = filled(resource_, 3)
    filter_ = next(known for known in resource_.filters_for(admin) if known.name == name)
    fresh = {row.pk: row for row in resource_.with_columns(resource_.model._base_manager.all())}
    column = resource_.column(name)
    wanted = column.of(fresh[rows[0].pk])
    values = asked(filter_, wanted)
    if not values:
        pytest.skip("the value can't be asked for")
    found = set(ids_of(client.get(f"/api/{resource_.name}/", {name: values, "size": 100})))
    assert rows[0].pk in found
    for pk in found:
        assert matches(filter_, column.of(fresh[pk]), wanted), pk
    for pk, row in fresh.items():
        if pk not in found and getattr(row, "deleted_at", None) is None:
            assert not matches(filter_, column.of(row), wanted), pk
    if has_generic_list(resource_):
        page = client.get(f"/{resource_.name}/", {name: values, "size": 100})
        assert {row.pk for row in page.context["list"].page.records} == found
        assert page.context["list"].problems == []


def matches(filter_: Filter, value: Any, wanted: Any) -> bool:
    """Whether a value is one that the filter should find."""
    match wanted:
        case datetime.datetime():
            return value is not None and timezone.localtime(value).date() == timezone.localtime(wanted).date()
        case list():
            return bool({one.pk for one in value} & {one.pk for one in wanted})
        case str() if filter_.kind != "choice":
            return wanted.lower() in (value or "").lower()
    return bool(value == wanted)


@pairs("filters")
def test_every_filter_refuses_what_it_does_not_understand(
    client: Any, admin: User, resource_: Resource, name: str
) -> None:
    filter_ = next(known for known in resource_.filters_for(admin) if known.name == name)
    if filter_.kind in {"text", "email", "url", "long_text"}:
        pytest.skip("any text can be looked for")
    answer = client.get(f"/api/{resource_.name}/", {name: "~nonsense~"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]
    if has_generic_list(resource_):
        page = client.get(f"/{resource_.name}/", {name: "~nonsense~"})
        assert page.status_code == 200
        assert [problem.parameter for problem in page.context["list"].problems] == [name]


@pairs("all_columns")
def test_every_column_is_shown_and_sorts(client: Any, admin: User, resource_: Resource, name: str) -> None:
    filled(resource_, 3)
    column = resource_.all_columns[name]
    if has_generic_list(resource_):
        page = client.post(reverse(f"{resource_.name}-columns"), {"columns": [name], "do": "mine"}, follow=True)
        assert page.status_code == 200
        assert [shown.name for shown in page.context["list"].columns] == [name]
        assert str(column.label) in page.content.decode()
    rows = client.get(f"/api/{resource_.name}/").json()["results"]
    assert all(name in row for row in rows)
    if column.order_by:
        up = ids_of(client.get(f"/api/{resource_.name}/", {"sort": name, "size": 100}))
        down = ids_of(client.get(f"/api/{resource_.name}/", {"sort": f"-{name}", "size": 100}))
        assert set(up) == set(down)
        in_order = resource_.model._base_manager.filter(pk__in=up).order_by(column.order_by)
        values = dict(in_order.values_list("pk", column.order_by))
        shown = [values[pk] for pk in up if values[pk] is not None]
        assert shown == [value for value in values.values() if value is not None]
    else:
        assert client.get(f"/api/{resource_.name}/", {"sort": name}).status_code == 400


SURFACES = ("/{}/", "/api/{}/", "/{}/choices/", "/{}/trash/", "/api/{}/trash/")


@pytest.mark.parametrize("surface", SURFACES)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Any, admin: User, resource: Resource, surface: str
) -> None:
    address = surface.format(resource.name)
    if "trash" in surface and "restore" not in resource.all_verbs:
        pytest.skip("it has no trash")

    def more(count: int) -> None:
        rows = filled(resource, count)
        if "trash" in surface:
            resource.model._base_manager.filter(pk__in=[row.pk for row in rows]).update(deleted_at=timezone.now())

    def ask() -> None:
        assert client.get(address, {"size": 50} if "choices" not in surface else {}).status_code == 200

    more(FEW)
    ask()
    few = counted(ask)
    more(MANY)
    assert counted(ask) == few


def test_the_number_of_queries_does_not_grow_with_what_hangs_on_a_row(
    client: Any, admin: User, resource: Resource
) -> None:
    children = [
        child
        for child in resources.values()
        if child.parent and child.model._meta.get_field(child.parent).related_model is resource.model
    ]
    if not children:
        pytest.skip("nothing hangs on it")
    row = filled(resource, 1)[0]
    for child in children:

        def ask(child: Resource = child) -> None:
            assert client.get(f"/{resource.name}/{row.pk}/", {"panel": child.name}).status_code == 200

        for _number in range(FEW):
            make(child.model, by=make(User), **{str(child.parent): row})
        ask()
        few = counted(ask)
        for _number in range(MANY):
            make(child.model, by=make(User), **{str(child.parent): row})
        assert counted(ask) == few


def exported(client: Any, company: Any, user: User, resource: Resource, **order: Any) -> list[list[str]]:
    """The rows of the file that an order makes, with its headings."""
    answer = client.post(reverse(f"{resource.name}-export"), {"format": "csv", **order})
    assert answer.status_code in {204, 302}, answer.content
    ordered = Job.rows.filter(kind=KIND).latest("pk")
    run = Run(company=company, user=user, job_id=ordered.pk, attempt=1)
    result = kind_named(KIND).work(run, **ordered.payload)
    assert isinstance(result, dict)
    with default_storage.open(result["file"]) as file:
        return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))


def test_an_export_has_visible_rows_only(client: Any, company: Any, resource: Resource) -> None:
    if "export" not in resource.all_verbs or not hides_rows(resource):
        pytest.skip("it is not exported, or all its rows are everybody's")
    scene = scene_of(resource)
    client.force_login(scene.me)
    for order in ({"query": ""}, {"ids": [scene.mine.pk, scene.theirs.pk]}, {"all": "1", "query": f"q={THEIRS}"}):
        text = str(exported(client, company, scene.me, resource, **order)[1:])
        assert THEIRS not in text
        assert (MINE in text) == ("all" not in order)


def test_an_export_has_every_column_that_was_asked_for(
    client: Any, company: Any, admin: User, resource: Resource
) -> None:
    filled(resource, 2)
    table = exported(client, company, admin, resource, columns=list(resource.all_columns), query="")
    assert table[0] == [str(column.label) for column in resource.all_columns.values()]
    assert len(table) >= 3


def secrets_of(resource: Resource, row: Any) -> Sequence[tuple[str, str]]:
    """(column, value) of texts that stand in one column of the row only."""
    named = str(row)
    found = []
    for name, column in resource.all_columns.items():
        if column.kind in {"text", "email", "url", "long_text"} and not column.choices and column.value is None:
            value = str(column.of(row) or "")
            if len(value) > 5 and value not in named:
                found.append((name, value))
    return found


@pytest.mark.parametrize("right", ["hidden", "masked"])
def test_fields_out_of_sight_are_on_no_surface(client: Any, company: Any, resource: Resource, right: str) -> None:
    row = (
        row_of(resource, make(User, everything=True, mark="SECRET"), "SECRET")
        if resource.model is User
        else make(resource.model, everything=True, mark="SECRET")
    )
    secrets = secrets_of(resource, row)
    if not secrets:
        pytest.skip("it has no text beside its name")
    rights = {f"{resource.name}.{name}": right for name, _value in secrets}
    user = make_user(*(permission.name for permission in resource.permissions), field_rights=rights)
    client.force_login(user)
    bodies = {
        address: client.get(address).content.decode()
        for address in (
            f"/{resource.name}/",
            f"/api/{resource.name}/",
            f"/{resource.name}/{row.pk}/",
            f"/api/{resource.name}/{row.pk}/",
        )
    }
    if "change" in resource.all_verbs:
        bodies["edit"] = client.get(f"/{resource.name}/{row.pk}/edit/").content.decode()
    if "export" in resource.all_verbs:
        bodies["export"] = str(exported(client, company, user, resource, columns=list(resource.all_columns), query=""))
    for where, body in bodies.items():
        for name, value in secrets:
            assert value not in body, (where, name)
    for name, value in secrets:
        found = client.get(f"/api/{resource.name}/", {"q": value})
        assert found.json().get("results") == [] or not resource.search, name
