"""数据字典: lists at the left, options at the right; what is in use stays."""

import pytest
from django.core.exceptions import ValidationError

from core.records import dictionary
from core.records.models import LogEntry, Option
from tenants.settings.services import option_create, option_delete, options_furnish, options_reorder
from tests.tenants.people import code_of, make_administrator, make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss(client):
    user = make_administrator()
    client.force_login(user, BACKEND)
    options_furnish()
    return user


def names():
    return list(Option.objects.filter(kind="position").order_by("order", "pk").values_list("name", flat=True))


def option(name):
    return Option.objects.get(kind="position", name=name)


def test_it_shows_every_list_and_the_options_of_the_one_chosen(client, boss):
    page = client.get("/options/?kind=position").content.decode()
    for option_list in dictionary.lists.values():
        assert str(option_list.label) in page
    for name in names():
        assert name in page
    assert client.get("/options/?kind=nothing").status_code == 404


def test_filling_twice_changes_nothing(boss):
    before = names()
    options_furnish()
    assert names() == before


def test_an_option_is_added_last_renamed_and_taken_out_of_use(client, boss):
    client.post("/options/in/position/add/", {"name": " 顾问 "})
    assert names()[-1] == "顾问"
    client.post(f"/options/{option('顾问').pk}/edit/", {"name": "高级顾问"})
    added = option("高级顾问")
    client.post(f"/options/{added.pk}/edit/", {"active": ""})
    added.refresh_from_db()
    assert not added.active
    form = client.get("/users/new/").content.decode()
    assert "高级顾问" not in form
    assert "业务代表" in form
    client.post(f"/options/{added.pk}/edit/", {"active": "1"})
    assert "高级顾问" in client.get("/users/new/").content.decode()


@pytest.mark.parametrize("name", ["", "   ", "业务代表", "x" * 61])
def test_a_bad_name_is_refused_where_it_stands(client, boss, name):
    before = names()
    answer = client.post("/options/in/position/add/", {"name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    client.post(f"/options/{option('财务').pk}/edit/", {"name": name})
    assert names() == before


def test_options_are_put_in_order_all_of_them_or_none(client, boss):
    before = names()
    pks = [option(name).pk for name in before]
    client.post("/options/in/position/reorder/", {"option": list(reversed(pks))})
    assert names() == list(reversed(before))
    with pytest.raises(ValidationError) as raised:
        options_reorder("position", pks[1:], by=boss)
    assert code_of(raised) == "stale"
    client.post("/options/in/position/reorder/", {"option": [pks[0], "x", "9" * 30]})
    assert names() == list(reversed(before))


def test_an_option_in_use_stays_and_says_how_often(client, boss):
    make_person("fu.rui", position=option("财务"))
    with pytest.raises(ValidationError) as raised:
        option_delete(option("财务"), by=boss)
    assert code_of(raised) == "in_use"
    page = client.post(f"/options/{option('财务').pk}/delete/", follow=True).content.decode()
    assert "1 条记录" in page
    assert client.delete(f"/api/options/{option('财务').pk}/").status_code in {400, 409, 422}
    assert "财务" in names()
    client.post(f"/options/{option('人事').pk}/delete/")
    assert "人事" not in names()
    assert LogEntry.objects.filter(verb="delete", resource="options").count() == 1


def test_lists_that_are_not_there_take_no_options(client, boss):
    with pytest.raises(ValidationError) as raised:
        option_create({"kind": "shoes", "name": "x"}, by=boss)
    assert code_of(raised, "kind") == "unknown_list"
    assert client.post("/options/in/shoes/add/", {"name": "x"}).status_code == 404
    answer = client.post("/api/options/", {"kind": "shoes", "name": "x"}, content_type="application/json")
    assert "kind" in answer.json()["errors"]


def test_who_may_only_look_changes_nothing(client, boss):
    looker = make_person("looker")
    make_role(looker, permissions=("options.view",))
    client.force_login(looker, BACKEND)
    assert "data-order" not in client.get("/options/?kind=position").content.decode()
    pk = option("财务").pk
    for url in ("/options/in/position/add/", "/options/in/position/reorder/", f"/options/{pk}/edit/"):
        assert client.post(url, {"name": "x"}).status_code == 403, url
    assert client.post(f"/options/{pk}/delete/").status_code == 403
