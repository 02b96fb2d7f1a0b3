"""用户管理: list, form, dialogs; page and API refuse the same at the same field."""

import re

import pytest

from core.access import Scope
from core.records.models import LogEntry, Option
from tenants.people.models import User
from tenants.people.services import user_delete
from tests.samples.models import Project
from tests.tenants.people import fresh, make_administrator, make_person, make_role, make_unit

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss(client):
    user = make_administrator(name="秦晨")
    client.force_login(user, BACKEND)
    return user


def person(**values):
    usual = {"username": "fu.rui", "name": "符睿", "is_active": "on", "language": "", "password": "Kx7-nine-fish"}
    return {**usual, **values}


def test_the_list_has_the_manuals_columns_and_row_actions(client, boss):
    top = make_unit("创之新科技", "10000", kind="company")
    make_person("fu.rui", name="符睿", department=make_unit("业务部", "10000002", top), employee_number="107")
    page = client.get("/users/").content.decode()
    for word in [
        "登录名",
        "工号",
        "姓名",
        "手机",
        "电话",
        "归属公司",
        "归属部门",
        "状态",
        "操作",
        "编辑",
        "删除",
        "重置",
        "切换用户",
        "正常",
    ]:
        assert word in page, word
    assert page.count("创之新科技") >= 1
    assert "业务部" in page


def test_filters_are_those_of_the_manual(client, boss):
    make_person("barred", is_active=False)
    names = lambda query: [user.username for user in client.get(f"/users/?{query}").context["list"].page.records]  # noqa: E731
    assert names("is_active=0") == ["barred"]
    assert names("username=qin") == ["qin.chen"]
    assert names("name=秦") == ["qin.chen"]


def test_a_user_is_added_with_roles_and_password_and_signs_in(client, client_of, company, boss):
    unit = make_unit("业务部", "10000002")
    position = Option.objects.create(kind="position", name="业务代表")
    role = make_role(permissions=("users.view",))
    answer = client.post(
        "/users/new/", person(roles=[role.pk], department=unit.pk, position=position.pk, manager=boss.pk)
    )
    assert answer.status_code == 302, answer.context["form"].errors
    user = User.objects.get_queryset().get(username="fu.rui")
    assert (user.department, user.position, user.manager) == (unit, position, boss)
    assert list(user.roles.all()) == [role]
    browser = client_of(company)
    browser.post("/sign-in/", {"login": "fu.rui", "password": "Kx7-nine-fish"})
    assert browser.get("/users/").status_code == 200


def test_after_saving_it_asks_whether_to_go_on_adding(client, boss):
    page = client.post("/users/new/", person(), follow=True).content.decode()
    assert "保存成功，是否继续添加" in page


BAD = [
    ({"username": ""}, "username"),
    ({"username": "a b"}, "username"),
    ({"username": "QIN.CHEN"}, None),
    ({"phone": "12"}, "phone"),
    ({"email": "nobody"}, "email"),
    ({"password": "12345678"}, "password"),
    ({"password": ""}, "password"),
    ({"department": 99999}, "department"),
    ({"roles": [99999]}, "roles"),
    ({"manager": 99999}, "manager"),
]


