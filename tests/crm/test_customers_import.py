"""Customers imported: 查重 of many rows at once, within the file and against what is there."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.db import run_in_company
from core.pages.imports.models import Policy
from crm.contacts.models import Contact
from crm.contacts.services import contact_create
from crm.customers.models import Customer, Tag
from crm.customers.services import customer_create, customer_update, customers_create
from tests.core.imports import checked, failed, findings, imported
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
