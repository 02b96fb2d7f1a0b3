"""The fields that the demo company has added to its customers (自定义字段), and what stands in them."""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import dataclass

from core.access import Actor
from core.records.custom import CustomField, Kind, custom_fields
from crm.customers.models import Customer
from crm.demo.chance import Weighted
from tenants.fields.services import field_create

MODULE = "customers"
TERMS = ("月结30天", "预付30%", "款到发货", "月结60天", "货到付款")
FIELDS = (
    {"label": "付款方式", "kind": Kind.CHOICE, "options": TERMS},
    {"label": "年采购额", "kind": Kind.MONEY, "help": "客户上一年度同类产品的采购总额，元"},
    {"label": "框架协议到期", "kind": Kind.DATE},
)
KNOWN = {Customer.Status.WON: 0.9, Customer.Status.DEVELOPING: 0.4}
"""Of how many customers in this state the company knows these things; of the others of one in ten."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """The names of the fields, and the keys of what is chosen from."""

    terms: str
    volume: str
    agreement: str
    choices: Weighted[int]

    def of(self, seed: int, number: int, status: str, since: datetime.datetime) -> str:
        """What the customer of this number has in them, as JSON text."""
        chance = random.Random(seed * 1_000_033 + number)
        if chance.random() > KNOWN.get(Customer.Status(status), 0.1):
            return "{}"
        values: dict[str, object] = {self.terms: self.choices.draw(chance)}
        if chance.random() < 0.8:
            values[self.volume] = int(10 ** (4 + 3 * chance.random())) // 100 * 100
        if status == Customer.Status.WON and chance.random() < 0.6:
            end = since.date() + datetime.timedelta(days=365 + int(chance.random() * 730))
            values[self.agreement] = end.isoformat()
        return json.dumps(values)


def attributes_make(*, by: Actor) -> Attributes:
    """The fields, added to the customers unless they are there already."""
    known = {field.label for field in custom_fields(MODULE)}
    for values in FIELDS:
        if values["label"] not in known:
            field_create({"module": MODULE, **values}, by=by)
    terms, volume, agreement = (_labelled(str(values["label"])) for values in FIELDS)
    return Attributes(terms.name, volume.name, agreement.name, Weighted.falling([one.pk for one in terms.options]))


def _labelled(label: str) -> CustomField:
    return next(field for field in custom_fields(MODULE) if field.label == label)
