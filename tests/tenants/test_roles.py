"""Roles: what they allow acts at once; nobody widens their own rights; a role in use stays."""

import pytest
from django.core.exceptions import ValidationError

from core.access import Scope
from core.records.models import LogEntry
from core.resources import registry
from tenants.roles.models import Role
from tenants.roles.services import (
    role_assign_users,
    role_copy,
    role_create,
    role_delete,
    role_set_field_rights,
    role_set_permissions,
    role_update,
)
from tests.tenants.people import code_of, fresh, make_administrator, make_person, make_role, make_unit

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss():
    return make_administrator()


def test_doing_takes_seeing(boss):
    role = role_set_permissions(make_role(), ["users.change"], by=boss)
    assert role.permissions == ["users.change", "users.view"]


def test_permissions_act_on_the_next_request(client, boss):
    user = make_person("fu.rui")
    role = make_role(user)
    client.force_login(user, BACKEND)
    assert client.get("/users/").status_code == 403
    role_set_permissions(role, ["users.view"], by=boss)
    assert client.get("/users/").status_code == 200
    role_update(role, {"state": Role.State.DISABLED}, by=boss)
    assert client.get("/users/").status_code == 403


def test_a_log_line_tells_what_was_taken_and_given(boss):
    role = make_role(permissions=("users.view", "users.add"))
    role_set_permissions(role, ["users.view", "roles.view"], by=boss)
    entry = LogEntry.objects.get(verb="set_permissions")
    assert entry.changes == {"permissions": [["users.add"], ["roles.view"]]}
    role_set_permissions(role, ["users.view", "roles.view"], by=boss)
    assert LogEntry.objects.filter(verb="set_permissions").count() == 1


def test_it_refuses_a_permission_that_is_not_there(boss):
    with pytest.raises(ValidationError) as raised:
        role_set_permissions(make_role(), ["users.fly"], by=boss)
    assert code_of(raised) == "unknown_permission"


def test_nobody_gives_more_than_they_have():
    clerk = make_person("clerk")
    make_role(clerk, code="clerk", permissions=("roles.view", "roles.change", "roles.permissions", "users.view"))
    other = make_role(code="other", permissions=("settings.change", "settings.view"))
    clerk = fresh(clerk)
    with pytest.raises(ValidationError) as raised:
        role_set_permissions(other, [*other.permissions, "users.add"], by=clerk)
    assert code_of(raised) == "more_than_own"
    # What the role has already, it keeps; what the clerk has, can be given.
    assert "users.view" in role_set_permissions(other, [*other.permissions, "users.view"], by=clerk).permissions


def test_nobody_but_an_administrator_changes_a_role_they_hold():
    clerk = make_person("clerk")
    own = make_role(clerk, code="clerk", permissions=("roles.view", "roles.change", "roles.permissions"))
    clerk = fresh(clerk)
    for act in (
        lambda: role_update(own, {"scope": Scope.COMPANY}, by=clerk),
        lambda: role_set_permissions(own, ["roles.view"], by=clerk),
        lambda: role_set_field_rights(own, {"users.phone": "hidden"}, by=clerk),
    ):
        with pytest.raises(ValidationError) as raised:
            act()
        assert code_of(raised) == "own_role"


def test_the_administrators_role_can_not_be_narrowed_emptied_or_deleted(boss):
    role = boss.roles.get()
    for act in (
        lambda: role_update(role, {"state": Role.State.DISABLED}, by=boss),
        lambda: role_update(role, {"scope": Scope.OWN}, by=boss),
        lambda: role_set_permissions(role, [], by=boss),
        lambda: role_set_field_rights(role, {"users.phone": "hidden"}, by=boss),
        lambda: role_delete(role, by=boss),
    ):
        with pytest.raises(ValidationError) as raised:
            act()
        assert code_of(raised) == "administrators"
    assert fresh(boss).access.administrator


