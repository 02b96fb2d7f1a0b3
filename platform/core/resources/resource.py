"""What a module shows to the world, declared once: pages, API, export, import, search, permissions, menu."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Prefetch, QuerySet
from django.forms import modelform_factory
from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight, Guarded, guard
from core.db.deadlocks import again_on_deadlock
from core.records import services
from core.records.base import Record, Stored, StoredQuerySet
from core.records.custom import CustomField, Kind, custom_fields, is_custom
from core.records.searching import GramsField
from core.resources.action import Action, ActionRefused
from core.resources.columns import Cell, Column, cell, exists, fetched_as
from core.resources.custom import CustomFilter, column_of
from core.resources.filters import Filter
from core.resources.forms import ResourceForm
from core.resources.head import Head, Stars
from core.resources.menu import Group
from core.resources.panel import Panel
from core.resources.permissions import VERBS, Permission
from core.resources.story import Story
from core.resources.views import Flag, View


class Resource:
    """The declaration of a module. Subclass it in `resource.py`; that is all it takes to be served.

    model           the rows; labels, choices, help and validation come from its fields
    menu, icon      where it stands and how it looks there; `letter` opens it when pressed after G
    parent          foreign key to the record it hangs on: who sees that one sees its rows, the permission given
    also_below      further foreign keys, to records whose pages list its rows as well; they open no sight of them
    collaborative   whether single users can be made collaborators of a row
    columns         of the list, in order: names of fields, or Columns for what is derived
    more_columns    further columns, shown when chosen
    filters, search names of fields
    flags, views    filters that no field tells, and views of the list that everybody is offered
    order           of the list until the user sorts it
    sections        of page and form: {heading: names of fields}
    tones           colours of choices: {field: {value: green | blue | amber | red | violet | cyan | gray}}
    deadlines       times by which something is to be done: shown as today or tomorrow, red when they have passed
    recents         times that have passed: shown by how long ago that was
    head, stars     the head of a record's page, and whether its users star records
    story           how its rows stand in the feed of the record they hang on
    verbs           the standard verbs it knows; actions add theirs. `import` offers to import its rows
    actions, panels what its records can do, and what stands beside their fields
    form            base class of its form, for validation that only this module has
    all_the_same    field of its form by which a user says that what is there already may be created once more
    remote_choice   whether it is chosen by searching rather than from a list
    asks_for_another whether the page of a row just added asks whether to add another
    """

    model: ClassVar[type[Any]]
    menu: ClassVar[Group | None] = None
    icon: ClassVar[str] = "list"
    letter: ClassVar[str] = ""
    order_in_menu: ClassVar[int] = 100
    parent: ClassVar[str | None] = None
    also_below: ClassVar[Sequence[str]] = ()
    collaborative: ClassVar[bool] = False
    columns: ClassVar[Sequence[str | Column]] = ()
    more_columns: ClassVar[Sequence[str | Column]] = ()
    filters: ClassVar[Sequence[str]] = ()
    search: ClassVar[Sequence[str]] = ()
    flags: ClassVar[Sequence[Flag]] = ()
    views: ClassVar[Sequence[View]] = ()
    order: ClassVar[Sequence[str]] = ("-pk",)
    sections: ClassVar[Mapping[StrOrPromise, Sequence[str]]] = {}
    tones: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    deadlines: ClassVar[Sequence[str]] = ()
    recents: ClassVar[Sequence[str]] = ()
    head: ClassVar[Head] = Head()
    stars: ClassVar[Stars | None] = None
    story: ClassVar[Story | None] = None
    verbs: ClassVar[Sequence[str]] = ("view", "add", "change", "delete", "export")
    actions: ClassVar[Sequence[Action]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    form: ClassVar[type[ResourceForm]] = ResourceForm
    all_the_same: ClassVar[str] = ""
    remote_choice: ClassVar[bool] = True
    asks_for_another: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        from core.resources import registry

        super().__init_subclass__(**kwargs)
        registry.register(cls())

    _joined: tuple[Sequence[CustomField], Mapping[str, Column]] = ((), {})

    def __init__(self) -> None:
        guard(Guarded(self.name, self.model, self.parent, self.collaborative))

    # What it is called

    @property
    def name(self) -> str:
        """The name in URLs, permissions and the API: the class's, in lower case."""
        return type(self).__name__.lower()

    @property
    def label(self) -> StrOrPromise:
        """What the rows are called together."""
        return cast(StrOrPromise, self.model._meta.verbose_name_plural)

    @property
    def singular(self) -> StrOrPromise:
        """What one row is called."""
        return cast(StrOrPromise, self.model._meta.verbose_name)

    @property
    def url(self) -> str:
        """The address of the list."""
        return reverse(f"{self.name}-list")

    @property
    def choice_url(self) -> str:
        """The address that answers searches for a row to choose."""
        return reverse(f"{self.name}-choices")

    def record_url(self, record: models.Model) -> str:
        """The address of a record's page."""
        return reverse(f"{self.name}-detail", kwargs={"pk": record.pk})

    # Who may do what

    def permission(self, verb: str) -> str:
        """The name of the permission to do `verb` here, e.g. `users.change`."""
        return f"{self.name}.{verb}"

    @cached_property
    def all_verbs(self) -> Mapping[str, StrOrPromise]:
        """Every verb with its label: the standard ones, those of the trash, those of the actions."""
        verbs = {verb: VERBS[verb] for verb in self.verbs}
        if self.model.has_trash() and "delete" in self.verbs:
            verbs |= {verb: VERBS[verb] for verb in ("restore", "purge")}
        for action in self.actions:
            verbs.setdefault(action.verb, VERBS.get(action.verb, action.label))
        return verbs

    @property
    def permissions(self) -> list[Permission]:
        """All permissions of the module, in the order of the 权限设置 tree."""
        return [Permission(self.permission(verb), label) for verb, label in self.all_verbs.items()]

    def rows(self, user: Actor, action: str = "view") -> StoredQuerySet[Any]:
        """The rows on which the user may do `action`: every page, API call, export and search starts here."""
        rows: StoredQuerySet[Any] = self.model.objects.visible_to(user, action)
        return rows

    def ways(self, user: Actor, action: str = "view") -> list[StoredQuerySet[Any]]:
        """The same rows, by each of the ways in which the user comes to reach them: for whoever goes through all."""
        ways: list[StoredQuerySet[Any]] = self.model.objects.ways_visible_to(user, action)
        return ways

    def offered(self, user: Actor) -> StoredQuerySet[Any]:
        """The rows a user may choose in forms of other modules; those the user may see, unless overridden."""
        return self.rows(user, "view")

    def right(self, user: Actor, name: str) -> FieldRight:
        """The user's right on a field or column."""
        return user.access.field_right(self.name, name)

    # What its company has added to it

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

    # Its columns

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

    # Its form, and what it does with it

    def editable_fields(self, user: Actor) -> list[str]:
        """The fields of the form: those of the sections that can be edited at all and by this user."""
        names = [name for names in self.groups.values() for name in names]
        return [name for name in names if self._is_editable(name) and self.right(user, name) is FieldRight.EDIT]

    def _is_editable(self, name: str) -> bool:
        if is_custom(name):
            return True
        return exists(self.model, name) and getattr(self.model._meta.get_field(name), "editable", False)

    def inline_fields(self, user: Actor) -> list[str]:
        """The fields of an existing record's form that the user may change in their place, where they are shown."""
        shown = self.all_columns
        names = [name for name in self.editable_fields(user) if name not in self.form.fixed]
        return [name for name in names if name in shown and shown[name].kind != "file"]

    def form_for(
        self, user: Actor, record: Stored | None = None, data: Any = None, files: Any = None, initial: Any = None
    ) -> ResourceForm:
        """The form of a record (a new one without `record`) for a user; bound when `data` is given."""
        names = self.editable_fields(user)
        own = [field for field in self.custom_fields if field.name in names]
        return self.form_class(user)(
            data, files, instance=record, initial=initial, resource=self, user=user, custom=own
        )

    def form_class(self, user: Actor) -> type[ResourceForm]:
        """The form of the model's own fields that the user may edit."""
        names = [name for name in self.editable_fields(user) if not is_custom(name)]
        return cast("type[ResourceForm]", modelform_factory(self.model, form=self.form, fields=names))

    @again_on_deadlock
    def save(self, form: ResourceForm, *, by: Actor) -> Stored | None:
        """Store what a valid form holds. None when the database or a service refused it: the form then has the errors.

        Raises StaleRecord when the record was changed since the form was opened.
        """
        try:
            with transaction.atomic():
                if form.instance.pk is None:
                    return self.create(form.values, by=by)
                return self.update(form.instance, form.values, by=by, version=form.cleaned_data.get("version"))
        except ValidationError as error:
            form.add_error(None, error)
        except IntegrityError:
            # Somebody took the unique value between validation and storing: ask the constraints again.
            try:
                form.instance.validate_constraints()
            except ValidationError as error:
                form.add_error(None, error)
            else:
                raise
        return None

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Store a new record; a module with a service of its own overrides this."""
        record: Stored = services.record_create(self.model(), values, by=by)
        return record

    @property
    def creates_many(self) -> bool:
        """Whether `create_many` does what `create` does for one: not where a module overrides that one alone."""
        by_itself = type(self).create is Resource.create and self.model.save is models.Model.save
        return by_itself or type(self).create_many is not Resource.create_many

    def create_many(self, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Any]:
        """Store many new records at once, for imports; all or, with the exception of the first refusal, none.

        A module that overrides `create` overrides this too, if its rows are to be imported by the thousand.
        """
        return services.records_create(self.model, rows, by=by)

    def duplicates(self, rows: Sequence[Mapping[str, Any]], *, user: Actor) -> Sequence[Collection[int]]:
        """For each of the rows (checked values), the keys of records that it may be the same as: none by default.

        For what unique constraints don't say (查重 by a normalised name); asked for many rows at once, so that an
        import does not ask the database for each.
        """
        return [()] * len(rows)

    def identity(self, values: Mapping[str, Any]) -> Mapping[str, Hashable]:
        """{field: what no two new records (checked values) may both have}, beside unique constraints; none by default.

        For a module that finds `duplicates`: so that a file that has the same record twice is told, too.
        """
        return {}

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Change a record; a module with a service of its own overrides this."""
        return services.record_update(record, values, by=by, version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Delete a record; ValidationError, or ProtectedError, when it may not go."""
        services.record_delete(record, by=by)

    def restore(self, record: Stored, *, by: Actor) -> None:
        """Take a record out of the trash."""
        services.record_restore(record, by=by)

    def purge(self, record: Stored, *, by: Actor) -> None:
        """Remove a record in the trash for good."""
        services.record_purge(record, by=by)

    def action(self, name: str) -> Action:
        """The action of this name; KeyError where there is none."""
        return {action.name: action for action in self.actions}[name]

    def sensible(self, action: Action, records: Iterable[Stored], user: Actor) -> set[int]:
        """The keys of those of the records on which the action makes sense as they are now, done by this user."""
        return {record.pk for record in records if action.when(record)}

    def hold(self, record: Stored) -> Any:
        """The record as it is now, locked until the transaction ends; rows that refer to it may be added meanwhile.

        A module whose services lock something else before their record overrides this and locks that first.
        """
        return type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)

    @again_on_deadlock
    def act(self, action: Action, record: Stored, *, by: Actor, values: Mapping[str, Any] | None = None) -> Any:
        """Run an action on a record, under a lock; ActionRefused when it makes no sense for the record as it is now."""
        with transaction.atomic():
            locked = self.hold(record)
            if not self.sensible(action, [locked], by):
                raise ActionRefused(
                    _("“%(action)s” is not possible for “%(record)s” as it is now.")
                    % {"action": action.label, "record": locked}
                )
            return action.run(locked, by=by, **(values or {}))

    def owner_of(self, record: Stored) -> Any:
        """The user who owns the record, or None."""
        return record.owner if isinstance(record, Record) else None
