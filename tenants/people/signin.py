"""Signing in and out, passwords, and the way in from the public site: allauth's views with our pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.shell.answers import signed_in as signed_in_answer
from tenants.companies.middleware import allowed_when_read_only
from tenants.people.adapter import LOCKED
from tenants.people.models import User
from tenants.people.signin_forms import ChangePasswordForm, ResetPasswordForm, ResetRequestForm, SignInForm
from tenants.people.signin_handover import handover_take
from tenants.people.signin_required import signed_in
from tenants.people.switching import IMPERSONATOR


def status_of(form: forms.BaseForm) -> HTTPStatus:
    """The status of an answer that shows a refused form again: 429 when it was sent too often, else 422."""
    return HTTPStatus.TOO_MANY_REQUESTS if form.has_error("__all__", LOCKED) else HTTPStatus.UNPROCESSABLE_ENTITY


class _Refuses:
    """A refused form is shown again with a status that says so."""

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        """The page with the errors at their fields; nothing typed but the password is lost."""
        view: Any = self
        response: HttpResponse = view.render_to_response(view.get_context_data(form=form), status=status_of(form))
        return response


class SignIn(_Refuses, allauth.LoginView):
    """登录: name and password; also in the dialog on a page whose session ran out (session.js of the shell)."""

    template_name = "account/sign_in.html"
    form_class = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As allauth's; a dialog learns whom it has signed in, or who signed in meanwhile in another tab."""
        in_dialog = request.headers.get("X-Requested-With") == "dialog"
        response: HttpResponseBase | None = None
        if not (in_dialog and request.user.is_authenticated):
            response = super().dispatch(request, *args, **kwargs)
        if in_dialog and request.user.is_authenticated:
            return signed_in_answer(request.user.pk, get_token(request))
        assert response is not None
        return response


class SignOut(allauth.LogoutView):
    """退出: a POST; a GET asks first."""

    template_name = "account/sign_out.html"


class ResetRequest(_Refuses, allauth.PasswordResetView):
    """Asks for a link by e-mail."""

    template_name = "account/reset.html"
    form_class = ResetRequestForm


class ResetRequested(allauth.PasswordResetDoneView):
    """Says that a mail is on its way if there is such a user and that user has an e-mail address."""

    template_name = "account/reset_requested.html"


class ResetPassword(_Refuses, allauth.PasswordResetFromKeyView):
    """Chooses a new password with the link from the mail; says so when the link is used up or too old."""

    template_name = "account/reset_password.html"
    form_class = ResetPasswordForm


class ResetDone(allauth.PasswordResetFromKeyDoneView):
    """The new password is stored; one signs in with it."""

    template_name = "account/reset_done.html"


class ChangePassword(_Refuses, allauth.PasswordChangeView):
    """Changes one's own password. Whoever acts as another user can't change that user's."""

    template_name = "account/change_password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("profile")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As allauth's, for users who act for themselves and have a password."""
        user = cast(User, request.user)
        if IMPERSONATOR in request.session or not user.has_usable_password():
            raise PermissionDenied(_("Only the user can change this password."))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


@allowed_when_read_only
@csrf_exempt  # the form stands on the public site, which has no cookie of this host; the ticket is the proof
@never_cache
@sensitive_post_parameters("ticket")
@require_http_methods(["POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The way in from the public site after signing up: a ticket that is good once, for a minute."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).hostname not in {settings.HOST, f"www.{settings.HOST}"}:
        raise PermissionDenied(_("This way in is open from the sign-up page only."))
    user = handover_take(request.POST.get("ticket", ""))
    if user is None:
        return render(request, "account/handover_over.html", status=HTTPStatus.GONE)
    get_adapter(request).login(request, user)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


def _always(view: type[Any]) -> Any:
    """The view as a function, which works while the licence has run out: nothing of the company's is changed."""
    return allowed_when_read_only(view.as_view())


sign_in = _always(SignIn)
sign_out = _always(SignOut)
reset_request = _always(ResetRequest)
reset_requested = _always(ResetRequested)
reset_password = _always(ResetPassword)
reset_done = _always(ResetDone)
change_password = signed_in(ChangePassword.as_view())
