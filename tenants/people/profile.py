"""One's own profile: what everybody may say of themselves, whatever their roles."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.live import kinds
from core.shell.forms import CheckList
from tenants.people.models import User
from tenants.people.services import user_update
from tenants.people.signin_required import signed_in


class ProfileForm(forms.ModelForm[User]):
    """Name, phone, e-mail and language of the user, and which notifications reach them by e-mail too."""

    mailed = forms.MultipleChoiceField(
        label=gettext_lazy("Also by e-mail"), required=False, widget=CheckList, choices=kinds.labels.items
    )

    class Meta:
        model = User
        fields = ("name", "phone", "email", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["mailed"] = self.instance.mailed

    def clean_phone(self) -> str:
        """Refuse the login name of somebody else: it is not ours to sign in with."""
        phone: str = self.cleaned_data["phone"]
        taken = User.objects.get_queryset().live().filter(username__iexact=phone).exclude(pk=self.instance.pk)
        if phone and taken.exists():
            raise ValidationError(_("This is the login name of another user."), code="login_name")
        return phone


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """个人资料: shows and stores it."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=User.objects.get_queryset().known([user.pk]).get())
    if form.is_valid() and _store(form, user):
        messages.success(request, _("Your profile is stored."))
        return HttpResponseRedirect(reverse("profile"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "people/profile.html", {"form": form}, status=status)


def _store(form: ProfileForm, user: User) -> bool:
    values: dict[str, Any] = form.cleaned_data
    try:
        user_update(user, values, by=user)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    except IntegrityError:
        # Somebody took the phone or the address between validation and storing: ask the constraints again.
        try:
            form.instance.validate_constraints()
        except ValidationError as error:
            form.add_error(None, error)
            return False
        raise
    return True
