"""The forms of roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core.access import Scope
from core.resources import ResourceForm, registry
from tenants.people.models import User
from tenants.people.widgets import UnitTree


class RoleForm(ResourceForm):
    """A role, with the organisation as a tree to choose departments from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "departments" in self.fields:
            field: Any = self.fields["departments"]
            widget = UnitTree()
            widget.choices = field.choices
            field.widget = widget
            field.help_text = _("For the data scope “Chosen departments”.")

    def clean(self) -> dict[str, Any]:
        """Refuse the scope of chosen departments where none is chosen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("scope") == Scope.CUSTOM and "departments" in self.fields and not cleaned.get("departments"):
            self.add_error("departments", _("Choose the departments that this role reaches."))
        return cleaned


class CopyForm(forms.Form):
    """What the copy of a role is called."""

    name = forms.CharField(label=_("Role name"), max_length=40)
    code = forms.CharField(
        label=_("Role code"),
        max_length=30,
        validators=[RegexValidator(r"^[0-9A-Za-z_-]+$", _("Only letters, digits, hyphens and underscores."))],
    )


class PermissionsForm(forms.Form):
    """The permissions of a role, by name."""

    permissions = forms.MultipleChoiceField(label=_("Permissions"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["permissions"]
        field.choices = [(name, name) for name in sorted(registry.all_permissions())]


class AssignForm(forms.Form):
    """The users of a role."""

    users = forms.ModelMultipleChoiceField(
        label=_("Users"), queryset=User.objects.get_queryset().live().order_by("pk"), required=False
    )
