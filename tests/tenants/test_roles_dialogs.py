"""权限设置 and 分配用户 in dialogs: over a list that stays as it was, with nothing lost when something is refused."""

import json

import pytest

from tests.core.page_answers import DIALOG_PART, body, messages_of
from tests.tenants.people import make_administrator, make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"
IN_DIALOG = {**DIALOG_PART, "HX-Target": "div#dialog-form"}
SHEETS = ("do/permissions/", "fields/", "do/assign/", "preview/")


@pytest.fixture
def boss(client):
    user = make_administrator()
    client.force_login(user, BACKEND)
    return user


def over(company, path):
    """The headers of a form that is sent from a dialog over the page `path`."""
    return {**IN_DIALOG, "HX-Current-URL": f"http://{company.host}{path}", "Host": company.host}


def test_the_list_offers_them_in_its_rows(client, boss):
    role = make_role()
    page = body(client.get("/roles/"))
    for verb in ("permissions", "assign"):
        assert f'hx-get="/roles/{role.pk}/do/{verb}/" hx-target="#dialog"' in page


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_opens_in_a_dialog_and_as_a_page_of_its_own(client, boss, sheet):
    role = make_role()
    dialog = body(client.get(f"/roles/{role.pk}/{sheet}", headers=DIALOG_PART))
    assert "data-dialog" in dialog
    assert "<html" not in dialog
    inside = body(client.get(f"/roles/{role.pk}/{sheet}", headers=IN_DIALOG))
    assert inside.startswith('<div id="dialog-form"')
    page = body(client.get(f"/roles/{role.pk}/{sheet}"))
    assert "<html" in page
    assert "data-dialog" not in page


def test_a_dialog_has_the_sheets_that_belong_to_it(client, boss):
    role = make_role()
    permissions = body(client.get(f"/roles/{role.pk}/do/permissions/", headers=DIALOG_PART))
    assert f"/roles/{role.pk}/fields/" in permissions
    assert f"/roles/{role.pk}/preview/" in permissions
    assert f"/roles/{role.pk}/do/assign/" not in permissions
    assert f"/roles/{role.pk}/fields/" not in body(client.get(f"/roles/{role.pk}/do/assign/", headers=DIALOG_PART))


@pytest.mark.parametrize(
    ("sheet", "values", "said"),
    [
        ("do/permissions/", {"permission": ["users.view"]}, "分配资源成功。"),
        ("fields/", {"users.phone": "masked"}, "字段权限已保存。"),
        ("do/assign/", {"user": []}, "分配用户成功。"),
    ],
)
def test_what_is_stored_closes_it_over_the_list_as_it_was(client, boss, company, sheet, values, said):
    role = make_role()
    answer = client.post(f"/roles/{role.pk}/{sheet}", values, headers=over(company, "/roles/?state=active&page=1"))
    assert answer.status_code == 204
    assert answer["HX-Trigger"] == "close-dialog"
    location = json.loads(answer["HX-Location"])
    assert (location["path"], location["replace"]) == ("/roles/?state=active&page=1", "true")
    assert messages_of(client) == [said]


def test_it_leads_to_pages_of_this_host_only(client, boss, company):
    role = make_role()
    headers = {**over(company, "/"), "HX-Current-URL": "https://elsewhere.example/roles/?x=1"}
    answer = client.post(f"/roles/{role.pk}/do/permissions/", {"permission": []}, headers=headers)
    assert json.loads(answer["HX-Location"])["path"] == "/roles/"


def test_a_refusal_stays_in_the_dialog_with_all_that_was_ticked(client, boss, company):
    own = boss.roles.get()
    user = make_person("fu.rui", is_active=False)
    answer = client.post(f"/roles/{own.pk}/do/assign/", {"user": [user.pk]}, headers=over(company, "/roles/"))
    assert answer.status_code == 422
    page = body(answer)
    assert page.startswith('<div id="dialog-form"')
    assert "data-refused" in page
    assert "至少" in page
    assert f'value="{user.pk}" checked' in page
    assert f'value="{boss.pk}" checked' not in page


def test_the_page_stays_where_it_is(client, boss):
    role = make_role()
    answer = client.post(f"/roles/{role.pk}/fields/", {"users.phone": "masked"})
    assert answer["Location"] == f"/roles/{role.pk}/fields/"


def test_the_administrators_role_can_only_be_looked_at(client, boss):
    own = boss.roles.get()
    dialog = body(client.get(f"/roles/{own.pk}/do/permissions/", headers=DIALOG_PART))
    assert "<form" not in dialog
    assert "系统管理员角色" in dialog
