"""The filters of a list as people see them: chips for those in force, a small form for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor
from core.db.keys import keys_in
from core.pages.address import Address
from core.records.base import Stored
from core.records.custom import CustomField
from core.records.dictionary import OptionField
from core.records.models import Option
from core.resources.filters import DATE_KINDS, ME, NONE, RANGE, SHOWN_CHOICES, Filter
from core.resources.periods import PERIODS
from core.resources.query import ListQuery
from core.resources.registry import resource_of
from core.resources.views import Flag

CONTROLS = {
    "choice": "options",
    "boolean": "options",
    "option": "options",
    "relation": "options",
    "many": "options",
    "date": "range",
    "datetime": "range",
    "number": "range",
    "money": "range",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter, or one period of a date: `url` leads to the list narrowed by it alone."""

    value: str
    label: StrOrPromise
    chosen: bool
    url: str = ""


@dataclass(frozen=True)
class Control:
    """One filter with what the address says of it.

    `control` is the shape of its form: options, picker, range or text. `names` are the texts of the records chosen, by
    id, as far as the viewer may know them.
    """

    filter: Filter | Flag
    user: Actor
    address: Address
    values: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The parameter of the address."""
        return self.filter.name

    @property
    def label(self) -> StrOrPromise:
        """What the filter is called."""
        return self.filter.column.label

    @property
    def control(self) -> str:
        """The shape of the form."""
        return "picker" if self.choice_url else CONTROLS.get(self.filter.kind, "text")

    @property
    def text(self) -> str:
        """What the chip says."""
        return self.filter.text(self.values, self.names)

    @property
    def value(self) -> str:
        """The text typed into a filter of text."""
        return self.values[-1] if self.values else ""

    @property
    def clear_url(self) -> str:
        """The list without this filter."""
        return str(self.address.without(self.name))

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The other parameters of the address, for the form to carry along."""
        return self.address.without(self.name).params

    @property
    def input_type(self) -> str:
        """The type of the two inputs of a range."""
        return "date" if self.filter.kind in DATE_KINDS else "number"

    @property
    def start(self) -> str:
        """The lower end of a range, as its input takes it."""
        return self.value.partition(RANGE)[0] if RANGE in self.value else ""

    @property
    def end(self) -> str:
        """The upper end of a range."""
        return self.value.partition(RANGE)[2]

    @property
    def periods(self) -> list[Choice]:
        """For dates, the periods that move with today."""
        if self.filter.kind not in DATE_KINDS:
            return []
        return [
            Choice(name, period.label, name == self.value, str(self.address.but(self.name, name)))
            for name, period in PERIODS.items()
        ]

    @property
    def choice_url(self) -> str:
        """The address that answers searches, for records too many to list."""
        target = self._target
        return target.choice_url if target is not None and target.remote_choice else ""

    @cached_property
    def options(self) -> list[Choice]:
        """What may be chosen: all of it, or for a picker what is chosen already."""
        return [Choice(value, label, value in self.values) for value, label in self._choices()]

    def _choices(self) -> Sequence[tuple[str, StrOrPromise]]:
        match self.filter.kind:
            case "choice":
                return [(str(value), label) for value, label in self.filter.column.choices if value not in ("", None)]
            case "boolean":
                return [("1", _("Yes")), ("0", _("No"))]
            case _ if kind := option_list_of(self.filter):
                rows = Option.objects.of_list(kind)[:SHOWN_CHOICES]
            case _ if self.choice_url:
                return [
                    (value, self.filter.text([value], self.names)) for value in self.values if value not in (ME, NONE)
                ]
            case _:
                rows = self._target.offered(self.user)[:SHOWN_CHOICES] if self._target else []
        return [(str(row.pk), str(row)) for row in rows] + [(NONE, _("None"))] * self._nullable

    @property
    def extras(self) -> list[Choice]:
        """Beside a picker: «me» for filters on users, «none» where the field may be empty."""
        if not self.choice_url:
            return []
        about_users = self.filter.field.related_model is get_user_model()
        extras = [Choice(ME, _("Me"), ME in self.values)] if about_users else []
        return extras + [Choice(NONE, _("None"), NONE in self.values)] * self._nullable

    @property
    def _nullable(self) -> bool:
        return bool(self.filter.field.null)

    @property
    def _target(self) -> Any:
        if self.filter.kind not in {"relation", "many"} or option_list_of(self.filter):
            return None
        return resource_of(cast("type[Stored]", self.filter.field.related_model))


def option_list_of(filter_: Filter | Flag) -> str:
    """The option list whose options a filter offers; empty where it offers something else."""
    field = filter_.field
    return field.kind if isinstance(field, OptionField | CustomField) else ""


def controls_in_force(query: ListQuery, address: Address) -> list[Control]:
    """The filters that narrow the list, as chips."""
    refused = {problem.parameter for problem in query.problems}
    return [
        Control(chosen.filter, query.user, address, chosen.values, _names(chosen.filter, chosen.values, query.user))
        for chosen in query.chosen
        if chosen.filter.name not in refused
    ]


def free_controls(query: ListQuery, address: Address, in_force: Sequence[Control]) -> list[Control]:
    """The filters that may be added to those in force."""
    given = {chosen.filter.name for chosen in query.chosen}
    shown = {control.name for control in in_force}
    return [
        Control(known, query.user, address.without(known.name) if known.name in given else address)
        for known in query.resource.filters_for(query.user)
        if known.name not in shown
    ]


def _names(filter_: Filter | Flag, values: Sequence[str], user: Actor) -> dict[str, str]:
    ids = keys_in(values)
    if not ids or filter_.kind not in {"relation", "many", "option"}:
        return {}
    if kind := option_list_of(filter_):
        rows: Any = Option.objects.of_list(kind).known(ids)
    else:
        rows = resource_of(cast("type[Stored]", filter_.field.related_model)).offered(user).filter(pk__in=ids)
    found = {str(row.pk): str(row) for row in rows}
    return {str(pk): found.get(str(pk), f"#{pk}") for pk in ids}
