"""Lists: what they show, and how their address narrows, sorts and pages them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone
from django.utils.html import escape

from core.access import Scope
from core.pages import lists
from core.pages.operations import operations
from core.records.models import Option
from core.resources import query, registry
from core.resources.registry import resource_of
from tenants.people.models import User
from tests.core.page_answers import LIST_PART, body, columns, links, rows
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Any) -> User:
    """An administrator, signed in."""
    user = make_administrator(name="秦晨")
    client.force_login(user)
    return user


def found(client: Any, address: str) -> list[int]:
    """The keys listed at an address, oldest first."""
    answer = client.get(f"/projects/{address}", follow=True)
    assert answer.status_code == 200
    return sorted(rows(answer))


def test_each_kind_of_filter_finds_its_rows(client: Any, admin: User) -> None:
    other = make(User)
    kind = make(Option, kind="sample_kind")
    day = datetime.date(2026, 3, 15)
    values: dict[str, Any] = {"state": "active", "kind": kind, "budget": Decimal("10.50"), "due": day, "urgent": True}
    one = make(Project, name="One bridge", owner=admin, **values)
    one.members.set([other])
    later = day + datetime.timedelta(5)
    two = make(Project, name="Two towers", state="done", budget=Decimal(20), due=later, owner=other)
    assert found(client, "?state=active") == [one.pk]
    assert found(client, "?state=active&state=done") == [one.pk, two.pk]
    assert found(client, f"?kind={kind.pk}") == [one.pk]
    assert found(client, "?kind=none") == [two.pk]
    assert found(client, "?budget=10.5..15") == [one.pk]
    assert found(client, "?budget=15..") == [two.pk]
    assert found(client, "?due=2026-03-15") == [one.pk]
    assert found(client, "?due=2026-03-16..2026-03-31") == [two.pk]
    assert found(client, "?urgent=1") == [one.pk]
    assert found(client, "?urgent=0") == [two.pk]
    assert found(client, "?owner=me") == [one.pk]
    assert found(client, f"?owner={other.pk}") == [two.pk]
    assert found(client, f"?members={other.pk}") == [one.pk]
    assert found(client, "?name=tower") == [two.pk]
    assert found(client, "?q=bridge") == [one.pk]
    assert found(client, "?q=bridge&state=done") == []


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        ("today", 0, 1),
        ("yesterday", -1, 0),
        ("last_7_days", -6, -7),
        ("last_30_days", -29, -30),
        ("next_7_days", 6, 7),
    ],
)
def test_a_period_moves_with_today(client: Any, admin: User, period: str, inside: int, outside: int) -> None:
    today = timezone.localdate()
    yes = make(Project, due=today + datetime.timedelta(inside), owner=admin)
    make(Project, due=today + datetime.timedelta(outside), owner=admin)
    assert found(client, f"?due={period}") == [yes.pk]


@pytest.mark.parametrize("period", ["this_week", "last_week", "this_month", "last_month", "this_year"])
def test_a_period_of_the_calendar_is_whole(period: str) -> None:
    from core.resources.periods import PERIODS

    for today in (datetime.date(2024, 2, 29), datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)):
        first, last = PERIODS[period].days(today)
        length = (last - first).days + 1
        assert length in ({7} if "week" in period else {28, 29, 30, 31} if "month" in period else {365, 366})
        assert (first <= today <= last) is period.startswith("this")


def test_many_chosen_at_once_do_not_list_a_row_twice(client: Any, admin: User) -> None:
    first, second = make(User), make(User)
    project = make(Project, owner=admin)
    project.members.set([first, second])
    assert found(client, f"?members={first.pk}&members={second.pk}") == [project.pk]
    assert "<b>1</b>" in body(client.get(f"/projects/?members={first.pk}&members={second.pk}"))


@pytest.mark.parametrize(
    "bad",
    [
        "state=none-such",
        "due=tomorrow",
        "due=2026-02-30",
        "budget=much",
        "budget=NaN..",
        "owner=1;drop",
        "urgent=perhaps",
        "sort=password",
        "sort=-nothing",
        "size=7",
        "page=-1",
        "page=99999999",
        "view=77",
        "created_at=9999-12-31..9999-12-31",
    ],
)
def test_what_can_t_be_understood_is_told_and_the_list_still_served(client: Any, admin: User, bad: str) -> None:
    project = make(Project, owner=admin)
    answer = client.get(f"/projects/?{bad}")
    assert answer.status_code == 200
    assert 'class="attn" role="status"' in body(answer)
    assert rows(answer) == [project.pk]


def test_a_zero_byte_and_a_very_long_search_do_no_harm(client: Any, admin: User) -> None:
    project = make(Project, name="abc", owner=admin)
    assert found(client, "?q=a%00b") == [project.pk]
    assert found(client, f"?q={'x' * 5000}") == []


def test_it_sorts_both_ways_with_empty_values_last(client: Any, admin: User) -> None:
    low = make(Project, budget=Decimal(1), owner=admin)
    none = make(Project, budget=None, owner=admin)
    high = make(Project, budget=Decimal(9), owner=admin)
    assert rows(client.get("/projects/?sort=budget")) == [low.pk, high.pk, none.pk]
    answer = client.get("/projects/?sort=-budget")
    assert rows(answer) == [high.pk, low.pk, none.pk]
    assert "/projects/?sort=budget" in links(answer)
    assert 'aria-sort="descending"' in body(answer)


def test_the_footer_counts_as_the_manual_does(client: Any, admin: User) -> None:
    admin.language = "zh-hans"
    admin.save()
    for _ in range(12):
        make(Project, owner=admin)
    answer = client.get("/projects/?size=10&page=2")
    assert "显示第 <b>11</b> 到第 <b>12</b> 条记录，总共 <b>12</b> 条记录" in body(answer)
    assert "每页显示" in body(answer)
    assert len(rows(answer)) == 2


def test_beyond_ten_thousand_the_total_is_open(client: Any, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "EXACT_TOTAL", 3)
    for _ in range(12):
        make(Project, owner=admin)
    answer = client.get("/projects/?size=10")
    assert "3+" in body(answer)
    assert "page=2" in " ".join(links(answer))
    assert len(rows(client.get("/projects/?size=10&page=2"))) == 2


def test_a_page_after_the_last_shows_the_last(client: Any, admin: User) -> None:
    project = make(Project, owner=admin)
    assert rows(client.get("/projects/?page=50")) == [project.pk]


def test_the_form_of_a_range_becomes_one_tidy_address(client: Any, admin: User) -> None:
    answer = client.get("/projects/?q=&state=active&budget.from=5&budget.to=&due.from=2026-01-01&due.to=2026-02-01")
    assert answer.status_code == 302
    assert answer["Location"] == "/projects/?state=active&budget=5..&due=2026-01-01..2026-02-01"


def test_chips_name_what_is_chosen_and_lead_back_without_it(client: Any, admin: User) -> None:
    make(Project, owner=admin, state="active")
    answer = client.get(f"/projects/?state=active&owner={admin.pk}&due=this_year&q=x&page=3")
    text = body(answer)
    for shown in ("秦晨", "This year" if "This year" in text else "今年"):
        assert shown in text
    assert f"/projects/?owner={admin.pk}&due=this_year&q=x" in links(answer)
    assert "/projects/" in links(answer)


def test_a_chip_does_not_name_records_that_the_viewer_may_not_see(client: Any) -> None:
    hidden = make(Project, name="Hidden name", owner=make_user())
    me = make_user("milestones.view", "projects.view", scope=Scope.OWN)
    client.force_login(me)
    answer = client.get(f"/milestones/?project={hidden.pk}")
    assert "Hidden name" not in body(answer)
    assert f"#{hidden.pk}" in body(answer)


def test_an_empty_list_says_why(client: Any, admin: User) -> None:
    nothing_yet = body(client.get("/projects/"))
    assert "empty-none" in nothing_yet
    assert "/projects/new/" in nothing_yet
    make(Project, owner=admin)
    no_match = client.get("/projects/?q=zzz")
    assert "empty-match" in body(no_match)
    assert "/projects/" in links(no_match)
    client.force_login(make_user("projects.view", scope=Scope.OWN))
    nothing_visible = body(client.get("/projects/"))
    assert "empty-none" in nothing_visible
    assert "/projects/new/" not in nothing_visible


def test_htmx_gets_the_list_alone_and_back_the_whole_page(client: Any, admin: User) -> None:
    make(Project, owner=admin)
    part = client.get("/projects/?state=planned", headers=LIST_PART)
    assert b"<html" not in part.content
    assert 'id="list"' in body(part)
    assert 'id="list-head" hx-swap-oob="true"' in body(part)
    boosted = client.get("/projects/", headers={**LIST_PART, "HX-Request-Type": "full"})
    assert b"<html" in boosted.content
    restored = client.get("/projects/", headers={**LIST_PART, "HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content
    unknown = client.get("/projects/", headers={**LIST_PART, "HX-Target": "div#passwords"})
    assert b"<html" in unknown.content


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Any, admin: User, django_assert_num_queries: Any
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            project = make(Project, everything=True, owner=make(User))
            project.members.set([admin])

    fill(2)
    address = "/projects/?state=planned&sort=budget"
    client.get(address)
    # Session, user, settings of the company, roles; the user's arrangement and views of the list; the total with the
    # keys; the rows of the page, their owners, the links to their members and these.
    with django_assert_num_queries(10):
        client.get(address, headers=LIST_PART)
    fill(18)
    with django_assert_num_queries(10):
        assert len(rows(client.get(address, headers=LIST_PART))) == 20


def test_hidden_and_masked_fields_stay_so_in_the_list(client: Any) -> None:
    rights = {"projects.budget": "hidden", "projects.phone": "masked"}
    me = make_user("projects.view", field_rights=rights)
    project = make(Project, budget=Decimal("777.77"), phone="13812342077", owner=me)
    client.force_login(me)
    answer = client.get("/projects/")
    text = body(answer)
    assert columns(answer) == ["name", "state", "kind", "due", "phone", "owner"]
    assert "777.77" not in text
    assert "13812342077" not in text
    assert "138****2077" in text
    for probe in ("budget=700..800", "phone=1234", "sort=budget", "sort=phone"):
        probed = client.get(f"/projects/?{probe}")
        assert rows(probed) == [project.pk]
        assert 'name="budget.from"' not in body(probed)
    # What is masked can't be found out by searching either.
    assert rows(client.get("/projects/?q=1234")) == []


def test_the_trash_is_not_in_the_list(client: Any, admin: User) -> None:
    kept = make(Project, owner=admin)
    make(Project, owner=admin, deleted_at=timezone.now())
    assert found(client, "") == [kept.pk]


def test_every_list_of_the_registry_opens_with_every_filter_and_sort(client: Any, admin: User) -> None:
    generic = [known for known in registry.resources.values() if resolve(known.url).func is lists.show]
    assert len(generic) > 4
    for resource in generic:
        addresses = [resource.url]
        addresses += [f"{resource.url}?sort={name}" for name in resource.sortable(admin)]
        addresses += [f"{resource.url}?{known.name}=1" for known in resource.filters_for(admin)]
        for address in addresses:
            assert client.get(address).status_code in {200, 302}, address


def test_a_row_shows_three_operations_and_keeps_the_others_in_its_menu() -> None:
    known = {action.name: action for action in resource_of(Project).actions}
    finish, reopen = known["finish"], known["reopen"]
    usual = operations({"delete", "change"}, [reopen, finish])
    assert usual == ["change", finish, "delete", reopen]
    row = lists.Row(None, "", usual)
    assert (row.in_sight, row.folded) == (["change", finish, "delete"], [reopen])
    assert operations({"restore", "purge"}, []) == ["restore", "purge"]


def test_each_row_offers_its_own_operations(client: Any, admin: User) -> None:
    values = {"owner": admin, "created_by": admin}
    running = make(Project, name='<b>"Bridge" & co</b>', state="active", **values)
    done = make(Project, name="Tunnel", state="done", **values)
    other = make(Project, name="Tower", state="active", **values)
    text = client.get("/projects/?sort=name").content.decode()  # escaped, as the browser has it
    for project in (running, done, other):
        part = text.partition(f'id="row-{project.pk}"')[2].partition("</tr>")[0]
        assert f'href="/projects/{project.pk}/edit/"' in part
        assert f'action="/projects/{project.pk}/delete/"' in part
        assert f"“{escape(project.name)}”" in part
        for stranger in {running, done, other} - {project}:
            assert f"/projects/{stranger.pk}/" not in part
            assert stranger.name not in part
    assert "<b>" not in text.partition("<tbody>")[2].partition("</tbody>")[0]