@pytest.mark.parametrize(("bad", "field"), BAD)
def test_page_and_api_refuse_the_same_value_at_the_same_field(client, boss, bad, field):
    page = client.post("/users/new/", person(**bad))
    assert page.status_code == 422
    if field:
        assert list(page.context["form"].errors) == [field]
    assert "符睿" in page.content.decode()  # nothing typed is lost
    values = {**person(), "is_active": True, **bad}
    answer = client.post("/api/users/", values, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert set(answer.json()["errors"]) == set(page.context["form"].errors)
    assert not User.objects.get_queryset().filter(username="fu.rui").exists()


def test_a_full_licence_is_told_at_the_field_by_page_and_api(client, boss, company):
    from core.db import run_outside_companies
    from tenants.companies.models import Licence

    run_outside_companies(lambda: Licence.objects.filter(pk=company.id).update(seats=1))
    page = client.post("/users/new/", person())
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["is_active"]
    answer = client.post("/api/users/", {**person(), "is_active": True}, content_type="application/json")
    assert answer.json()["errors"]["is_active"][0]["code"] == "seats_exhausted"


def test_no_answer_holds_a_password(client, boss):
    client.post("/users/new/", person())
    user = User.objects.get_queryset().get(username="fu.rui")
    for url in ("/users/", f"/users/{user.pk}/", f"/users/{user.pk}/edit/", "/api/users/", f"/api/users/{user.pk}/"):
        body = client.get(url).content.decode()
        assert user.password not in body, url
        assert "Kx7-nine-fish" not in body, url
    assert 'name="password"' not in client.get(f"/users/{user.pk}/edit/").content.decode()


def test_roles_are_chosen_only_by_who_may_assign_them(client, boss):
    clerk = make_person("clerk")
    make_role(clerk, code="hr", permissions=("users.view", "users.add", "users.change"))
    sales = make_role(code="sales", permissions=("settings.view",))
    client.force_login(clerk, BACKEND)
    assert 'name="roles"' not in client.get("/users/new/").content.decode()
    client.post("/users/new/", person(roles=[sales.pk]))
    assert not User.objects.get_queryset().get(username="fu.rui").roles.exists()


def test_deleting_shows_what_the_user_owns_and_hands_it_over(client, boss):
    leaver, heir = make_person("fu.rui", name="符睿"), make_person("fu.rong", name="符蓉")
    Project.objects.create(name="P", owner=leaver, created_by=leaver)
    page = client.get(f"/users/{leaver.pk}/delete/").content.decode()
    assert 'name="hand_over_to"' in page
    assert str(Project._meta.verbose_name_plural) in page
    asked = client.post(f"/users/{leaver.pk}/delete/")
    assert asked.status_code == 200
    assert fresh(leaver).deleted_at is None
    refused = client.post(f"/users/{leaver.pk}/delete/", {"sure": "1"})
    assert refused.status_code == 422
    client.post(f"/users/{leaver.pk}/delete/", {"sure": "1", "hand_over_to": heir.pk})
    assert fresh(leaver).deleted_at is not None
    assert Project.objects.get().owner == heir


def test_a_user_with_nothing_is_deleted_by_one_click_and_restored(client, boss):
    user = make_person("fu.rui", name="符睿")
    page = client.post(f"/users/{user.pk}/delete/", follow=True)
    assert "“符睿”" in page.content.decode()
    assert fresh(user).deleted_at is not None
    client.post(f"/users/{user.pk}/restore/")
    assert fresh(user).deleted_at is None
    assert not fresh(user).is_active


def test_the_api_and_bulk_actions_do_not_delete_owners_of_records(client, boss):
    leaver = make_person("fu.rui")
    Project.objects.create(name="P", owner=leaver, created_by=leaver)
    answer = client.delete(f"/api/users/{leaver.pk}/")
    assert answer.status_code in {400, 409, 422}
    assert fresh(leaver).deleted_at is None


def test_oneself_and_the_last_administrator_stay(client, boss):
    page = client.post(f"/users/{boss.pk}/delete/", {"sure": "1"})
    assert page.status_code == 422
    assert "不能删除自己。" in page.content.decode()


def test_a_reset_shows_the_new_password_once(client, client_of, company, boss):
    user = make_person("fu.rui", name="符睿")
    asked = client.get(f"/users/{user.pk}/do/reset/").content.decode()
    assert "new-password" not in asked
    page = client.post(f"/users/{user.pk}/do/reset/").content.decode()
    password = re.search(r'id="new-password"[^>]*>([^<]+)<', page)[1]
    assert fresh(user).check_password(password)
    assert password not in client.get(f"/users/{user.pk}/").content.decode()
    assert password not in str(list(LogEntry.objects.values()))


def test_scopes_hold_on_every_page_of_a_user(client):
    mine, other = make_unit("业务部", "10000002"), make_unit("人事部", "10000003")
    clerk = make_person("clerk", department=mine)
    near, far = make_person("near", department=mine), make_person("far", department=other)
    verbs = ("view", "change", "delete", "reset", "switch")
    make_role(clerk, scope=Scope.DEPARTMENT, permissions=tuple(f"users.{verb}" for verb in verbs))
    client.force_login(clerk, BACKEND)
    page = client.get("/users/").content.decode()
    assert "near" in page
    assert "far" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL).replace("far-", "")
    for path in ("", "edit/", "delete/", "do/reset/"):
        assert client.get(f"/users/{near.pk}/{path}").status_code == 200, path
        assert client.get(f"/users/{far.pk}/{path}").status_code == 404, path
    assert client.post(f"/users/{far.pk}/do/switch/").status_code == 404
    assert client.post(f"/users/{far.pk}/delete/", {"sure": "1"}).status_code == 404
    assert fresh(far).deleted_at is None


def test_a_trashed_user_has_no_page(client, boss):
    user = make_person("fu.rui")
    user_delete(user, hand_over_to=None, by=boss)
    for path in ("", "edit/", "delete/", "do/reset/"):
        assert client.get(f"/users/{user.pk}/{path}").status_code == 404
    assert client.post(f"/users/{user.pk}/do/switch/").status_code == 404


def test_a_roles_or_departments_change_acts_on_the_next_request(client, client_of, company, boss):
    user = make_person("fu.rui", department=make_unit("业务部", "10000002"))
    role = make_role(permissions=("users.view",))
    browser = client_of(company)
    browser.force_login(user, BACKEND)
    assert browser.get("/users/").status_code == 403
    form = {"username": "fu.rui", "name": "符睿", "is_active": "on", "language": "", "version": user.version}
    client.post(f"/users/{user.pk}/edit/", {**form, "roles": [role.pk]})
    assert browser.get("/users/").status_code == 200
    del form["is_active"]
    client.post(f"/users/{user.pk}/edit/", {**form, "version": fresh(user).version})
    assert browser.get("/users/").status_code == 302
