"""The rows of demo customers and all that hangs on them, as they are written with COPY.

What the services would have computed is computed here by the same functions: keys, pinyin, grams, the customer's
primary contact, its last follow-up and its next contact.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from core.db.copying import array_text
from core.records.searching import grams, pinyin_key
from crm.customers.models import Customer
from crm.customers.names import company_key
from crm.demo import names, texts, words
from crm.demo.attributes import Attributes
from crm.demo.chance import Weighted, one_of
from crm.followups.models import FollowUp

Row = tuple[Any, ...]

YEARS = 2
MOST_CONTACTS = 4

CUSTOMER = (
    *("id", "created_at", "updated_at", "deleted_at", "deleted_by_id", "owner_id", "department_id", "created_by_id"),
    *("name", "category_id", "status", "level_id", "primary_contact_id", "phone", "industry_id", "source_id"),
    *("nature_id", "scale_id", "telephone", "fax", "website", "tax_number", "region", "address", "next_contact_at"),
    *("needs", "note", "last_follow_up_at", "name_key", "name_pinyin", "name_grams", "number_grams", "custom"),
)
TAG = ("customer_id", "tag_id")
CONTACT = (
    *("id", "created_at", "updated_at", "owner_id", "department_id", "created_by_id", "customer_id", "name", "gender"),
    *("title", "role", "phone", "telephone", "email", "wechat", "birthday", "note"),
    *("name_pinyin", "name_grams", "number_grams"),
)
FOLLOW_UP = (
    *("id", "created_at", "updated_at", "owner_id", "department_id", "created_by_id", "customer_id", "contact_id"),
    *("kind", "content", "happened_at", "next_at", "next_plan", "plan", "content_grams"),
)
COLLABORATOR = ("resource", "record_id", "user_id", "level")
STAR = ("user_id", "customer_id", "at")
LOG = ("at", "actor_id", "actor_name", "verb", "resource", "record_id", "record_text")

# Of a hundred customers in this state so many, with this many follow-ups.
STATUSES = Weighted(
    [
        (Customer.Status.POTENTIAL, 0, 4),
        (Customer.Status.DEVELOPING, 3, 9),
        (Customer.Status.WON, 5, 17),
        (Customer.Status.LOST, 2, 5),
    ],
    [42, 28, 18, 12],
)
PLANNED = {Customer.Status.POTENTIAL: 0.5, Customer.Status.DEVELOPING: 0.6, Customer.Status.WON: 0.2}
CONTACTS = Weighted([1, 2, 3, 4], [38, 34, 18, 10])
KINDS = Weighted(
    [(kind, texts.contents(kind)) for kind in ("phone", "wechat", "visit", "email", "note")], [45, 25, 15, 10, 5]
)
TITLES = Weighted.falling(words.TITLES, 0.5)


class Owner(NamedTuple):
    """Somebody who looks after customers."""

    user_id: int
    department_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows refer to, all of it there already. `until` is the midnight that ends the two years."""

    seed: int
    total: int
    until: datetime.datetime
    resource: str
    owners: Weighted[Owner]
    options: Mapping[str, Weighted[int]]
    industries: Mapping[str, int]
    categories: Sequence[int]
    tags: Weighted[int]
    attributes: Attributes
    first_customer: int
    first_contact: int


@dataclass(slots=True)
class Rows:
    """What is written together."""

    customers: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)
    collaborators: list[Row] = field(default_factory=list)
    stars: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)


def rows_of(ground: Ground, numbers: range) -> Rows:
    """The rows of the customers of these numbers; the same whichever numbers are made together with them."""
    rows = Rows()
    for number in numbers:
        _Maker(ground, number, rows).make()
    rows.follow_ups.sort(key=lambda row: row[_HAPPENED_AT])
    return rows


_HAPPENED_AT = FOLLOW_UP.index("happened_at") - 1  # the key is given later, in the order of time