def test_the_last_administrator_keeps_the_role(boss):
    role = boss.roles.get()
    other = make_person("fu.rui")
    with pytest.raises(ValidationError) as raised:
        role_assign_users(role, [], by=boss)
    assert code_of(raised, "roles") == "last_administrator"
    role_assign_users(role, [boss, other], by=boss)
    barred = make_person("barred", is_active=False)
    role_assign_users(role, [barred, other], by=boss)
    assert not fresh(boss).access.administrator
    with pytest.raises(ValidationError):
        role_assign_users(role, [barred], by=fresh(other))


def test_all_administrators_can_not_leave_at_once(boss):
    role = boss.roles.get()
    make_administrator("fu.rui")
    with pytest.raises(ValidationError) as raised:
        role_assign_users(role, [make_person("barred", is_active=False)], by=boss)
    assert code_of(raised, "users") == "last_administrator"
    assert fresh(boss).access.administrator


def test_a_role_in_use_stays_and_says_who_holds_it(boss):
    user = make_person("fu.rui", name="符睿")
    role = make_role(user)
    with pytest.raises(ValidationError) as raised:
        role_delete(role, by=boss)
    assert code_of(raised) == "in_use"
    assert "符睿" in raised.value.messages[0]
    role_assign_users(role, [], by=boss)
    role_delete(role, by=boss)
    assert not Role.objects.filter(pk=role.pk).exists()


def test_a_copy_allows_the_same_and_is_held_by_nobody(boss):
    unit = make_unit("销售部", "10000004")
    user = make_person("fu.rui")
    role = make_role(user, permissions=("users.view",), scope=Scope.CUSTOM, field_rights={"users.phone": "masked"})
    role.departments.add(unit)
    copy = role_copy(role, name="copy", code="copy", by=boss)
    assert (copy.permissions, copy.field_rights, copy.scope) == (["users.view"], {"users.phone": "masked"}, "custom")
    assert list(copy.departments.all()) == [unit]
    assert not copy.users.exists()
    with pytest.raises(ValidationError):
        role_copy(role, name="copy", code="other", by=boss)


def test_a_copy_of_the_administrators_role_is_an_ordinary_role(boss):
    copy = role_copy(boss.roles.get(), name="all", code="all", by=boss)
    assert not copy.is_administrator
    assert set(copy.permissions) == registry.all_permissions()


def test_chosen_departments_must_be_chosen(boss):
    with pytest.raises(ValidationError) as raised:
        role_create({"name": "n", "code": "c", "scope": Scope.CUSTOM, "departments": []}, by=boss)
    assert code_of(raised, "departments") == "required"


def test_departments_of_another_scope_are_forgotten(boss):
    unit = make_unit("销售部", "10000004")
    role = role_create({"name": "n", "code": "c", "scope": Scope.CUSTOM, "departments": [unit]}, by=boss)
    role_update(role, {"scope": Scope.OWN, "departments": [unit]}, by=boss)
    assert not role.departments.exists()


@pytest.mark.parametrize("rights", [{"users.phone": "see"}, {"users.shoe_size": "hidden"}, {"nothing.phone": "hidden"}])
def test_it_refuses_field_rights_that_are_not_there(boss, rights):
    with pytest.raises(ValidationError) as raised:
        role_set_field_rights(make_role(), rights, by=boss)
    assert code_of(raised) == "unknown_field_right"


def test_field_rights_hide_mask_and_bar_on_the_users_page(client, boss):
    user = make_person("fu.rui", phone="18665091989", email="fu@example.com", telephone="0755-88668866")
    role = make_role(user, permissions=("users.view", "users.change"))
    role_set_field_rights(
        role, {"users.phone": "masked", "users.telephone": "hidden", "users.name": "read_only"}, by=boss
    )
    client.force_login(user, BACKEND)
    page = client.get("/users/").content.decode()
    assert "186****1989" in page
    assert "18665091989" not in page
    assert "0755" not in page
    form = client.get(f"/users/{user.pk}/edit/").content.decode()
    assert 'name="phone"' not in form
    assert 'name="name"' not in form
    assert 'name="email"' in form


