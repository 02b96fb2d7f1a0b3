"""The forms of signing in, and of passwords: allauth's, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import base36_to_int
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.jobs.services import enqueue
from core.records.history import log
from tenants.people.models import User

LONGEST_NAME = 254  # an e-mail address

tokens = PasswordResetTokenGenerator()


def any_name_field(**attributes: Any) -> forms.CharField:
    """登录名 / 手机 / 邮箱: one field for all three."""
    widget = forms.TextInput(
        {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "enterkeyhint": "next",
            **attributes,
        }
    )
    return forms.CharField(label=_("Login name / mobile phone / e-mail"), max_length=LONGEST_NAME, widget=widget)


class SignInForm(allauth.LoginForm):
    """Name, password, and whether the browser stays signed in after it was closed."""

    remember = forms.BooleanField(label=_("Keep me signed in on this device"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = any_name_field(autofocus=True)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.order_fields(["login", "password", "remember"])


class ResetRequestForm(allauth.ResetPasswordForm):
    """Asks for a link to choose a new password. Whoever is named, the answer is the same, after the same time."""

    email = any_name_field(autofocus=True)  # allauth's view counts attempts by a field of this name

    def clean_email(self) -> str:
        """The name as it was typed; whether there is such a user is nobody's business here."""
        return str(self.cleaned_data["email"]).strip()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Order the mail: looking the user up and sending it is left to a worker."""
        name: str = self.cleaned_data["email"]
        enqueue("people.password_reset_mail", {"name": name, "language": get_language()}, by=None)
        return name


class ResetTokenForm(allauth.UserTokenForm):
    """Says whether a link is still good: its user may sign in, the password is the one it was made for."""

    token_generator = tokens

    def _get_user(self, uidb36: str | None) -> User | None:
        try:
            pk = base36_to_int(uidb36 or "")
        except ValueError:
            return None
        user: User | None = User.objects.get_queryset().with_seat().filter(pk=pk).first()
        return user


class _NewPassword:
    """Labels and hints of the pair of fields for a new password."""

    fields: dict[str, forms.Field]

    def dress(self) -> None:
        """Our words instead of allauth's."""
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _("At least 8 characters, not only digits, and nothing easily guessed.")
        self.fields["password2"].label = _("New password again")
        for name in ("oldpassword", "password1", "password2"):
            if name in self.fields:
                self.fields[name].widget.attrs.pop("placeholder", None)


class ResetPasswordForm(_NewPassword, allauth.ResetPasswordKeyForm):
    """Chooses a new password with the link from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    @transaction.atomic
    def save(self) -> None:
        """Store the password, unless the link was used meanwhile: of two who use it at once one is turned away."""
        user = User.objects.get_queryset().select_for_update().get(pk=self.user.pk)
        if not tokens.check_token(user, self.temp_key):
            raise ImmediateHttpResponse(HttpResponseRedirect(context.request.path))
        get_adapter().set_password(user, self.cleaned_data["password1"])
        log("password_reset", by=user, resource="users", record=user)
        get_adapter().forget_attempts(context.request, user)


class ChangePasswordForm(_NewPassword, allauth.ChangePasswordForm):
    """Changes one's own password, knowing the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""
        self.dress()

    @transaction.atomic
    def save(self) -> None:
        """Store the password and log it; the user's other sessions end."""
        super().save()
        log("password_change", by=self.user, resource="users", record=self.user)
