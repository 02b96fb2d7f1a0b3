"""Filling a company with demo customers: any number of them, in one pass."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import transaction

from core.access import guarded
from core.access.models import Collaborator
from core.db.copying import copied_in_bulk, copy_rows, reserve_keys, tidy
from core.records.models import LogEntry, Option
from crm.contacts.models import Contact
from crm.customers.models import INDUSTRIES, LEVELS, NATURES, SIZES, SOURCES, Category, Customer, Star, Tag
from crm.demo import rows, words
from crm.demo.attributes import attributes_make
from crm.demo.chance import Weighted
from crm.demo.people import people_make
from crm.demo.rows import Ground, Owner, Rows, rows_of
from crm.followups.models import FollowUp
from tenants.people.models import User
from tenants.settings.current import settings_now

AT_ONCE = 10_000  # customers whose rows are in memory together
FEW = 20_000  # customers that are written with all indexes in place
TABLES = (Customer, Customer.tags.through, Contact, FollowUp, Collaborator, Star, LogEntry)

Told = Callable[[int], None]


def demo_customers(count: int, *, seed: int = 1, told: Told = lambda done: None) -> bool:
    """Fill the current company with `count` customers and all that hangs on them; False if it has some already.

    The same seed gives the same data on the same day; the two years of their history end last night. `told` is called
    with the number of customers written so far. To be called outside transactions where there are more than a few.
    """
    if Customer.objects.exists():
        return False
    ground = _ground(count, seed)

    def fill() -> None:
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            _write(rows_of(ground, numbers))
            told(numbers.stop)

    if count > FEW:
        copied_in_bulk(TABLES, fill)
    else:
        with transaction.atomic():
            fill()
    return True


def demo_tidy() -> None:
    """What the server would do a minute later with the tables that were filled. To be called outside transactions."""
    tidy(*TABLES)


@transaction.atomic
def _ground(count: int, seed: int) -> Ground:
    by = User.objects.get_queryset().with_seat().order_by("pk").first()
    assert by is not None, "a company has somebody who can sign in"
    people = people_make(count, by=by, seed=seed)
    owners = [Owner(user.pk, user.department_id, user.name) for user in people if user.department_id]
    options = {
        each.kind: Weighted.falling(list(Option.objects.of_list(each.kind).values_list("pk", flat=True)), 0.7)
        for each in (LEVELS, SOURCES, NATURES, SIZES)
    }
    return Ground(
        seed=seed,
        total=count,
        until=_midnight(),
        resource=guarded(Customer).name,
        owners=Weighted.falling(owners, 0.8),
        options=options,
        industries=dict(Option.objects.of_list(INDUSTRIES.kind).values_list("name", "pk")),
        categories=_categories(),
        tags=Weighted.falling(_tags()),
        attributes=attributes_make(by=by),
        first_customer=reserve_keys(Customer, count),
        first_contact=reserve_keys(Contact, count * rows.MOST_CONTACTS),
    )


def _midnight() -> datetime.datetime:
    """The beginning of the company's today."""
    now = datetime.datetime.now(ZoneInfo(settings_now().time_zone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _categories() -> list[int]:
    """The keys of the categories that customers are sorted into, made if there are none."""
    if not Category.objects.exists():
        for order, (name, below) in enumerate(words.CATEGORIES.items()):
            parent = Category.objects.create(name=name, order=order)
            Category.objects.bulk_create(
                Category(name=child, parent=parent, order=place) for place, child in enumerate(below)
            )
    return list(Category.objects.filter(children=None).values_list("pk", flat=True))


def _tags() -> list[int]:
    if not Tag.objects.exists():
        Tag.objects.bulk_create(Tag(name=name, colour=colour) for name, colour in words.TAGS.items())
    return list(Tag.objects.order_by("pk").values_list("pk", flat=True))


def _write(made: Rows) -> None:
    first = reserve_keys(FollowUp, max(1, len(made.follow_ups)))
    copy_rows(Customer, rows.CUSTOMER, made.customers)
    copy_rows(Customer.tags.through, rows.TAG, made.tags)
    copy_rows(Contact, rows.CONTACT, made.contacts)
    copy_rows(FollowUp, rows.FOLLOW_UP, ((key, *row) for key, row in enumerate(made.follow_ups, first)))
    copy_rows(Collaborator, rows.COLLABORATOR, made.collaborators)
    copy_rows(Star, rows.STAR, made.stars)
    copy_rows(LogEntry, rows.LOG, made.log)
