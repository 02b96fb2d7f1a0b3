"""The form of a custom field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.records.custom import CHOOSING, CustomField, Kind
from core.records.models import Option
from core.resources import ResourceForm
from core.resources.custom import TODAY, form_field_of
from tenants.fields.services import list_of, modules

MOST_OPTIONS = 200
UNDEFAULTED = frozenset({Kind.USER, Kind.FILE})


class FieldForm(ResourceForm):
    """A definition: its module and kind are chosen once, the options of a new one are given line by line."""

    module = forms.ChoiceField(label=_("Module"))
    options = forms.CharField(
        label=_("Options"),
        required=False,
        widget=forms.Textarea,
        help_text=_("For a choice: one option a line. Later they are edited in the data dictionary."),
    )
    beside = {"options": "help"}
    fixed = frozenset({"module", "kind"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.pk is not None
        if stored:
            del self.fields["options"]
        if "module" in self.fields:
            field: Any = self.fields["module"]
            field.choices = [("", ""), *((one.name, one.label) for one in modules())]
        for name, kinds in (("options", CHOOSING), ("default", frozenset(Kind.values) - UNDEFAULTED)):
            if name in self.fields:
                self.fields[name].widget.attrs["data-only-with"] = " ".join(("kind", *sorted(kinds)))
        if "kind" in self.fields:
            self.fields["kind"].choices = [("", ""), *Kind.choices]  # type: ignore[attr-defined]  # of choices

    def clean_label(self) -> str:
        """The label without spaces around it."""
        label: str = self.cleaned_data["label"].strip()
        if not label:
            raise ValidationError(_now("Please give the field a label."), code="required")
        return label

    def clean_options(self) -> list[str]:
        """The options, each once; none for a kind that offers nothing."""
        if self.data.get("kind") not in CHOOSING:
            return []
        lines = [line.strip() for line in str(self.cleaned_data["options"]).splitlines()]
        names = list({line.casefold(): line for line in lines if line}.values())
        longest = Option._meta.get_field("name").max_length or 0
        if any(len(name) > longest for name in names):
            raise ValidationError(
                _now("An option has at most %(most)s characters.") % {"most": longest}, code="too_long"
            )
        if len(names) > MOST_OPTIONS:
            raise ValidationError(
                _now("A list begins with at most %(most)s options.") % {"most": MOST_OPTIONS}, code="too_many"
            )
        if not names:
            raise ValidationError(_now("Please give at least one option."), code="required")
        return names

    def clean(self) -> dict[str, Any]:
        """The default is a value of the kind."""
        cleaned = super().clean() or {}
        default, kind = cleaned.get("default"), cleaned.get("kind") or self.instance.kind
        if default and (problem := self._problem_with(str(default), str(kind), cleaned.get("options") or ())):
            self.add_error("default", problem)
        return cleaned

    def _problem_with(self, default: str, kind: str, options: Any) -> Any:
        if kind in UNDEFAULTED:
            return _now("Fields of this kind have no default value.")
        if kind in CHOOSING:
            known = options or [one.name for one in Option.objects.of_list(list_of(self.instance))]
            return "" if default in known else _now("The default value is none of the options.")
        if kind == Kind.DATE and default == TODAY:
            return ""
        try:
            form_field_of(CustomField(0, "", "", kind)).clean(default)
        except ValidationError as error:
            return error
        return ""
