"""自定义字段 as the rest of a resource has them: columns, filters, fields of forms."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.html import escape

from core.access import Actor, FieldRight
from core.records.attachments import file_held
from core.records.custom import DECIMALS, DIGITS, CustomField, HeldFile, Kind, custom_field, number
from core.records.files import checked_type
from core.records.models import Attachment, Option
from core.resources.columns import Column
from core.resources.filters import ME, NONE, Filter

if TYPE_CHECKING:
    from core.resources.resource import Resource

TEXT_LENGTH = 500
TODAY = "today"
"""As the default of a date: the day on which the form is opened."""
COLUMN_KINDS: Mapping[str, str] = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.MONEY: "money",
    Kind.DATE: "date",
    Kind.CHOICE: "option",
    Kind.CHOICES: "many",
    Kind.USER: "relation",
    Kind.FILE: "file",
}
SORTED = frozenset({Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DATE})
"""What JSON keeps in an order that means something: numbers by size, texts by their letters, days by the calendar."""


def column_of(field: CustomField) -> Column:
    """The column of a custom field."""
    return Column(
        field.name,
        field.label,
        COLUMN_KINDS[field.type],
        value=field.of,
        order_by=path_of(field) if field.type in SORTED else None,
        help=field.help,
    )


def path_of(field: CustomField) -> str:
    """What lookups of the database call the value."""
    return f"custom__{field.name}"


@dataclass(frozen=True, slots=True)
class CustomFilter(Filter):
    """A filter on a custom field; its parameter says what that of a model's field of the kind says.

    Equality is asked as containment of the whole document, which a GIN index answers where a table has one.
    """

    field: Any

    def condition(self, values: Sequence[str], user: Actor) -> Q:
        """The condition that the values stand for; BadFilter if one of them can't be understood."""
        if self.kind in {"relation", "option", "many"}:
            return self._records(values, user)
        if self.kind == "text":
            return Q(**{f"{path_of(self.field)}__icontains": values[-1]})
        return self._range(values)

    def _records(self, values: Sequence[str], user: Actor) -> Q:
        condition = Q(pk__in=[])
        for value in values:
            if value == NONE:
                condition |= ~Q(custom__has_key=self.name)
            else:
                key = user.pk if value == ME else self._known_key(value)
                condition |= Q(custom__contains={self.name: [key] if self.field.several else key})
        return condition

    def _path(self) -> str:
        return path_of(self.field)

    def _bound(self, text: str, *, end: bool) -> Any:
        bound = super(CustomFilter, self)._bound(text, end=end)
        return bound.isoformat() if isinstance(bound, datetime.date) else number(bound)


def file_of_field(resource: Resource, record: Any, name: str, user: Actor) -> Attachment:
    """The file in a custom field of the record; Http404 when there is none, or the user may not read the field."""
    field = custom_field(type(record), name)
    value = field.of(record) if field and resource.right(user, name) >= FieldRight.READ_ONLY else None
    attachment = file_held(record, name, value.pk) if isinstance(value, HeldFile) else None
    if attachment is None:
        raise Http404(f"no file in {name}")
    return attachment


class HeldFileField(forms.FileField):
    """A file that a field of a record holds: checked as attachments are, kept until another is chosen."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The new file, the one held already, or False to have none."""
        value = super().clean(data, initial)
        if isinstance(value, UploadedFile):
            checked_type(value)
        return value


def form_field_of(field: CustomField) -> forms.Field:
    """The field of a form; what may be chosen in it is for the form to say."""
    said: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": escape(field.help)}
    match field.type:
        case Kind.NUMBER | Kind.MONEY:
            return forms.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS[field.type], **said)
        case Kind.DATE:
            return forms.DateField(**said)
        case Kind.CHOICES:
            return forms.ModelMultipleChoiceField(Option.objects.none(), **said)
        case Kind.CHOICE | Kind.USER:
            return forms.ModelChoiceField(field.related_model._base_manager.none(), **said)
        case Kind.FILE:
            return HeldFileField(**said)
    return forms.CharField(max_length=TEXT_LENGTH, **said)


def initial_of(field: CustomField, record: Any) -> Any:
    """What the form shows: the record's value, or the default in the form of a new one."""
    if record.pk is None:
        return default_of(field)
    return field.of(record) if field.type == Kind.FILE else _as_entered(field, field.of(record))


def default_of(field: CustomField) -> Any:
    """The default as a form takes it; None where there is none, or it is no value any more."""
    match field.type:
        case _ if not field.default:
            return None
        case Kind.DATE if field.default == TODAY:
            return timezone.localdate()
        case Kind.CHOICE | Kind.CHOICES:
            named = [one.pk for one in field.options if one.active and one.name == field.default]
            return (named or None) if field.several else next(iter(named), None)
    try:
        return form_field_of(field).clean(field.default)
    except ValidationError:
        return None


def _as_entered(field: CustomField, value: Any) -> Any:
    if field.several:
        return [option.pk for option in value]
    return getattr(value, "pk", value)


def is_kept(value: Any) -> bool:
    """Whether a form's value says that a file stays as it is."""
    return isinstance(value, HeldFile)