def test_the_permission_page_ticks_what_the_role_has_and_stores_what_is_ticked(client, boss):
    role = make_role(permissions=("users.view",))
    client.force_login(boss, BACKEND)
    url = f"/roles/{role.pk}/do/permissions/"
    page = client.get(url).content.decode()
    for word in ("系统设置", "组织架构", "用户管理", "查看", "重置", "切换用户", "全选"):
        assert word in page
    assert 'value="users.view" checked' in page
    assert 'value="users.add" data-needs="users.view">' in page
    answer = client.post(url, {"permission": ["users.add", "roles.view"]}, follow=True)
    assert "分配资源成功" in answer.content.decode()
    role.refresh_from_db()
    assert role.permissions == ["roles.view", "users.add", "users.view"]
    assert client.post(url, {"permission": ["x.y"]}).status_code == 422


def test_the_field_page_stores_what_is_narrowed(client, boss):
    role = make_role(permissions=("users.view",))
    client.force_login(boss, BACKEND)
    client.post(f"/roles/{role.pk}/fields/", {"users.phone": "masked", "users.name": "edit"})
    role.refresh_from_db()
    assert role.field_rights == {"users.phone": "masked"}


def test_users_are_assigned_on_a_page_by_department(client, boss):
    unit = make_unit("销售部", "10000004")
    user, other = make_person("fu.rui", name="符睿", department=unit), make_person("fu.rong", name="符蓉")
    role = make_role(other)
    client.force_login(boss, BACKEND)
    page = client.get(f"/roles/{role.pk}/do/assign/").content.decode()
    assert "销售部" in page
    assert "未分配部门" in page
    client.post(f"/roles/{role.pk}/do/assign/", {"user": [user.pk, "x"]})
    assert list(role.users.all()) == [user]


def test_the_page_of_a_role_lists_who_holds_it(client, boss):
    user, other = make_person("fu.rui", name="符睿"), make_person("fu.rong", name="符蓉")
    role = make_role(user)
    client.force_login(boss, BACKEND)
    page = client.get(f"/roles/{role.pk}/?panel=users").content.decode()
    assert f"/users/{user.pk}/" in page
    assert f"/users/{other.pk}/" not in page


def test_a_preview_shows_what_the_role_alone_allows_its_user(client, boss):
    unit = make_unit("销售部", "10000004")
    user = make_person("fu.rui", department=unit)
    make_person("fu.rong", department=unit)
    role = make_role(user, permissions=("users.view",), scope=Scope.DEPARTMENT, field_rights={"users.phone": "masked"})
    make_role(user, code="more", permissions=("roles.view",))
    client.force_login(boss, BACKEND)
    page = client.get(f"/roles/{role.pk}/preview/")
    (_area, screens) = page.context["areas"][0]
    (one,) = screens
    assert (one.entry.name, one.rows, one.verbs) == ("users", 2, ["查看"])
    assert one.narrowed == ["手机 (脱敏)"]


def test_the_form_asks_for_departments_and_offers_the_tree(client, boss):
    make_unit("销售部", "10000004")
    client.force_login(boss, BACKEND)
    page = client.get("/roles/new/").content.decode()
    assert 'name="departments"' in page
    answer = client.post("/roles/new/", {"name": "n", "code": "c", "state": "active", "scope": "custom"})
    assert answer.status_code == 422
    assert "请选择该角色可访问的部门。" in answer.content.decode()


def test_the_api_sets_permissions_and_refuses_what_the_page_refuses(client, boss):
    role = make_role()
    client.force_login(boss, BACKEND)
    url = f"/api/roles/{role.pk}/permissions/"
    assert client.post(url, {"permissions": ["users.add"]}, content_type="application/json").status_code == 200
    role.refresh_from_db()
    assert role.permissions == ["users.add", "users.view"]
    assert client.post(url, {"permissions": ["x.y"]}, content_type="application/json").status_code in {400, 422}
    user = make_person("fu.rui", name="符睿")
    role_assign_users(role, [user], by=boss)
    answer = client.delete(f"/api/roles/{role.pk}/")
    assert answer.status_code in {400, 409, 422}
    assert "符睿" in answer.content.decode()
