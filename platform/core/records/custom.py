"""自定义字段: what a company adds to its modules, and how the values are kept in `Stored.custom`.

A field is named `c_<number>` everywhere: in `custom`, in URLs, in the API, in the rights of roles. The number is that
of its definition, so it stays when the label changes, and what was said of a field that is gone never means another.
"""

from __future__ import annotations

import datetime
import decimal
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.access import guarded
from core.db import current_company, has_company, kept_here

PREFIX = "c_"
NAME = re.compile(r"c_[1-9][0-9]{0,17}", re.ASCII)
MOST = 100
"""Fields of one module."""
MOST_KEPT = 500
"""Companies whose catalogues a process keeps."""
DIGITS = 15
"""Of numbers: what JSON readers, which take numbers for doubles, give back exactly."""
STAMP = "custom.stamp"


class Kind(TextChoices):
    """What a field holds."""

    TEXT = "text", pgettext_lazy("kind of field", "Text")
    NUMBER = "number", gettext_lazy("Number")
    MONEY = "money", gettext_lazy("Money")
    DATE = "date", gettext_lazy("Date")
    CHOICE = "choice", gettext_lazy("Choice")
    CHOICES = "choices", gettext_lazy("Multiple choice")
    USER = "user", gettext_lazy("User")
    FILE = "file", gettext_lazy("File")


DECIMALS: Mapping[str, int] = {Kind.NUMBER: 4, Kind.MONEY: 2}
CHOOSING = frozenset({Kind.CHOICE, Kind.CHOICES})


def is_custom(name: str) -> bool:
    """Whether this is a name that only custom fields have, of one that is there or not."""
    return NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class HeldFile:
    """The file that a field of a record holds, by its attachment."""

    pk: int
    name: str
    resource: str
    record_id: int
    field: str

    @property
    def url(self) -> str:
        """Where it is read, by whoever may read the field."""
        return reverse(f"{self.resource}-held", args=[self.record_id, self.field])

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class CustomField:
    """One field of a module, as its company defined it. `options` are those of its list, those out of use as well."""

    pk: int
    resource: str
    label: str
    type: str
    help: str = ""
    required: bool = False
    default: str = ""
    active: bool = True
    options: tuple[Any, ...] = ()

    null = True  # as a model's field has it: every record may lack a value

    @property
    def name(self) -> str:
        """What it is called wherever a program names it."""
        return f"{PREFIX}{self.pk}"

    @property
    def kind(self) -> str:
        """The option list that it chooses from, as an OptionField has it; empty for other types."""
        return self.name if self.type in CHOOSING else ""

    @property
    def related_model(self) -> Any:
        """The model of what it points to, as a model's field has it; None for plain values."""
        if self.type == Kind.USER:
            return get_user_model()
        if self.type in CHOOSING:
            from core.records.models import Option

            return Option
        return None

    @property
    def several(self) -> bool:
        """Whether it holds a list."""
        return self.type == Kind.CHOICES

    @cached_property
    def _options(self) -> Mapping[int, Any]:
        return {option.pk: option for option in self.options}

    def held(self, record: Any) -> Any:
        """What the record holds, as JSON; None for nothing."""
        return record.custom.get(self.name)

    def of(self, record: Any) -> Any:
        """The value as Python has it; what it named and is gone is left out."""
        raw = self.held(record)
        match self.type:
            case Kind.TEXT:
                return raw or ""
            case Kind.CHOICES:
                return [self._options[pk] for pk in raw or () if pk in self._options]
            case _ if raw is None:
                return None
            case Kind.NUMBER | Kind.MONEY:
                return decimal.Decimal(str(raw))
            case Kind.DATE:
                return datetime.date.fromisoformat(raw)
            case Kind.CHOICE:
                return self._options.get(raw)
            case Kind.USER:
                return record.named_users.get(raw)
        return HeldFile(raw["id"], raw["name"], self.resource, record.pk, self.name)

    def kept(self, value: Any) -> Any:
        """The value as JSON keeps it; None for nothing, which is not kept at all. Files are kept by `attachments`."""
        if value in (None, ""):
            return None
        match self.type:
            case Kind.NUMBER | Kind.MONEY:
                return number(value)
            case Kind.DATE:
                return value.isoformat()
            case Kind.CHOICE | Kind.USER:
                return value.pk
            case Kind.CHOICES:
                return [option.pk for option in value] or None
        return str(value)

    def taken(self, raw: Any) -> Any:
        """A value that JSON kept, as a service takes it; ValidationError where what it named is gone."""
        if raw is None:
            return [] if self.several else None
        match self.type:
            case Kind.NUMBER | Kind.MONEY:
                return decimal.Decimal(str(raw))
            case Kind.DATE:
                return datetime.date.fromisoformat(raw)
            case Kind.CHOICE | Kind.CHOICES:
                pks = raw if self.several else [raw]
                if any(pk not in self._options for pk in pks):
                    raise ValidationError(_("What it named before no longer exists."), code="gone")
                found = [self._options[pk] for pk in pks]
                return found if self.several else found[0]
            case Kind.USER:
                user = get_user_model()._base_manager.filter(pk=raw).first()
                if user is None:
                    raise ValidationError(_("What it named before no longer exists."), code="gone")
                return user
        return raw


