"""The columns of a module: those it declares, and those of its company's own fields; what they need of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, cast

from django.db import models
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.records.base import Stored
from core.records.custom import CustomField, Kind, custom_fields, is_custom
from core.resources.columns import Cell, Column, cell, exists
from core.resources.custom import CustomFilter, column_of
from core.resources.declaration import Declaration
from core.resources.fetching import Fetching, heavy_fields
from core.resources.filters import Filter
from core.resources.views import Flag


class Table(Declaration):
    """A module's columns, as lists, pages, exports and the API show them."""

    _joined: tuple[Sequence[CustomField], Mapping[str, Column]] = ((), {})

    @property
    def takes_custom(self) -> bool:
        """Whether companies may add fields of their own: to whatever is entered in a form."""
        return issubclass(self.model, Stored) and bool(self.sections) and bool({"add", "change"} & set(self.verbs))

    @property
    def custom_fields(self) -> Sequence[CustomField]:
        """The fields that the company of this thread has added, in their order; none outside companies."""
        return custom_fields(self.name)

    @property
    def groups(self) -> Mapping[StrOrPromise, Sequence[str]]:
        """The sections, and that of the company's own fields (属性参数) where there are any."""
        own = [field.name for field in self.custom_fields]
        return {**self.sections, _("Attributes"): own} if own else self.sections

    @property
    def all_columns(self) -> Mapping[str, Column]:
        """Every column by name: those that are declared, then those of the company's own fields."""
        own = self.custom_fields
        if not own:
            return self.declared_columns
        fields, columns = self._joined
        if fields is not own:
            columns = {**self.declared_columns, **{field.name: column_of(field) for field in own}}
            self._joined = own, columns  # companies take turns: whoever comes next finds that these are not its own
        return columns

    @cached_property
    def declared_columns(self) -> Mapping[str, Column]:
        """Every declared column by name: those of the list, those that may be chosen, those of the sections."""
        named = (*self.columns, *self.more_columns, *(name for names in self.sections.values() for name in names))
        columns: dict[str, Column] = {}
        for given in named:
            column = given if isinstance(given, Column) else self.column(given)
            columns.setdefault(column.name, column)
        return columns

    def column(self, name: str) -> Column:
        """The column made from the model's field `name`, or that of a custom field; FieldDoesNotExist for neither."""
        if is_custom(name) and name in self.all_columns:
            return self.all_columns[name]
        return Column.of_field(self.model, name)

    def columns_for(self, user: Actor, names: Sequence[str] | None = None) -> list[Column]:
        """The list's columns that the user may see: the named ones in that order, else the declared ones."""
        declared = [given.name if isinstance(given, Column) else given for given in self.columns]
        wanted = [name for name in names if name in self.all_columns] if names else declared
        return [self.all_columns[name] for name in wanted or declared if self.right(user, name) > FieldRight.HIDDEN]

    def choosable_columns(self, user: Actor) -> list[Column]:
        """All columns the list can show to the user."""
        return [column for name, column in self.all_columns.items() if self.right(user, name) > FieldRight.HIDDEN]

    def sortable(self, user: Actor) -> dict[str, str]:
        """{column: what the database sorts by}, for columns the user sees unmasked."""
        return {
            name: column.order_by
            for name, column in self.all_columns.items()
            if column.order_by and self.right(user, name) >= FieldRight.READ_ONLY
        }

    @cached_property
    def _declared_filters(self) -> list[Filter]:
        fields = [(name, cast("models.Field[Any, Any]", self.model._meta.get_field(name))) for name in self.filters]
        return [Filter(self.column(name), field) for name, field in fields]

    def filters_for(self, user: Actor) -> list[Filter | Flag]:
        """The filters on columns the user sees unmasked, and the flags."""
        on_columns = [one for one in self._declared_filters if self.right(user, one.name) >= FieldRight.READ_ONLY]
        own = [
            CustomFilter(column_of(field), field)
            for field in self.custom_fields
            if field.type != Kind.FILE and self.right(user, field.name) >= FieldRight.READ_ONLY
        ]
        return [*on_columns, *self.flags, *own]

    def cell(self, record: models.Model, column: Column, user: Actor) -> Cell:
        """What the user sees of a column of a record."""
        return cell(column, record, self.right(user, column.name))

    def with_columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with everything that any of their columns needs, so that no further queries come row by row."""
        needed = self.all_columns.values()
        one, many = self._relations(needed)
        rows = rows.defer(*heavy_fields(self.model))
        rows = rows.select_related(*one) if one else rows
        more = [*many, *(["named_users"] if self._name_users(needed) else [])]
        return rows.prefetch_related(*more) if more else rows

    def fetch(self, keys: Sequence[int], columns: Sequence[Column]) -> list[Any]:
        """The records of these keys, which the user was found to see, with everything that these columns need.

        With them come the record that a row hangs on, and of other records that are only named their names. Of a value
        that is derived nobody tells from what: with one of these comes all.
        """
        lean = not any(column.value and not is_custom(column.name) for column in columns)
        needed = columns if lean else list(self.all_columns.values())
        one, many = self._relations(needed)
        records = self._fetching(tuple(one), tuple(many), lean)(keys)
        if records and self._name_users(needed):
            prefetch_related_objects(records, "named_users")
        return records

    @lru_cache(maxsize=1_000)  # noqa: B019  a resource is there as long as the process
    def _fetching(self, one: Sequence[str], many: Sequence[str], lean: bool) -> Fetching:
        return Fetching(self.model, {name: lean and name != self.parent for name in one}, many)

    def _relations(self, columns: Iterable[Column]) -> tuple[list[str], list[str]]:
        """The fields of these columns that lead to one record, that of the parent always; those that lead to many."""
        kinds = {column.name: column.kind for column in columns if exists(self.model, column.name)}
        if self.parent:
            kinds[self.parent] = "relation"
        one = [name for name, kind in kinds.items() if kind in {"relation", "option"}]
        return one, [name for name, kind in kinds.items() if kind == "many"]

    def _name_users(self, columns: Iterable[Column]) -> bool:
        custom = {column.name for column in columns if is_custom(column.name)}
        return any(field.type == Kind.USER and field.name in custom for field in self.custom_fields)
