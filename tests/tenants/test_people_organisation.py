"""The organisation: no branch is cut off, nothing in use goes, orders stay, pages and API say the same."""

import pytest
from django.core.exceptions import ValidationError

from core.records.models import LogEntry
from tenants.people.models import Department
from tenants.people.organisation import (
    department_create,
    department_delete,
    department_move,
    department_update,
    next_code,
)
from tenants.people.services import user_delete
from tests.tenants.people import code_of, fresh, make_administrator, make_person, make_role, make_unit

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss():
    return make_administrator()


@pytest.fixture
def tree():
    """创之新科技 with 业务部 (and 一组 below it), 人事部, 销售部."""
    top = make_unit("创之新科技", "10000", kind="company")
    business = make_unit("业务部", "10000002", top)
    return {
        "top": top,
        "business": business,
        "team": make_unit("一组", "10000007", business),
        "personnel": make_unit("人事部", "10000003", top),
        "sales": make_unit("销售部", "10000004", top),
    }


def names_below(parent):
    return list(Department.objects.filter(parent=parent).values_list("name", flat=True))


def test_codes_go_on_from_the_greatest(tree):
    assert next_code() == "10000008"


def test_the_first_code_of_a_department_is_the_manuals():
    make_unit("创之新科技", "10000", kind="company")
    assert next_code() == "10000002"


def test_a_new_unit_comes_last(boss, tree):
    department_create({"name": "财务部", "code": "10000005", "parent": tree["top"]}, by=boss)
    assert names_below(tree["top"]) == ["业务部", "人事部", "销售部", "财务部"]


def test_a_unit_is_moved_to_its_place_and_back(boss, tree):
    department_move(tree["sales"], parent=tree["top"], position=0, by=boss)
    assert names_below(tree["top"]) == ["销售部", "业务部", "人事部"]
    department_move(tree["sales"], parent=tree["business"], position=0, by=boss)
    assert names_below(tree["business"]) == ["销售部", "一组"]
    department_move(tree["sales"], parent=tree["top"], position=2, by=boss)
    assert names_below(tree["top"]) == ["业务部", "人事部", "销售部"]
    entries = LogEntry.objects.filter(verb="move", resource="departments").order_by("pk")
    assert [entry.changes for entry in entries] == [
        {"order": [3, 1]},
        {"parent": ["创之新科技", "业务部"]},
        {"parent": ["业务部", "创之新科技"]},
    ]


@pytest.mark.parametrize("where", ["business", "team"])
@pytest.mark.parametrize("how", ["move", "edit"])
def test_a_unit_does_not_go_below_itself(boss, tree, where, how):
    with pytest.raises(ValidationError) as raised:
        if how == "move":
            department_move(tree["business"], parent=tree[where], position=0, by=boss)
        else:
            department_update(tree["business"], {"parent": tree[where]}, by=boss)
    assert code_of(raised, "parent") == "circle"
    tree["business"].refresh_from_db()
    assert tree["business"].parent == tree["top"]


def test_a_move_to_where_the_name_stands_is_refused(boss, tree):
    other = make_unit("一组", "10000009", tree["sales"])
    with pytest.raises(ValidationError):
        department_move(other, parent=tree["business"], position=0, by=boss)
    other.refresh_from_db()
    assert other.parent == tree["sales"]


def test_a_unit_in_use_stays_and_says_who_is_there(boss, tree):
    make_person("fu.rui", name="符睿", department=tree["business"])
    with pytest.raises(ValidationError) as raised:
        department_delete(tree["business"], by=boss)
    assert code_of(raised) == "in_use"
    (message,) = raised.value.messages
    assert "符睿" in message
    assert "一组" in message
    assert "1" in message


def test_users_in_the_trash_keep_no_unit(boss, tree):
    leaver = make_person("fu.rui", department=tree["sales"])
    user_delete(leaver, hand_over_to=None, by=boss)
    department_delete(tree["sales"], by=boss)
    assert fresh(leaver).department is None


def test_the_only_top_unit_stays(boss):
    top = make_unit("创之新科技", "10000", kind="company")
    with pytest.raises(ValidationError) as raised:
        department_delete(top, by=boss)
    assert code_of(raised) == "last_unit"


def test_the_tree_page_shows_the_manuals_columns_and_the_heads_counts(client, boss, tree):
    make_person("a", department=tree["business"])
    make_person("b", department=tree["team"])
    client.force_login(boss, BACKEND)
    page = client.get("/departments/").content.decode()
    for word in ("机构名称", "机构编码", "机构类型", "备注", "操作", "10000002", "业务部", "含下级共 2 人"):
        assert word in page


def test_dragging_answers_with_the_way_back(client, boss, tree):
    client.force_login(boss, BACKEND)
    answer = client.post("/departments/move/", {"node": tree["sales"].pk, "parent": tree["business"].pk, "position": 0})
    assert answer.status_code == 200
    assert names_below(tree["business"]) == ["销售部", "一组"]
    assert client.post(answer.json()["undo"]).status_code == 200
    assert names_below(tree["top"]) == ["业务部", "人事部", "销售部"]


def test_dragging_below_itself_says_why_not(client, boss, tree):
    client.force_login(boss, BACKEND)
    answer = client.post("/departments/move/", {"node": tree["business"].pk, "parent": tree["team"].pk, "position": 0})
    assert (answer.status_code, answer.content.decode()) == (422, "不能移到自己的下级。")


@pytest.mark.parametrize("data", [{}, {"node": "x"}, {"node": "99999999999999999999"}, {"node": "1", "position": "-1"}])
def test_a_broken_move_is_no_server_error(client, boss, tree, data):
    client.force_login(boss, BACKEND)
    assert client.post("/departments/move/", data).status_code == 404


def test_who_may_only_look_moves_nothing(client, tree):
    looker = make_person("looker")
    make_role(looker, permissions=("departments.view",))
    client.force_login(looker, BACKEND)
    page = client.get("/departments/").content.decode()
    assert "data-move" not in page
    assert client.post("/departments/move/", {"node": tree["sales"].pk, "position": 0}).status_code == 403
    client.force_login(make_person("nobody"), BACKEND)
    assert client.get("/departments/").status_code == 403


def test_the_form_and_the_api_refuse_the_same_circle_at_the_same_field(client, boss, tree):
    client.force_login(boss, BACKEND)
    unit = tree["business"]
    form = {"name": unit.name, "code": unit.code, "kind": unit.kind, "parent": tree["team"].pk, "version": unit.version}
    page = client.post(f"/departments/{unit.pk}/edit/", form)
    assert page.status_code == 422
    assert "不能移到自己的下级。" in page.content.decode()
    answer = client.patch(f"/api/departments/{unit.pk}/", {"parent": tree["team"].pk}, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"]["parent"][0]["code"] == "circle"


def test_a_unit_in_use_is_not_deleted_by_page_or_api(client, boss, tree):
    client.force_login(boss, BACKEND)
    make_person("fu.rui", name="符睿", department=tree["sales"])
    page = client.post(f"/departments/{tree['sales'].pk}/delete/", follow=True)
    assert "符睿" in page.content.decode()
    assert client.delete(f"/api/departments/{tree['sales'].pk}/").status_code in {400, 409, 422}
    assert Department.objects.filter(pk=tree["sales"].pk).exists()
