"""The form of a resource for many rows: what page and API ask of one record, without asking the database for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core.access import Actor
from core.resources.forms import ResourceForm
from core.resources.row_columns import RowColumns, goes_by_columns

if TYPE_CHECKING:
    from core.resources.resource import Resource


KEPT_TEXTS = 1_000  # of each field


class Offered:
    """Records in memory, in the place of the query of a field that chooses among records."""

    def __init__(self, model: type[models.Model], records: Iterable[models.Model] = ()) -> None:
        self.model = model
        self._records = {str(record.pk): record for record in records}

    def all(self) -> Self:
        """All of them."""
        return self

    def none(self) -> list[models.Model]:
        """None of them."""
        return []

    def get(self, **key: Any) -> models.Model:
        """The one of this key (`pk` or `id`, as the field says); DoesNotExist for any other."""
        (value,) = key.values()
        try:
            return self._records[str(value)]
        except KeyError:
            raise self.model.DoesNotExist from None  # type: ignore[attr-defined]  # every model has one

    def filter(self, **keys: Any) -> list[models.Model]:
        """Those of these keys (`pk__in`); one that is no key at all is a ValueError, as the database would have it."""
        ((name, value),) = keys.items()
        if not name.endswith("__in"):
            int(value)
            return []
        return [self._records[str(one)] for one in value if str(one) in self._records]


class RowForms:
    """One form, filled again for each new row.

    It is the form of the pages, with differences that only save time: what may be chosen is looked up among the
    records given to `offer`, what a field has said of a text it says again without looking, and unique constraints are
    left to whoever asks for many rows at once.
    """

    def __init__(self, resource: Resource, user: Actor) -> None:
        self.model = resource.model
        self.form = resource.form_for(user, data={})
        self._known: dict[str, dict[str, tuple[Any, ValidationError | None]]] = {}
        for name, field in self.form.fields.items():
            if not isinstance(field, forms.FileField):
                self._remember(name, field)
        checks, _date_checks = self.model()._get_unique_checks()
        nothing_to_ask = {names for _model, names in checks} <= {(self.model._meta.pk.name,)}
        if nothing_to_ask:
            self.form.validate_unique = _later_too  # type: ignore[method-assign]
        self.defaults = {
            name: value for name, field in self.form.fields.items() if (value := _default(self.form, name, field))
        }
        by_columns = nothing_to_ask and goes_by_columns(self.form)
        self.columns = RowColumns(self.form, self.defaults) if by_columns else None

    @property
    def fields(self) -> Mapping[str, forms.Field]:
        """The fields by name."""
        return self.form.fields

    def offer(self, name: str, records: Iterable[models.Model]) -> None:
        """Let these records be chosen in a field, and no others."""
        offer(self.form, name, records)
        self._known[name].clear()
        if self.columns is not None:
            self.columns.forget(name)

    def passed(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], Any] | None:
        """What `filled` makes of a new row with which nothing is wrong: the checked values, and the unsaved record.

        None where something is wrong, or where the form has to see the row as a whole: it is to be `filled` then.
        """
        found = self.columns.passed(given) if self.columns is not None else None
        if found is not None:
            found[1].validate_constraints = _later
        return found

    def filled(self, given: Mapping[str, Any]) -> ResourceForm:
        """The form with the values of a new row, checked; fields that are not given hold what an empty form holds."""
        form: Any = self.form
        form.instance = self.model()
        form.instance.validate_constraints = _later
        form.data = {**self.defaults, **given}
        form._errors = None  # so that it checks anew
        form.full_clean()
        _let_go(form)
        return self.form

    def _remember(self, name: str, field: forms.Field) -> None:
        """Let a field keep what it made of a text: columns say the same few things again and again."""
        clean, known = field.clean, self._known.setdefault(name, {})

        def remembered(value: Any) -> Any:
            if not isinstance(value, str):
                return clean(value)
            if value not in known:
                if len(known) >= KEPT_TEXTS:
                    known.clear()
                try:
                    known[value] = (clean(value), None)
                except ValidationError as error:
                    known[value] = (None, _anew(error))
                    _forget(error)
            cleaned, refusal = known[value]
            if refusal is not None:
                raise _anew(refusal)
            return cleaned

        field.clean = remembered  # type: ignore[method-assign]


def offer(form: ResourceForm, name: str, records: Iterable[models.Model]) -> None:
    """Let these records be chosen in a field of the form, and no others."""
    field: Any = form.fields[name]
    field.queryset = Offered(field.queryset.model, records)
    form.looked_up |= {name}


def _anew(error: ValidationError) -> ValidationError:
    """The same error, not yet raised: one that was has its frames with it, and they all rows that were in hand."""
    return ValidationError([ValidationError(one.message, one.code, one.params) for one in error.error_list])


def _let_go(form: ResourceForm) -> None:
    """Let the errors of a form, which stays, forget where they were raised."""
    for errors in form.errors.as_data().values():
        for error in errors:
            _forget(error)


def _forget(error: ValidationError) -> None:
    """Django's errors refer to themselves: they go when garbage is looked for, and until then with all their frames."""
    for one in (error, *error.error_list):
        one.__traceback__ = one.__context__ = one.__cause__ = None


def _later_too() -> None:
    """Nothing is unique by itself."""


def _later(exclude: Any = None) -> None:
    """Constraints are asked for all rows together."""


def _default(form: ResourceForm, name: str, field: forms.Field) -> Any:
    value = form.get_initial_for_field(field, name)
    if value in (None, "", []) or isinstance(field, forms.FileField):
        return None
    if isinstance(field, forms.BooleanField):
        return "on" if value else None
    return field.prepare_value(value)
