"""The columns of a module: those it declares, and those of its company's own fields; what they need of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from django.db import models
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.records.base import Stored
from core.records.custom import CustomField, Kind, custom_fields, is_custom
from core.records.searching import GramsField
from core.resources.columns import Cell, Column, cell, exists, fetched_as
from core.resources.custom import CustomFilter, column_of
from core.resources.declaration import Declaration
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

    def filters_for(self, user: Actor) -> list[Filter | Flag]:
        """The filters on columns the user sees unmasked, and the flags."""
        on_columns = [
            Filter(self.column(name), cast("models.Field[Any, Any]", self.model._meta.get_field(name)))
            for name in self.filters
            if self.right(user, name) >= FieldRight.READ_ONLY
        ]
        own = [
            CustomFilter(column_of(field), field)
            for field in self.custom_fields
            if field.type != Kind.FILE and self.right(user, field.name) >= FieldRight.READ_ONLY
        ]
        return [*on_columns, *self.flags, *own]

    def cell(self, record: models.Model, column: Column, user: Actor) -> Cell:
        """What the user sees of a column of a record."""
        return cell(column, record, self.right(user, column.name))

    def with_columns(self, rows: QuerySet[Any], columns: Sequence[Column] | None = None) -> QuerySet[Any]:
        """The rows with everything that their columns need, so that the number of queries does not grow with them.

        A list tells which `columns` it shows: with them come the record that a row hangs on, and of other records that
        are only named their names. Of a value that is derived nobody tells from what: with one of these comes all.
        """
        lean = columns is not None and not any(column.value and not is_custom(column.name) for column in columns)
        needed = columns if columns is not None and lean else self.all_columns.values()
        kinds = {column.name: column.kind for column in needed if exists(self.model, column.name)}
        if self.parent:
            kinds[self.parent] = "relation"
        one = [name for name, kind in kinds.items() if kind in {"relation", "option"}]
        many: list[str | Prefetch[Any]] = [name for name, kind in kinds.items() if kind == "many"]
        spared = [field.name for field in self.model._meta.concrete_fields if isinstance(field, GramsField)]
        if lean:
            spared += [path for name in one if name != self.parent for path in self._beside_the_name(name)]
        if columns is not None:
            # As plain lists: a query set for each of the rows takes longer than all the rest.
            many = [Prefetch(str(name), to_attr=fetched_as(str(name))) for name in many]
        custom = {column.name for column in needed if is_custom(column.name)}
        if any(field.type == Kind.USER and field.name in custom for field in self.custom_fields):
            many.append("named_users")
        rows = rows.defer(*spared)  # grams are half of a row, and for the index alone
        rows = rows.select_related(*one) if one else rows
        return rows.prefetch_related(*many) if many else rows

    def _beside_the_name(self, name: str) -> list[str]:
        """What need not be fetched of the record that the field `name` leads to, where it is only named."""
        target: Any = self.model._meta.get_field(name).related_model
        kept = getattr(target, "named_by", ())
        others = (field.name for field in target._meta.concrete_fields if not field.primary_key)
        return [f"{name}__{other}" for other in others if other not in kept] if kept else []