class _Maker:
    """Makes one customer with everything that hangs on it."""

    def __init__(self, ground: Ground, number: int, rows: Rows) -> None:
        self.ground = ground
        self.number = number
        self.rows = rows
        self.chance = random.Random(ground.seed * 1_000_003 + number)
        self.pk = ground.first_customer + number
        # Customers come evenly over the two years, in the order of their keys.
        self.age = datetime.timedelta(days=365 * YEARS) * (1 - (number + self.chance.random()) / ground.total)
        self.created_at = self._at_work(self.age)
        self.owner = ground.owners.draw(self.chance)

    def make(self) -> None:
        """The customer, or one that went into the trash before anybody cared for it."""
        company = names.company(self.number, self.chance)
        district = one_of(company.city.districts, self.chance)
        if self.chance.random() < 0.008:
            self._customer(company, district, Customer.Status.POTENTIAL, [], None, None, deleted_at=self.created_at)
            return
        status, fewest, most = STATUSES.draw(self.chance)
        contacts = list(self._contacts(company))
        last, following = self._follow_ups(status, fewest + int(self.chance.random() * (most - fewest + 1)), contacts)
        self._customer(company, district, status, contacts, last, following)
        self._company_of_others()

    def _customer(
        self,
        company: names.Company,
        district: tuple[str, str],
        status: str,
        contacts: list[Row],
        last: datetime.datetime | None,
        following: datetime.datetime | None,
        deleted_at: datetime.datetime | None = None,
    ) -> None:
        chance, ground, owner = self.chance, self.ground, self.owner
        region, district_name = district
        phone = contacts[0][_PHONE] if contacts else names.mobile(self.number * MOST_CONTACTS)
        telephone = names.landline(company.city, chance) if chance.random() < 0.6 else ""
        lot = int(chance.random() * 1_000_000)
        self.rows.customers.append(
            (
                *(self.pk, self.created_at, self.created_at, deleted_at, owner.user_id if deleted_at else None),
                *(owner.user_id, owner.department_id, owner.user_id, company.name),
                ground.categories[lot % len(ground.categories)] if lot % 10 < 8 else None,
                *(status, _option(ground, "customer_level", chance), contacts[0][0] if contacts else None, phone),
                *(ground.industries.get(company.industry), _option(ground, "customer_source", chance)),
                *(_option(ground, "company_nature", chance), _option(ground, "company_size", chance)),
                *(telephone, names.landline(company.city, chance) if lot % 10 == 0 else ""),
                f"https://{pinyin_key(company.brand)}{self.number}.example.com" if lot % 5 < 2 else "",
                names.tax_number(region, self.number) if lot % 2 else "",
                *(region, names.address(district_name, chance), following),
                words.NEEDS[lot % len(words.NEEDS)] if lot % 3 == 0 else "",
                words.NOTES[lot % len(words.NOTES)] if lot % 4 == 0 else "",
                *(last, company_key(company.name), pinyin_key(company.name)),
                *(array_text(grams(company.name)), array_text(grams(phone, telephone))),
                ground.attributes.of(ground.seed, self.number, status, self.created_at),
            )
        )
        if chance.random() < 0.6:
            tags = {ground.tags.draw(chance) for _ in range(1 + lot % 2)}
            self.rows.tags += [(self.pk, tag) for tag in sorted(tags)]
        self.rows.log.append(
            (self.created_at, owner.user_id, owner.name, "create", ground.resource, self.pk, company.name)
        )

    def _contacts(self, company: names.Company) -> Iterator[Row]:
        chance, owner = self.chance, self.owner
        first = self.number * MOST_CONTACTS
        for place in range(CONTACTS.draw(chance)):
            name, gender = names.person(chance)
            title, role = TITLES.draw(chance)
            pinyin, name_grams = _spelled(name)
            phone = names.mobile(first + place)
            telephone = names.landline(company.city, chance) if chance.random() < 0.2 else ""
            lot = int(chance.random() * 1_000_000)
            birthday = datetime.date(1965 + lot % 35, 1 + lot % 12, 1 + lot % 28) if lot % 5 < 2 else None
            row = (
                *(self.ground.first_contact + first + place, self.created_at, self.created_at, owner.user_id),
                *(owner.department_id, owner.user_id, self.pk, name, gender, title, role, phone, telephone),
                f"{pinyin}@{_spelled(company.brand)[0]}{self.number}.example.com" if lot % 5 < 3 else "",
                *(f"wx_{pinyin}{lot % 1000:03d}" if lot % 2 else "", birthday, ""),
                *(pinyin, name_grams, array_text(grams(phone, telephone))),
            )
            self.rows.contacts.append(row)
            yield row

    def _follow_ups(
        self, status: str, count: int, contacts: list[Row]
    ) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """The follow-ups in the order of time; gives when the last one was, and when the next one is planned."""
        chance = self.chance
        ages = sorted((self.age * chance.random() for _ in range(count)), reverse=True)
        following = None
        for place, age in enumerate(ages):
            kind, contents = KINDS.draw(chance)
            content = one_of(contents, chance)
            at = self._at_work(age)
            planned, plan, what = None, FollowUp.Plan.NONE, ""
            if place + 1 < count:
                if chance.random() < 0.5:
                    planned, plan = _half_hour(self._at_work(ages[place + 1])), FollowUp.Plan.DONE
            elif chance.random() < PLANNED.get(Customer.Status(status), 0):
                # In the next month, or overdue for some days; but after the follow-up that planned it.
                away = datetime.timedelta(days=chance.random() * 38 - 8)
                following = planned = _half_hour(self._at_work(min(-away, age - datetime.timedelta(days=1))))
                plan = FollowUp.Plan.OPEN
            if planned:
                what = one_of(texts.PLANS, chance)
            owner = self.owner if chance.random() < 0.92 else self.ground.owners.draw(chance)
            self.rows.follow_ups.append(
                (
                    *(at, at, owner.user_id, owner.department_id, owner.user_id, self.pk),
                    one_of(contacts, chance)[0] if chance.random() < 0.85 else None,
                    *(kind, content, at, planned, what, plan, _grams_of_content(content)),
                )
            )
        return (self._at_work(ages[-1]) if ages else None), following

    def _at_work(self, age: datetime.timedelta) -> datetime.datetime:
        """The moment so long ago, as one between nine and six of the same day; what was earlier stays earlier."""
        days, rest = divmod(-age, _DAY)
        return self.ground.until + days * _DAY + _NINE + rest * 0.375

    def _company_of_others(self) -> None:
        chance, ground = self.chance, self.ground
        lot = chance.random()
        if lot < 0.04:
            other = ground.owners.draw(chance)
            if other.user_id != self.owner.user_id:
                level = "edit" if lot < 0.015 else "read"
                self.rows.collaborators.append((ground.resource, self.pk, other.user_id, level))
        elif lot < 0.06:
            self.rows.stars.append((self.owner.user_id, self.pk, self.created_at))


_PHONE = CONTACT.index("phone")
_DAY, _NINE = datetime.timedelta(days=1), datetime.timedelta(hours=9)


def _half_hour(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def _option(ground: Ground, kind: str, chance: random.Random) -> int | None:
    options = ground.options[kind]
    return options.draw(chance) if chance.random() < 0.9 and options.values else None


@lru_cache(maxsize=200_000)
def _spelled(name: str) -> tuple[str, str]:
    return pinyin_key(name), array_text(grams(name))


@lru_cache(maxsize=20_000)
def _grams_of_content(content: str) -> str:
    return array_text(grams(content, pinyin=False))
