"""Forms and their fields."""

from __future__ import annotations

from django import template
from django.forms import BaseForm, BoundField, CheckboxSelectMultiple, FileInput, SelectMultiple, Textarea
from django.utils.safestring import SafeString

from core.shell.forms import control as render_control
from core.shell.forms import kind

register = template.Library()


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """Hidden fields, errors of the whole form, and every field in the form grid."""
    return form.render("shell/forms/form.html")


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field: label, star when required, control, help and errors."""
    return bound.as_field_group()


@register.filter
def control(bound: BoundField) -> SafeString:
    """The control of a field alone, with the classes of its kind."""
    return render_control(bound)


@register.filter
def control_kind(bound: BoundField) -> str:
    """The kind of a field's control: text, select, check, switch, options, file or picker."""
    return kind(bound.field.widget)


@register.filter
def is_wide(bound: BoundField) -> bool:
    """Whether a field takes the whole width of the form grid: long texts, files, option lists, several of many."""
    widget = bound.field.widget
    return (
        isinstance(widget, Textarea | SelectMultiple | CheckboxSelectMultiple | FileInput)
        or "data-wide" in widget.attrs
    )
