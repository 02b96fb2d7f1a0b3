"""The form of a record: the only validation there is, shared by page, import and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from core.access import Actor
from core.db.keys import keys_in
from core.records.base import Stored
from core.records.custom import CustomField
from core.records.dictionary import OptionField
from core.records.models import Option
from core.resources.custom import form_field_of, initial_of, is_kept

if TYPE_CHECKING:
    from core.resources.resource import Resource


class RemoteSelect(forms.Select):
    """A choice among rows too many to list: holds the chosen one, finds others by searching `url`."""

    template_name = "shell/forms/widgets/remote_select.html"

    def __init__(self, url: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context of an ordinary choice, with the address to search."""
        context = super().get_context(name, value, attrs)
        context["widget"]["url"] = self.url
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """Only the chosen row: the others are fetched when searched for."""
        field_choices: Any = self.choices
        rows = (
            field_choices.queryset.filter(pk__in=keys_in(map(str, value))) if hasattr(field_choices, "queryset") else []
        )
        chosen = [(row.pk, str(row)) for row in rows]
        keep, self.choices = self.choices, [("", ""), *chosen]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = keep


class ResourceForm(forms.ModelForm[Any]):
    """A record's form for one user: fields the user may edit, choices the user may see, the version opened."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    looked_up: frozenset[str] = frozenset()
    """Fields whose records were just read: the model need not ask the database once more whether they exist."""
    beside: ClassVar[Mapping[str, str]] = {}
    """{field that only the form has: the record's field that it stands before}."""

    fixed: ClassVar[frozenset[str]] = frozenset()
    """Fields that stay what they are once the record is stored."""

    def __init__(
        self, *args: Any, resource: Resource, user: Actor, custom: Sequence[CustomField] = (), **kwargs: Any
    ) -> None:
        self.resource = resource
        self.user = user
        super().__init__(*args, **kwargs)
        self.custom = {field.name: field for field in custom}
        for field in custom:
            self.fields[field.name] = form_field_of(field)
            self.initial.setdefault(field.name, initial_of(field, self.instance))
        if self.instance.pk is None:
            del self.fields["version"]
            if "owner" in self.fields:
                self.initial.setdefault("owner", user.pk)  # what one makes is one's own, unless one says otherwise
        else:
            self.initial["version"] = self.instance.version
            for name in self.fixed.intersection(self.fields):
                self.fields[name].disabled = True
        for name, form_field in self.fields.items():
            if isinstance(form_field, forms.ModelChoiceField):
                self._offer(form_field, self.custom.get(name) or self._meta.model._meta.get_field(name))

    def _offer(self, form_field: forms.ModelChoiceField[Any], model_field: Any) -> None:
        """Choose among what the user may choose from, and keep what is chosen already."""
        from core.resources.registry import resource_of

        held = self._held(model_field)
        rows: QuerySet[Any]
        if isinstance(model_field, OptionField | CustomField) and model_field.kind:
            rows = Option.objects.filter(Q(active=True) | Q(pk__in=held), kind=model_field.kind)
        else:
            target = resource_of(cast("type[Stored]", model_field.related_model))
            is_parent = model_field.name == self.resource.parent
            rows = target.model.objects.open_to(self.user) if is_parent else target.offered(self.user)
            if held:
                rows = target.model._base_manager.filter(Q(pk__in=rows.order_by().values("pk")) | Q(pk__in=held))
            if target.remote_choice and not isinstance(form_field, forms.ModelMultipleChoiceField):
                form_field.widget = RemoteSelect(target.choice_url)
                form_field.widget.is_required = form_field.required
        form_field.queryset = rows

    def _held(self, model_field: Any) -> list[int]:
        if self.instance.pk is None:
            return []
        if isinstance(model_field, CustomField):
            raw = model_field.held(self.instance)
            return raw if isinstance(raw, list) else [] if raw is None else [raw]
        if model_field.many_to_many:
            return [row.pk for row in getattr(self.instance, model_field.name).all()]  # which a list has fetched
        value = getattr(self.instance, model_field.attname)
        return [] if value is None else [value]

    def add_error(self, field: str | None, error: Any) -> None:
        """As always; what a field is blamed for that this form does not have is told above it, not an exception.

        A record may be wrong in what its editor may not edit, or is not editing now.
        """
        if field is None and hasattr(error, "error_dict"):
            refuse(self, error)
        else:
            super().add_error(field, error)

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own
        return excluded | self.looked_up

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values of the record's fields, without the version and without files that stay as they are."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version" and not is_kept(value)}


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a refusal at the fields it names, as far as the form has them, else above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
