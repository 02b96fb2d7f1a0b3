"""Customers imported: 查重 of many rows at once, within the file and against what is there."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.db import run_in_company
from core.pages.imports.models import Policy
from core.pages.imports.services import import_match, import_upload
from core.records.models import LogEntry
from core.resources.registry import resources
from core.resources.row_forms import RowForms
from crm.contacts.models import Contact
from crm.contacts.services import contact_create, contact_update
from crm.customers.duplicates import having_any
from crm.customers.models import Customer, Tag
from crm.customers.services import customer_create, customer_tag, customer_update, customers_create
from crm.followups.services import follow_up_create
from tests.core.imports import checked, csv_file, failed, findings, imported, undone
from tests.crm.people import customer_of, seller
from tests.factories import make_administrator
from tests.together import together

HEADINGS = ["Customer name", "Phone", "Primary contact"]
FIRST = ["深圳市云岭智能科技有限公司", "18665091989", "杨韬"]
SAME = ["深圳市云岭智能科技（有限公司）", "", ""]
OTHER = ["杭州格林制药有限公司", "18665091980", ""]


@pytest.fixture
def admin(db: None) -> Any:
    return make_administrator(language="en")


def names() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("name", flat=True))


def test_who_stands_in_a_file_twice_is_entered_once(admin: Any) -> None:
    batch = imported("customers", admin, [HEADINGS, FIRST, SAME, OTHER])
    assert batch.counts == {"created": 2, "skipped": 1}
    assert names() == [FIRST[0], OTHER[0]]
    first = Customer.objects.get(name=FIRST[0])
    assert str(first.primary_contact) == "杨韬"
    assert first.primary_contact.phone == first.phone == "18665091989"


def test_who_is_there_already_is_left_out_whoever_it_belongs_to(admin: Any) -> None:
    customer_of(seller("秦晨"), name=SAME[0])
    batch = imported("customers", admin, [HEADINGS, FIRST, OTHER])
    assert batch.counts == {"created": 1, "skipped": 1}
    assert names() == [SAME[0], OTHER[0]]


def test_what_is_there_already_is_entered_once_more_by_who_says_so(admin: Any) -> None:
    customer_of(seller("秦晨"), name=SAME[0])
    batch = imported("customers", admin, [HEADINGS, FIRST, SAME], policy=Policy.CREATE)
    assert not failed(batch)
    assert names() == [SAME[0], FIRST[0], SAME[0]]


def test_a_row_brings_what_is_there_up_to_date(admin: Any) -> None:
    customer = customer_of(admin, name=SAME[0])
    batch = imported("customers", admin, [HEADINGS[:2], FIRST[:2]], policy=Policy.UPDATE)
    assert batch.counts == {"updated": 1}
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == (FIRST[0], "18665091989")


def test_the_preview_says_which_row_is_the_same(admin: Any) -> None:
    batch = imported("customers", admin, [HEADINGS, FIRST, SAME])
    assert findings(batch)[3]["above"] == 2


def test_a_customer_that_was_renamed_is_found_by_its_new_name_and_no_longer_by_the_old(admin: Any) -> None:
    customer_update(customer_of(admin, name=FIRST[0]), {"name": OTHER[0]}, by=admin)
    customer_create({"name": SAME[0]}, by=admin)
    with pytest.raises(ValidationError):
        customer_create({"name": OTHER[0]}, by=admin)


def test_one_who_enters_many_and_one_who_enters_one_of_them_make_one(live_ground: Any, company: Any) -> None:
    people = [seller("符蓉"), seller("符睿")]
    rows = [{"name": FIRST[0]}, {"name": OTHER[0]}]

    def enter(number: int) -> Any:
        if number:
            return run_in_company(company, customer_create, rows[1], by=people[1])
        return run_in_company(company, customers_create, rows, by=people[0])

    results = together(enter, 2)
    assert sum(isinstance(one, ValidationError) for one in results) == 1, results
    assert Customer.objects.filter(name=OTHER[0]).count() == 1


def test_customers_with_contacts_and_tags_are_stored_in_as_few_steps_as_two(admin: Any) -> None:
    """Neither contacts nor tags are asked for one by one."""
    tags = [Tag.objects.create(name="大客户"), Tag.objects.create(name="展会")]

    def entered(count: int, mark: str) -> int:
        rows = [
            {"name": f"{mark}{number}", "phone": f"138{number:08d}", "contact_name": f"杨{number}", "tags": tags}
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as taken:
            found = customers_create(rows, by=admin)
        for customer, row in zip(found, rows, strict=True):
            stored = Customer.objects.get(pk=customer.pk)
            contact = stored.primary_contact
            assert contact is not None and (contact.name, contact.phone) == (row["contact_name"], row["phone"])
            assert (stored.version, set(stored.tags.all())) == (customer.version, set(tags))
        return len(taken)

    few = entered(2, "甲")
    Contact.objects.all().delete()
    Customer.objects.all().delete()
    assert entered(30, "乙") == few


def test_contacts_of_a_file_are_the_primary_ones_where_there_is_none(admin: Any) -> None:
    first, second = customer_of(admin, "甲公司"), customer_of(admin, "乙公司")
    contact_create({"customer": second, "name": "原有"}, by=admin)
    rows = [["Customer", "Contact name", "Mobile phone"]]
    rows += [["甲公司", "刘一", "18665091981"], ["甲公司", "刘二", "18665091982"], ["乙公司", "刘三", "18665091983"]]
    batch = imported("contacts", admin, rows)
    assert batch.counts == {"created": 3}
    for customer in (first, second):
        customer.refresh_from_db()
    assert (str(first.primary_contact), first.phone) == ("刘一", "18665091981")
    assert (str(second.primary_contact), second.phone) == ("原有", "")
    assert list(Customer.objects.filter(number_grams__contains=["1866"])) == [first]


def test_what_a_file_updates_is_checked_without_a_question_for_each_row(admin: Any) -> None:
    rows = [[f"公司{number}", f"138{number:08d}", ""] for number in range(20)]
    imported("customers", admin, [HEADINGS, *rows])

    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as taken:
            batch = checked("customers", admin, [HEADINGS, *rows[:count]], policy=Policy.UPDATE)
        assert batch.counts == {"good": 0, "bad": 0, "same": count}
        return len(taken)

    asked(2)  # what the first one reads, a process keeps
    assert asked(20) == asked(3)


@pytest.mark.parametrize(("column", "index"), [("name_key", "name"), ("phone", "phone"), ("tax_number", "tax")])
def test_thousands_are_looked_for_by_the_index(admin: Any, column: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = having_any(column, [f"138{number:08d}" for number in range(2_500)]).explain()
    assert f"customer_same_{index}" in plan


def test_an_import_that_is_undone_can_be_sent_again_at_once(admin: Any) -> None:
    rows = [HEADINGS, FIRST, OTHER]
    batch = undone(imported("customers", admin, rows))
    assert (batch.counts["removed"], batch.counts.get("kept", 0)) == (2, 0)
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()
    assert imported("customers", admin, rows).counts == {"created": 2}
    assert imported("customers", admin, rows).counts == {"skipped": 2}


def test_undoing_tells_the_log_of_the_customer_and_of_its_contact(admin: Any) -> None:
    undone(imported("customers", admin, [HEADINGS, FIRST]))
    told = (
        LogEntry.objects.filter(record_id__isnull=False).order_by("pk").values_list("resource", "verb", "record_text")
    )
    assert list(told) == [
        ("customers", "create", FIRST[0]),
        ("contacts", "create", FIRST[2]),
        ("customers", "change", FIRST[0]),
        ("customers", "take_back", FIRST[0]),
        ("contacts", "take_back", FIRST[2]),
    ]


def test_undoing_leaves_customers_that_somebody_worked_with(admin: Any) -> None:
    names_of = ("跟进", "改联系人", "加联系人", "打标签", "没人动")
    batch = imported("customers", admin, [HEADINGS, *([name, "", f"杨{name}"] for name in names_of)])
    found = {customer.name: customer for customer in Customer.objects.all()}
    follow_up_create({"customer": found["跟进"], "content": "去过", "kind": "visit"}, by=admin)
    contact_update(found["改联系人"].primary_contact, {"title": "经理"}, by=admin)
    contact_create({"customer": found["加联系人"], "name": "第二位"}, by=admin)
    customer_tag(found["打标签"], by=admin, tags=[Tag.objects.create(name="大客户")])
    undone(batch)
    assert (batch.counts["removed"], batch.counts["kept"]) == (1, 4)
    assert set(names()) == set(names_of) - {"没人动"}
    assert Contact.objects.live().count() == 5


def test_many_are_stored_and_logged_as_one_is(admin: Any) -> None:
    values = {"name": FIRST[0], "phone": FIRST[1], "contact_name": FIRST[2]}
    customers = resources["customers"]
    traces = []
    for enter in (lambda: customers.create(values, by=admin), lambda: customers.create_many([values], by=admin)[0]):
        made = enter()
        stored = Customer.objects.select_related("primary_contact").get(pk=made.pk)
        lines = LogEntry.objects.filter(record_id__isnull=False).order_by("pk")
        told = list(lines.values_list("resource", "verb", "record_text", "changes", "actor_name"))
        contact = stored.primary_contact
        assert contact is not None and contact.version == 1
        traces.append((told, stored.version, made.version, stored.department_id, contact.phone, contact.name_grams))
        lines.delete()
        Contact.objects.all().delete()
        Customer.objects.all().delete()
    assert traces[0] == traces[1]


@pytest.mark.parametrize("name", ["customers", "contacts", "followups"])
def test_rows_of_what_comes_by_the_thousand_go_by_columns(admin: Any, name: str) -> None:
    assert RowForms(resources[name], admin).columns is not None


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["公司名", "手机号", "联系人", "地址"], ["name", "phone", "contact_name", "address"]),
        (["公司名称 *", "手机号码", "联系人（必填）", "座机"], ["name", "phone", "contact_name", "telephone"]),
        (["公司名称", "电话号码", "客户名称"], ["", "phone", "name"]),
        (["电话", "联系方式", "公司电话"], ["", "phone", "telephone"]),
    ],
)
def test_what_people_call_a_column_is_understood_unless_another_is_called_as_the_field(
    admin: Any, headings: list[str], fields: list[str]
) -> None:
    batch = import_upload(resources["customers"], csv_file([headings, ["x"] * len(headings)]), by=admin)
    assert [batch.columns.get(index, "") for index in range(len(headings))] == fields


def test_a_column_that_was_left_out_before_is_left_out_again(admin: Any) -> None:
    customers, rows = resources["customers"], [["公司名", "地址"], ["甲", "乙"]]
    first = import_upload(customers, csv_file(rows), by=admin)
    import_match(first, customers, {0: "name"}, Policy.SKIP, by=admin)
    assert import_upload(customers, csv_file(rows), by=admin).columns == {0: "name"}