def number(value: decimal.Decimal) -> int | float:
    """A number of at most DIGITS digits as JSON holds it, exactly."""
    whole = int(value)
    return whole if whole == value else float(value)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All fields of one company, by module, in their order."""

    fields: Mapping[str, tuple[CustomField, ...]]

    @cached_property
    def active(self) -> Mapping[str, tuple[CustomField, ...]]:
        """Those that are in use."""
        return {name: tuple(one for one in fields if one.active) for name, fields in self.fields.items()}


NOTHING = Catalogue({})
_catalogues: OrderedDict[tuple[UUID, str], Catalogue] = OrderedDict()


class Source(Protocol):
    """Where the definitions stand: the module that the setting CUSTOM_FIELDS names."""

    def stamp(self) -> str:
        """The stamp of the company that is set."""

    def fields(self) -> Mapping[str, tuple[CustomField, ...]]:
        """The fields of the company that is set, by module, in their order."""


def _source() -> Source:
    return cast(Source, import_module(settings.CUSTOM_FIELDS))


def stamp() -> str:
    """What the company's catalogue is known by: another text after each change, empty while there are no fields.

    Asked once while a thread works for the company; pages have it from the settings, which they read anyhow.
    """
    kept = kept_here()
    if STAMP not in kept:
        kept[STAMP] = _source().stamp()
    return str(kept[STAMP])


def stamp_known(text: str) -> None:
    """Spare the question: this is the stamp, just read."""
    kept_here()[STAMP] = text


def stamp_changed() -> None:
    """The stamp is another one now: it is asked for anew."""
    kept_here().pop(STAMP, None)


def catalogue() -> Catalogue:
    """The fields of the company that is set.

    Kept by the company and its stamp. The stamp changes in the transaction of what it stands for, so no process can
    take an older catalogue for the present one, and what a rolled back transaction saw is never asked for again.
    """
    if not has_company() or not (known_by := stamp()):
        return NOTHING
    key = (current_company().uuid, known_by)
    found = _catalogues.get(key)
    if found is None:
        found = Catalogue(_source().fields())
        _catalogues[key] = found
        while len(_catalogues) > MOST_KEPT:
            _catalogues.popitem(last=False)
    return found


def custom_fields(resource: str) -> Sequence[CustomField]:
    """The fields in use of a module, in their order."""
    return catalogue().active.get(resource, ())


def dormant_fields(resource: str) -> Sequence[CustomField]:
    """The fields of a module that were taken out of use; their values are kept."""
    return [field for field in catalogue().fields.get(resource, ()) if not field.active]


def custom_field(model: type[Any], name: str) -> CustomField | None:
    """The field in use of the model's module by this name; None for what is no name of one that is there."""
    if not is_custom(name):
        return None
    return next((field for field in custom_fields(guarded(model).name) if field.name == name), None)


def parted(model: type[Any], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[CustomField, Any]]:
    """The values of the model's own fields, and those of custom ones; ValidationError for one that is gone."""
    own: dict[str, Any] = {}
    found: dict[CustomField, Any] = {}
    for name, value in values.items():
        if not is_custom(name):
            own[name] = value
        elif (field := custom_field(model, name)) is not None:
            found[field] = value
        else:
            raise ValidationError(_("A custom field was removed in the meantime. Reload the page."), code="gone")
    return own, found
