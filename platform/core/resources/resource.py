"""What a module shows to the world, declared once: pages, API, export, import, search, permissions, menu."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.forms import modelform_factory
from django.utils.translation import gettext as _

from core.access import Actor, FieldRight
from core.db.deadlocks import again_on_deadlock
from core.records import services
from core.records.base import Record, Stored
from core.records.custom import is_custom
from core.resources.action import Action, ActionRefused
from core.resources.columns import exists
from core.resources.forms import ResourceForm
from core.resources.table import Table


class Resource(Table):
    """The declaration of a module. Subclass it in `resource.py`; that is all it takes to be served.

    What can be said stands at `Declaration`. Here is its form, and what is done with its records: a module that has
    services of its own overrides these.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        from core.resources import registry

        super().__init_subclass__(**kwargs)
        registry.register(cls())

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
        self,
        user: Actor,
        record: Stored | None = None,
        data: Any = None,
        files: Any = None,
        initial: Any = None,
        *,
        only: Collection[str] | None = None,
    ) -> ResourceForm:
        """The form of a record (a new one without `record`) for a user; bound when `data` is given.

        `only` leaves out all other fields: they stay what they are.
        """
        names = self.editable_fields(user)
        own = [field for field in self.custom_fields if field.name in names and (only is None or field.name in only)]
        form = self.form_class(user, only=only)(
            data, files, instance=record, initial=initial, resource=self, user=user, custom=own
        )
        if only is not None:
            for name in form.fields.keys() - {*only, "version"}:
                del form.fields[name]
        return form

    def form_class(self, user: Actor, *, only: Collection[str] | None = None) -> type[ResourceForm]:
        """The form of the model's own fields that the user may edit; of these `only` some, if so many are named."""
        names = [name for name in self.editable_fields(user) if not is_custom(name) and (only is None or name in only)]
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

    def made_along(self, pks: Collection[int]) -> Mapping[type[Stored], Mapping[int, int]]:
        """What was made along with records of these keys, and nobody has touched since, as {model: {key: key of its
        record}}: it goes with them when an import is undone. None by default.
        """
        return {}

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
