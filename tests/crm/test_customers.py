"""What is peculiar to customers: 查重, the contact made with them, stars, advice, what hangs on one in the trash."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.access import Scope
from core.access.models import Collaborator
from core.db import run_in_company
from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Run
from core.pages.table import phone_places
from core.resources import ListQuery, registry
from core.resources.registry import all_permissions, resource_of
from crm.contacts.models import Contact
from crm.customers.advice import advice_on
from crm.customers.models import Category, Customer, Star, Tag
from crm.customers.services import customer_create
from crm.followups.models import FollowUp
from crm.followups.services import follow_up_create
from tests.crm.people import customer_of, seller
from tests.factories import make, make_administrator, make_user
from tests.together import together

NAME = "深圳市云岭智能科技有限公司"


@pytest.fixture
def me(db: None) -> Any:
    return seller()


def test_a_customer_comes_with_its_primary_contact(client: Any, me: Any) -> None:
    client.force_login(me)
    sent = {"name": NAME, "status": "potential", "contact_name": "刘志远", "phone": "18665091989", "owner": me.pk}
    assert client.post("/customers/new/", sent).status_code == 302
    customer = Customer.objects.get(name=NAME)
    contact = Contact.objects.get()
    assert (contact.name, contact.phone, contact.customer, contact.owner) == ("刘志远", "18665091989", customer, me)
    assert customer.primary_contact == contact


def test_a_customer_that_is_there_is_refused_and_created_all_the_same_by_who_says_so(client: Any, me: Any) -> None:
    customer_of(seller("秦晨"), NAME)
    client.force_login(me)
    sent = {"name": "深圳市云岭智能科技(有限公司)", "status": "potential", "owner": me.pk}
    refused = client.post("/customers/new/", sent)
    assert refused.status_code == 422
    assert "秦晨" in refused.content.decode()
    assert client.post("/customers/new/", {**sent, "allow_duplicate": "on"}).status_code == 302
    assert Customer.objects.filter(owner=me).count() == 1


def test_who_types_hears_whose_a_customer_is_and_nothing_else_of_it(client: Any, me: Any) -> None:
    customer_of(seller("秦晨"), NAME, phone="18665091989", needs="SECRET")
    client.force_login(me)
    answer = client.get("/customers/duplicates/", {"phone": "186 6509 1989", "name": "别的名字"}).content.decode()
    assert "秦晨" in answer
    assert "SECRET" not in answer
    assert NAME not in answer
    assert "/customers/" not in answer
    assert "秦晨" not in client.get("/customers/duplicates/", {"name": "没有这家"}).content.decode()


def test_asking_for_duplicates_again_and_again_is_refused(client: Any, me: Any) -> None:
    client.force_login(me)
    answers = [client.get("/customers/duplicates/", {"name": f"x{number}"}).status_code for number in range(62)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_two_who_enter_the_same_customer_at_once_make_one(live_ground: Any, company: Any) -> None:
    people = [seller("符蓉"), seller("符睿")]

    def enter(number: int) -> Any:
        return run_in_company(company, customer_create, {"name": NAME, "phone": "18665091989"}, by=people[number])

    results = together(enter, 2)
    refused = [one for one in results if isinstance(one, ValidationError)]
    assert len(refused) == 1, results
    assert Customer.objects.count() == 1


def test_a_star_is_its_users_own(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    assert client.post(f"/customers/{customer.pk}/star/", {"on": "1"}).status_code == 204
    assert Star.objects.get().user == me
    listed = client.get("/customers/", {"view": "followed", "starred": "1"})
    assert [row.record for row in listed.context["list"].rows] == [customer]
    client.force_login(make_administrator())
    assert client.get("/customers/", {"starred": "1"}).context["list"].rows == []
    client.force_login(me)
    client.post(f"/customers/{customer.pk}/star/", {"on": ""})
    assert not Star.objects.exists()


def test_somebody_elses_customer_gets_no_star(client: Any, me: Any) -> None:
    customer = customer_of(seller("秦晨"))
    client.force_login(me)
    assert client.post(f"/customers/{customer.pk}/star/", {"on": "1"}).status_code == 404


def test_a_step_along_the_path_is_taken_and_taken_back(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    answer = client.post(f"/customers/{customer.pk}/step/", {"to": "won"}, follow=True)
    customer.refresh_from_db()
    assert customer.status == "won"
    [message] = answer.context["messages"]
    address = message.extra_tags.removeprefix("undo:")
    assert client.post(address).status_code == 204
    customer.refresh_from_db()
    assert customer.status == "potential"


def test_a_step_is_not_taken_back_over_somebody_elses_change(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    [message] = client.post(f"/customers/{customer.pk}/step/", {"to": "won"}, follow=True).context["messages"]
    resource_of(Customer).update(customer, {"status": "lost"}, by=me)
    assert client.post(message.extra_tags.removeprefix("undo:")).status_code == 409
    customer.refresh_from_db()
    assert customer.status == "lost"


def test_what_hangs_on_a_customer_goes_to_the_trash_and_comes_back_with_it(client: Any, me: Any) -> None:
    customer = customer_of(me)
    Contact.objects.create(customer=customer, name="刘志远", owner=me, created_by=me)
    follow_up_create({"customer": customer, "content": "电话联系"}, by=me)
    everybody = make_administrator()
    Collaborator.objects.create(resource="customers", record_id=customer.pk, user=me)
    resource_of(Customer).delete(customer, by=me)
    for user in (me, everybody):
        for model in (Contact, FollowUp):
            assert not resource_of(model).rows(user).exists(), (user, model)
            assert not resource_of(model).rows(user, "restore").exists()
    client.force_login(me)
    assert client.get("/api/contacts/").json()["results"] == []
    resource_of(Customer).restore(customer, by=me)
    for model in (Contact, FollowUp):
        assert resource_of(model).rows(me).count() == 1


@pytest.mark.parametrize(
    ("due", "last", "status", "level"),
    [
        (timedelta(days=-2), timedelta(days=-9), "developing", "danger"),
        (None, None, "potential", "info"),
        (None, timedelta(days=-31), "developing", "warning"),
        (timedelta(days=3), timedelta(days=-1), "developing", None),
        (timedelta(days=-2), None, "lost", None),
    ],
)
def test_the_next_best_thing_to_do(me: Any, due: Any, last: Any, status: str, level: str | None) -> None:
    customer = customer_of(me, status=status)
    now = timezone.now()
    customer.next_contact_at = due and now + due
    customer.last_follow_up_at = last and now + last
    advice = advice_on(customer, me)
    assert (advice.level if advice else None) == level


def test_many_customers_change_hands_and_come_back(client: Any, me: Any) -> None:
    customers = [customer_of(me, f"客户{number}") for number in range(3)]
    heir = seller("符睿")
    client.force_login(me)
    sent = {"do": "transfer", "ids": [one.pk for one in customers], "filled_in": "1", "owner": heir.pk}
    [message] = client.post("/customers/bulk/", sent, follow=True).context["messages"]
    assert Customer.objects.filter(owner=heir).count() == 3
    assert client.post(message.extra_tags.removeprefix("undo:")).status_code == 204
    assert Customer.objects.filter(owner=me).count() == 3


def test_one_field_of_many_customers_gets_one_value_and_is_put_back(client: Any, me: Any) -> None:
    customers = [customer_of(me, f"客户{number}") for number in range(3)]
    resource_of(Customer).update(customers[0], {"status": "won"}, by=me)
    client.force_login(me)
    ids = [one.pk for one in customers]
    sent = {"do": "edit", "ids": ids, "filled_in": "1", "field": "status", "value.status": "lost"}
    [message] = client.post("/customers/bulk/", sent, follow=True).context["messages"]
    assert set(Customer.objects.values_list("status", flat=True)) == {"lost"}
    assert client.post(message.extra_tags.removeprefix("undo:")).status_code == 204
    assert sorted(Customer.objects.values_list("status", flat=True)) == ["potential", "potential", "won"]


def test_a_value_that_the_field_refuses_changes_nothing(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    sent = {"do": "edit", "ids": [customer.pk], "filled_in": "1", "field": "region", "value.region": "999999"}
    assert client.post("/customers/bulk/", sent).status_code == 422
    customer.refresh_from_db()
    assert customer.region == ""


def test_a_region_is_found_by_words_and_initials_and_shown_as_text(client: Any, me: Any) -> None:
    customer = customer_of(me, region="440305")
    client.force_login(me)
    found = client.get("/regions/", {"q": "深圳 nsq"}).json()["results"]
    assert {"id": "440305", "text": "广东省 深圳市 南山区"} in found
    assert "广东省 深圳市 南山区" in client.get(f"/customers/{customer.pk}/").content.decode()


def test_a_list_opens_with_what_the_module_offers_everybody(client: Any, me: Any) -> None:
    mine = customer_of(me)
    old = customer_of(me, "很久没联系")
    Customer.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    client.force_login(me)
    shown = client.get("/customers/").context["list"]
    labels = [str(tab.label) for tab in shown.tabs]
    assert labels[1:5] == ["我负责的", "我关注的", "本周待跟进", "30 天未联系"]
    quiet = client.get(shown.tabs[4].url).context["list"]
    assert [row.record for row in quiet.rows] == [old]
    assert quiet.tabs[4].active
    assert not quiet.problems
    assert {row.record for row in client.get(shown.tabs[1].url).context["list"].rows} == {mine, old}


def test_followed_customers_and_the_trash_stand_in_the_menu_without_permissions_of_their_own(
    client: Any, me: Any
) -> None:
    client.force_login(me)
    page = client.get("/customers/?view=followed&starred=1").content.decode()
    assert "关注客户" in page
    assert "/customers/trash/" in page
    assert not {name for name in all_permissions() if name.startswith(("followedcustomers.", "trashedcustomers."))}
    reader = make_user("customers.view")
    client.force_login(reader)
    page = client.get("/customers/").content.decode()
    assert "关注客户" in page
    assert "客户回收站" not in page


def test_categories_are_moved_about_as_a_tree_and_never_below_themselves(client: Any, me: Any) -> None:
    client.force_login(make_administrator())
    top, other = make(Category, name="制造"), make(Category, name="贸易", order=1)
    below = make(Category, name="电子", parent=top)
    page = client.get("/customercategories/")
    assert [node.record for node in page.context["top"]] == [top, other]
    moved = client.post("/customercategories/move/", {"node": below.pk, "parent": other.pk, "position": 0})
    below.refresh_from_db()
    assert below.parent == other
    assert client.post(moved.json()["undo"]).status_code == 200
    below.refresh_from_db()
    assert below.parent == top
    refused = client.post("/customercategories/move/", {"node": top.pk, "parent": below.pk, "position": 0})
    assert refused.status_code == 422


def test_a_category_that_gets_another_superior_comes_last_there(me: Any) -> None:
    categories = resource_of(Category)
    top = categories.create({"name": "制造"}, by=me)
    for name in ("电子", "机械"):
        categories.create({"name": name, "parent": top}, by=me)
    moved = categories.create({"name": "贸易"}, by=me)
    categories.update(moved, {"parent": top}, by=me)
    assert [row.name for row in Category.objects.filter(parent=top).order_by("order")] == ["电子", "机械", "贸易"]
    with pytest.raises(ValidationError) as refused:
        categories.update(top, {"parent": moved}, by=me)
    assert [error.code for error in refused.value.error_dict["parent"]] == ["circle"]


def test_two_who_edit_categories_at_once_cut_no_branch_off(live_ground: Any, company: Any) -> None:
    me = seller()
    categories = resource_of(Category)
    first, second = (categories.create({"name": name}, by=me) for name in ("制造", "贸易"))

    def edit(turn: int) -> Any:
        node, parent = ((first, second), (second, first))[turn]
        return run_in_company(company, categories.update, node, {"parent": parent}, by=me)

    answers = together(edit, 2)
    assert [isinstance(one, ValidationError) for one in answers].count(True) == 1, answers


def test_a_field_of_very_many_is_set_in_the_background_and_put_back(
    client: Any, company: Any, me: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.pages.bulk.AT_ONCE", 2)
    customers = [customer_of(me, f"客户{number}") for number in range(5)]
    resource_of(Customer).update(customers[0], {"status": "won"}, by=me)
    client.force_login(me)
    ids = [one.pk for one in customers]
    client.post(
        "/customers/bulk/", {"do": "edit", "ids": ids, "filled_in": "1", "field": "status", "value.status": "lost"}
    )
    ordered = Job.rows.latest("pk")
    run = Run(company=company, user=me, job_id=ordered.pk, attempt=1)
    assert kind_named(ordered.kind).work(run, **ordered.payload) == {"done": 5, "failed": 0}
    assert set(Customer.objects.values_list("status", flat=True)) == {"lost"}
    Job.rows.filter(pk=ordered.pk).update(state=Job.State.DONE, finished_at=timezone.now())
    assert client.post(f"/jobs/{ordered.pk}/undo/").status_code == 303
    undoing = Job.rows.latest("pk")
    kind_named(undoing.kind).work(Run(company=company, user=me, job_id=undoing.pk, attempt=1), **undoing.payload)
    assert sorted(Customer.objects.values_list("status", flat=True)) == ["potential"] * 4 + ["won"]


def test_a_value_leads_to_the_record_it_names_where_the_reader_sees_it(client: Any, me: Any) -> None:
    customer = customer_create({"name": NAME, "owner": me, "phone": "18665091989"}, by=me, contact_name="刘志远")
    contact = Contact.objects.get()
    client.force_login(me)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert f'<a href="/contacts/{contact.pk}/">刘志远</a>' in page
    assert '<a href="tel:18665091989">' in page
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert f'<a href="/customers/{customer.pk}/">{NAME}</a>' in page
    blind = make_user("customers.view", scope=Scope.ALL)
    client.force_login(blind)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "刘志远" in page
    assert f"/contacts/{contact.pk}/" not in page


def test_nobody_is_asked_for_another_customer(client: Any, me: Any) -> None:
    client.force_login(me)
    sent = {"name": NAME, "status": "potential", "owner": me.pk}
    page = client.post("/customers/new/", sent, follow=True).content.decode()
    assert f"“{NAME}”已保存" in page
    assert "是否继续添加" not in page


def test_a_card_tells_what_is_due_and_ends_with_the_owner() -> None:
    resource = resource_of(Customer)
    columns = [resource.all_columns[name] for name in ("name", "level", "primary_contact", "next_contact_at", "owner")]
    places = {column.name: place for column, place in phone_places(resource, columns)}
    assert places == {
        "name": "title",
        "level": "line",
        "primary_contact": "line",
        "next_contact_at": "line",
        "owner": "end",
    }


def test_who_was_given_up_is_not_to_be_contacted_this_week(client: Any, me: Any) -> None:
    client.force_login(me)
    now = timezone.now()
    for status in Customer.Status:
        customer_of(me, status.value, status=status, next_contact_at=now)
    resource = resource_of(Customer)
    (view,) = [view for view in resource.views if view.key == "week"]
    shown = client.get(f"/customers/?view=week&{view.query}").context["list"]
    assert not shown.problems
    awaited = resource.deadlines["next_contact_at"]
    assert {found.name for found in shown.page.records} == {
        found.name for found in Customer.objects.all() if awaited(found)
    }
    assert len(shown.page.records) == len(Customer.Status) - 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["重点"], ["两个", "一个"]),
        (["重点", "老客户"], ["两个", "一个", "另一个"]),
        (["none"], ["没有"]),
        (["none", "老客户"], ["两个", "另一个", "没有"]),
    ],
)
def test_customers_are_found_by_their_tags_each_once(me: Any, asked: list[str], found: list[str]) -> None:
    tags = {name: Tag.objects.create(name=name) for name in ("重点", "老客户")}
    carried = {"两个": ["重点", "老客户"], "一个": ["重点"], "另一个": ["老客户"], "没有": []}
    for name, names in carried.items():
        customer_of(me, name).tags.set([tags[each] for each in names])
    values = [tags[name].pk if name in tags else name for name in asked]
    query = ListQuery(registry.resources["customers"], me, {"tags": values, "sort": "created_at"})
    assert [customer.name for customer in query.page().records] == found


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("zzzz", ["郑州中正照明"]),
        ("ZZZZ", ["郑州中正照明"]),
        ("zz", ["郑州中正照明", "郑州云岭重庆"]),
        ("zzy", ["郑州云岭重庆"]),
        ("ylcq", ["郑州云岭重庆"]),
        ("lyl", ["云岭云岭"]),
        ("lyly", []),  # the pieces stand there, in another order
        ("bbc", ["BBC中国", "cbb bc"]),
        ("bbczg", ["BBC中国"]),
        ("cbb", ["cbb bc"]),
        ("bcbb", []),
        ("云岭云岭", ["云岭云岭"]),
        ("云云云", []),
        ("20202", ["云云 20202"]),
        ("2020", ["云云 20202"]),
        ("02020", []),
    ],
)
def test_letters_find_the_names_that_have_them_in_a_row(me: Any, term: str, names: list[str]) -> None:
    for name in ("郑州中正照明", "郑州云岭重庆", "BBC中国", "cbb bc", "云岭云岭", "云云 20202"):
        customer_of(me, name)
    found = ListQuery(registry.resources["customers"], me, {"q": term, "sort": "created_at"}).page().records
    assert [customer.name for customer in found] == names


def test_a_name_too_long_to_be_spelled_out_is_found_by_its_last_letters(me: Any) -> None:
    name = "双创窗" * 12 + "郑州中正照明"
    customer_of(me, name)
    found = ListQuery(registry.resources["customers"], me, {"q": "zzzz"}).page().records
    assert [customer.name for customer in found] == [name]


def test_letters_in_prose_find_the_words_that_hold_them(me: Any) -> None:
    customer = customer_of(me)
    for content in ("call bridge", "ge id br ri dg"):
        follow_up_create({"customer": customer, "content": content}, by=me)
    found = ListQuery(registry.resources["followups"], me, {"q": "bridge"}).page().records
    assert [each.content for each in found] == ["call bridge"]
