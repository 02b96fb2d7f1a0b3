"""Demo data: the same for the same seed, and such as the services would have left it."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pytest
from django.db.models import F, Max
from django.utils import timezone

from core.access import guarded
from core.access.models import Collaborator
from core.records.models import LogEntry
from core.resources.registry import resource_of
from crm.contacts.models import Contact
from crm.customers.models import Category, Customer, Tag
from crm.customers.names import company_key
from crm.demo import names, words
from crm.demo.filling import demo_customers
from crm.followups.models import FollowUp
from tenants.people.models import Department, User
from tenants.people.phones import PhoneField
from tenants.settings.services import company_furnish

pytestmark = pytest.mark.django_db

COUNT = 400
KEYS = frozenset({"id", "customer_id", "contact_id", "primary_contact_id", "record_id", "at"})


@pytest.fixture
def boss() -> User:
    """The first user of a company that has just begun."""
    return company_furnish(company_name="创之新科技", username="boss", password="long-enough-2018")


@pytest.fixture
def filled(boss: User) -> User:
    """The same, with demo customers."""
    assert demo_customers(COUNT, seed=7)
    return boss


def everything(model: Any) -> list[tuple[Any, ...]]:
    """The rows, without the keys: those are never given a second time."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in KEYS]
    return list(model._base_manager.order_by("pk").values_list(*columns))


def test_the_same_seed_gives_the_same_data_and_another_one_gives_other_data(boss: User) -> None:
    made = []
    for seed in (7, 7, 8):
        Customer.objects.update(primary_contact=None)
        for model in (FollowUp, Contact, Customer, Collaborator, LogEntry):
            model._base_manager.all().delete()
        assert demo_customers(60, seed=seed)
        made.append([everything(model) for model in (Customer, Contact, FollowUp, Collaborator)])
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_a_company_that_has_customers_is_left_alone(filled: User) -> None:
    assert not demo_customers(5)
    assert Customer.objects.count() == COUNT


def test_a_row_stored_again_stays_as_it_is(filled: User) -> None:
    for model in (Customer, Contact, FollowUp):
        rows = model._base_manager.order_by("pk")
        before = list(rows.values())
        for row in rows:
            row.save()
        assert list(rows.values()) == before, model


def test_every_row_would_pass_the_form(filled: User) -> None:
    for model in (Customer, Contact, FollowUp):
        for row in model._base_manager.order_by("pk")[:100]:
            row.full_clean()


def test_the_customer_knows_its_primary_contact_and_its_follow_ups(filled: User) -> None:
    for customer in Customer.objects.live().prefetch_related("contacts", "follow_ups"):
        primary = customer.primary_contact
        assert primary is not None
        assert primary.customer_id == customer.pk
        assert 1 <= len(customer.contacts.all()) <= 4
        assert customer.phone == primary.phone
        assert customer.last_follow_up_at == max((each.happened_at for each in customer.follow_ups.all()), default=None)
        opened = [each.next_at for each in customer.follow_ups.all() if each.has_open_plan()]
        assert [customer.next_contact_at] == (opened or [None])
    assert not FollowUp.objects.exclude(contact=None).exclude(contact__customer=F("customer")).exists()


def test_what_happened_is_in_the_past_in_the_order_of_time(filled: User) -> None:
    assert Customer.objects.aggregate(last=Max("created_at"))["last"] < timezone.now()
    assert FollowUp.objects.aggregate(last=Max("happened_at"))["last"] < timezone.now()
    assert not FollowUp.objects.filter(happened_at__lt=F("customer__created_at")).exists()
    assert not FollowUp.objects.exclude(next_at=None).filter(next_at__lte=F("happened_at"), plan="open").exists()
    first = Customer.objects.earliest("created_at").created_at
    assert datetime.timedelta(days=720) < timezone.now() - first < datetime.timedelta(days=735)
    assert list(FollowUp.objects.order_by("happened_at").values_list("pk", flat=True)) == sorted(
        FollowUp.objects.values_list("pk", flat=True)
    )


def test_records_belong_to_the_departments_of_their_owners_and_some_own_far_more_than_others(filled: User) -> None:
    for model in (Customer, Contact, FollowUp):
        assert not model._base_manager.exclude(department=F("owner__department")).exists()
    owned: dict[int, int] = {}
    for owner in Customer.objects.values_list("owner", flat=True):
        owned[owner] = owned.get(owner, 0) + 1
    amounts = sorted(owned.values())
    assert len(amounts) == User.objects.get_queryset().count() > 5
    assert amounts[-1] > 2 * amounts[0]
    assert Department.objects.filter(name__endswith="大区").exists()


def test_everything_a_list_filters_by_is_there(filled: User) -> None:
    resource = resource_of(Customer)
    for name in resource.filters:
        assert Customer.objects.exclude(**{name: None}).values_list(name).distinct().count() > 1, name
    assert set(Customer.objects.values_list("status", flat=True)) == set(Customer.Status.values)
    assert Tag.objects.count() == len(words.TAGS)
    assert Category.objects.filter(parent=None).count() == len(words.CATEGORIES)
    assert Collaborator.objects.filter(resource=guarded(Customer).name).exists()
    assert Customer.objects.trashed().exists()


def test_the_log_tells_who_made_each_customer(filled: User) -> None:
    lines = LogEntry.objects.of(resource_of(Customer).name)
    assert lines.count() == COUNT
    assert set(lines.values_list("record_id", flat=True)) == set(Customer.objects.values_list("pk", flat=True))


def test_no_two_customers_are_one_and_no_number_is_given_twice(filled: User) -> None:
    for model, field in ((Customer, "name_key"), (Contact, "phone")):
        values = list(model._base_manager.exclude(**{field: ""}).values_list(field, flat=True))
        assert len(set(values)) == len(values)
    far, chance = range(0, 2_000_000, 17), random.Random(1)
    assert len({company_key(names.company(number, chance).name) for number in far}) == len(far)


def test_numbers_are_stored_as_people_type_them_and_were_never_given_out(filled: User) -> None:
    for phone in Contact.objects.values_list("phone", flat=True):
        assert PhoneField.normal(phone) == phone
        assert phone.startswith(names.UNASSIGNED)


def test_words_stand_once() -> None:
    for letters in (words.FIRST, words.SECOND, words.SURNAMES):
        assert len(set(letters)) == len(letters)
