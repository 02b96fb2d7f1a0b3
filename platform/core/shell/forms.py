"""How forms look: the renderer of every form, and the controls that HTML does not have.

Settings: `FORM_RENDERER = "core.shell.forms.ShellRenderer"`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from core.db.keys import key_in


class ShellRenderer(DjangoTemplates):
    """Renders forms and fields with the shell's templates."""

    form_template_name = "shell/forms/form.html"
    field_template_name = "shell/forms/field.html"


class Switch(forms.CheckboxInput):
    """A checkbox drawn as a switch: for what takes effect, not for what is ticked off."""


class MoneyInput(forms.TextInput):
    """An amount of money: digits on the phone's keyboard, right-aligned, with the currency before it."""

    def __init__(self, attrs: dict[str, Any] | None = None, currency: str = "¥") -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.prefix = currency


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own date and time picker, to the minute."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class RadioCards(forms.RadioSelect):
    """Few choices, all in sight."""

    template_name = "shell/forms/options.html"


class CheckList(forms.CheckboxSelectMultiple):
    """Several of few choices, all in sight."""

    template_name = "shell/forms/options.html"


class FileChoose(forms.ClearableFileInput):
    """A file with 选择 and 清除: its name, a preview when it is a picture, and the stored one until replaced."""

    template_name = "shell/forms/file.html"

    def __init__(self, attrs: dict[str, Any] | None = None, preview: bool = False) -> None:
        super().__init__(attrs)
        self.preview = preview

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds whether the file is shown as a picture."""
        context = super().get_context(name, value, attrs)
        context["widget"]["preview"] = self.preview
        return context


class _Remote:
    """The part of both pickers: options come from `url` as the user types, only chosen ones are in the page.

    The address is asked with `?q=` and answers `{"results": [{"id": …, "text": …, "detail": …}]}`; without a
    `q` it names the recent ones. `create_url` offers to make what was not found.
    """

    attrs: dict[str, Any]
    choices: Any

    def __init__(
        self, url: str = "", create_url: str = "", attrs: dict[str, Any] | None = None, choices: Iterable[Any] = ()
    ) -> None:
        more = {"data-picker": url or True, **({"data-create": create_url} if create_url else {})}
        super().__init__({**more, **(attrs or {})}, choices)  # type: ignore[call-arg]
        self.url = url

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Only the chosen options when the rest is fetched; all of them otherwise."""
        queryset = getattr(self.choices, "queryset", None)
        if not self.url or queryset is None:
            every: list[Any] = super().optgroups(name, value, attrs)  # type: ignore[misc]
            return every
        field = self.choices.field
        key = field.to_field_name or "pk"
        # What is no key at all, sent by hand, is refused by the field; here it must not reach the database.
        by_key = key in {"pk", queryset.model._meta.pk.name}
        chosen = {str(one) for one in value if one not in (None, "") and (not by_key or key_in(str(one)) is not None)}
        found = list(queryset.filter(**{f"{key}__in": chosen})) if chosen else []
        blank = [] if getattr(self, "allow_multiple_selected", False) else [("", "")]
        options = blank + [(field.prepare_value(obj), field.label_from_instance(obj)) for obj in found]
        return [
            (None, [self.create_option(name, key, label, str(key) in chosen, index, attrs=attrs)], index)  # type: ignore[attr-defined]
            for index, (key, label) in enumerate(options)
        ]


class Picker(_Remote, forms.Select):
    """One of many: a user, a department, a customer. Searchable; a plain select until its script arrives."""


class MultiPicker(_Remote, forms.SelectMultiple):
    """Several of many."""


def kind(widget: forms.Widget) -> str:
    """Which kind of control lays a field out: text, select, check, switch, options, file or picker."""
    match widget:
        case Picker() | MultiPicker():
            return "picker"
        case Switch():
            return "switch"
        case forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return "options"
        case forms.CheckboxInput():
            return "check"
        case forms.FileInput():
            return "file"
        case forms.Select():
            return "select"
        case _:
            return "text"


CLASSES = {
    "text": "form-control",
    "picker": "form-select",
    "select": "form-select",
    "check": "form-check-input",
    "switch": "form-check-input",
    "options": "form-check-input",
    "file": "visually-hidden",
}


def control(bound: BoundField) -> SafeString:
    """The control of a field with the classes of its kind; marked invalid when the field has errors."""
    widget = bound.field.widget
    classes = [CLASSES[kind(widget)], widget.attrs.get("class", "")]
    if isinstance(widget, MoneyInput | forms.NumberInput):
        classes.append("numc")
    if bound.errors:
        classes.append("is-invalid")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if isinstance(widget, forms.Textarea):
        attrs["rows"] = widget.attrs.get("rows", "3") if widget.attrs.get("rows") != "10" else "3"
    return bound.as_widget(attrs=attrs)
