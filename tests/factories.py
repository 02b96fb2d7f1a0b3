"""Rows of any model, made from its own fields: what a test does not say is filled with something valid and unique."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from core.access import Scope
from core.records import dictionary
from core.records.dictionary import OptionField
from core.records.models import Option
from core.records.regions import RegionField
from tenants.people.models import Department, User
from tenants.people.phones import PhoneField
from tenants.roles.models import Role

M = TypeVar("M", bound=models.Model)

_numbers = itertools.count(1)


def make(
    model: type[M],
    /,
    *,
    mark: str = "",
    everything: bool = False,
    number: int = 0,
    by: User | None = None,
    above: frozenset[type[models.Model]] = frozenset(),
    beside: dict[type[models.Model], models.Model] | None = None,
    **values: Any,
) -> M:
    """A stored row of the model.

    Required fields that `values` leave out are filled; `everything` fills the optional ones too, files and many-to-many
    ones included, except references to the model itself and to those in `above`, which the row is made for. Rows
    made together refer to the same others (`beside`): a contact of a customer and a talk with both are of one. Every
    text and file made contains `mark`. `number` makes texts and numbers unique; the next free one without it. `by` is
    the user that required references to users name, down to the rows that this one hangs on.
    """
    number = number or next(_numbers)
    if model is Option:
        values.setdefault("kind", next(iter(dictionary.lists)))
    maker = _Maker(mark or model.__name__, number, everything, by, above | {model}, {} if beside is None else beside)
    filled = dict(values)
    for field in model._meta.concrete_fields:
        given = {field.name, field.attname} & values.keys()
        if not given and maker.wants(field, model):
            filled[field.name] = maker.value(field)
    many = {field.name: filled.pop(field.name) for field in model._meta.many_to_many if field.name in filled}
    if everything:
        many |= {
            field.name: [maker.related(field.remote_field.model)]
            for field in model._meta.many_to_many
            if field.name not in many and not isinstance(field.remote_field.model, str)
        }
    row = model(**filled)
    row.save(force_insert=True)
    for name, chosen in many.items():
        getattr(row, name).set(chosen)
    return row


class _Maker:
    def __init__(
        self,
        mark: str,
        number: int,
        everything: bool,
        by: User | None,
        above: frozenset[type[models.Model]],
        beside: dict[type[models.Model], models.Model],
    ) -> None:
        self.by = by
        self.beside = beside
        self.above = above
        self.mark = mark
        self.number = number
        self.everything = everything

    def wants(self, field: Any, model: type[models.Model]) -> bool:
        """Whether the field has to be filled for the row to be valid, or is to be filled as well."""
        if field.primary_key or field.name in {"version", "custom", "deleted_at", "deleted_by"}:
            return False
        if field.remote_field and field.remote_field.model in self.above:
            return not field.null
        required = not field.has_default() and not field.null and not field.blank
        optional = self.everything and not field.has_default()
        return required or optional

    def value(self, field: Any) -> Any:
        """Something valid for the field."""
        if field.choices:
            return next(value for value, _label in field.flatchoices if value != "")
        match field:
            case OptionField():
                return make(Option, mark=self.mark, kind=field.kind)
            case models.ForeignKey():
                return self.related(field.remote_field.model)
            case RegionField():
                return "440305"
            case PhoneField():
                return f"138{self.number % 10**8:08d}"
            case models.EmailField():
                return f"{self.mark}.{self.number}@example.com"
            case models.URLField():
                return f"https://example.com/{self.mark}/{self.number}"
            case models.FileField():
                return ContentFile(f"{self.mark} {self.number}".encode(), name=f"{self.mark}-{self.number}.txt")
            case models.BooleanField():
                return True
            case models.DecimalField():
                return Decimal(self.number % 10 ** (field.max_digits - field.decimal_places))
            case models.SmallIntegerField() | models.PositiveSmallIntegerField():
                return self.number % 2**15
            case models.IntegerField():
                return self.number
            case models.FloatField():
                return float(self.number)
            case models.DateTimeField():
                return timezone.now()
            case models.DateField():
                return timezone.localdate() + datetime.timedelta(days=self.number % 300)
            case models.TimeField():
                return datetime.time(9, self.number % 60)
            case models.GenericIPAddressField():
                return f"192.0.2.{self.number % 256}"
            case models.JSONField():
                return {"mark": f"{self.mark}-{self.number}"}
            case models.UUIDField():
                return field.get_default()
        text = f"{self.mark}-{self.number}"
        return (
            text if field.max_length is None or len(text) <= field.max_length else f"{self.number}"[: field.max_length]
        )

    def related(self, model: Any) -> Any:
        """A row that the one being made refers to."""
        if model is User:
            found = self.by or User.objects.get_queryset().order_by("pk").first()
            if found is not None:
                return found
        everything = self.everything and model is not User
        if model not in self.beside or model is Option:
            made = make(model, mark=self.mark, everything=everything, by=self.by, above=self.above, beside=self.beside)
            self.beside.setdefault(model, made)  # one that was made on the way knows those that refer to it
        return self.beside[model]


def make_user(
    *permissions: str,
    scope: str = Scope.ALL,
    department: Department | None = None,
    field_rights: dict[str, str] | None = None,
    **values: Any,
) -> User:
    """A user with a role of their own that grants the permissions within the scope; without permissions: no role."""
    number = next(_numbers)
    user = make(User, mark="user", number=number, department=department, **values)
    if permissions:
        role = make(
            Role,
            mark="role",
            number=number,
            permissions=list(permissions),
            scope=scope,
            field_rights=field_rights or {},
        )
        role.users.add(user)
    return user


def make_administrator(**values: Any) -> User:
    """A user with the administrators' role, which is made if need be."""
    user = make(User, mark="admin", **values)
    found = Role.objects.filter(is_administrator=True).first()
    role = found or make(Role, mark="administrators", scope=Scope.ALL, is_administrator=True)
    role.users.add(user)
    return user
