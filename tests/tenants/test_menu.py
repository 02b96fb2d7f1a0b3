"""菜单管理: each user's own menu, of what that user may see."""

import re

import pytest
from django.test import RequestFactory

from tenants.settings.models import MenuChoice
from tenants.settings.navigation import visible_areas
from tests.tenants.people import fresh, make_administrator, make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


def names(user):
    return [entry.key for area in visible_areas(fresh(user)) for group in area.groups for entry in group.entries]


@pytest.fixture
def boss(client):
    user = make_administrator()
    client.force_login(user, BACKEND)
    return user


def test_the_menu_has_the_manuals_words_and_marks_where_one_is(client, boss):
    page = client.get("/users/").content.decode()
    for word in ("系统设置", "组织架构", "用户管理", "组织管理", "角色管理", "基本设置", "菜单管理"):
        assert word in page
    assert page.count('aria-current="page"') >= 1


def test_entries_are_taken_out_and_put_in_order_for_oneself_only(client, boss):
    other = make_administrator("fu.rui")
    before = names(boss)
    client.post(
        "/menu/", {"entry": ["roles", "users", "departments", "log"], "shown": ["roles", "users", "departments"]}
    )
    after = names(boss)
    assert "log" not in after
    assert [name for name in after if name in {"roles", "users", "departments"}] == ["roles", "users", "departments"]
    assert names(other) == before
    page = client.get("/users/").content.decode()
    assert 'href="/log/"' not in page


def test_what_was_left_out_can_still_be_reached_and_put_back(client, boss):
    before = names(boss)
    client.post("/menu/", {"entry": before, "shown": []})
    assert names(boss) == []
    assert client.get("/users/").status_code == 200
    page = client.get("/menu/").content.decode()
    assert 'value="users"' in page
    client.post("/menu/reset/")
    assert names(boss) == before
    assert not MenuChoice.objects.exists()


def test_names_that_are_no_entries_are_left_out(client, boss):
    client.post("/menu/", {"entry": ["users", "nonsense", "users"], "shown": ["users"]})
    choice = MenuChoice.objects.get()
    assert (choice.order, choice.hidden) == (["users"], [])


def test_a_module_with_one_group_of_its_name_is_named_once(client, boss):
    page = client.get("/menu/").content.decode()
    headings = re.findall(r"<h[23]>([^<]+)</h[23]>", page.split('id="menu-form"')[1])
    assert headings.count("客户管理") == 1
    assert headings.index("系统设置") < headings.index("组织架构")


def test_an_entry_added_later_stands_in_everybodys_menu(boss):
    MenuChoice.objects.create(user=boss, order=["log"], hidden=["roles"])
    assert "departments" in names(boss)
    assert "roles" not in names(boss)


def test_only_what_may_be_seen_is_offered(client):
    user = make_person("fu.rui")
    make_role(user, permissions=("users.view",))
    client.force_login(user, BACKEND)
    assert names(user) == ["users"]
    page = client.get("/menu/").content.decode()
    assert 'value="users"' in page
    assert 'value="roles"' not in page


def test_the_plus_button_offers_what_may_be_added(client, company):
    from tenants.settings.navigation import CompanyProvider

    user = make_person("fu.rui")
    make_role(user, permissions=("users.view", "users.add", "departments.view"))
    request = RequestFactory().get("/", HTTP_HOST=company.host)
    request.user, request.company = fresh(user), company
    assert [entry.url for entry in CompanyProvider().create(request)] == ["/users/new/"]
