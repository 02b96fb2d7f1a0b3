"""What people do to their accounts, as the log calls it."""

from django.utils.translation import gettext_lazy as _

from core.records import verbs

verbs.declare(
    sign_in=_("Sign in"),
    sign_in_failed=_("Failed sign-in"),
    sign_out=_("Sign out"),
    password_change=_("Change password"),
    password_reset=_("Password reset by e-mail"),
    reset_password=_("Reset password"),
    hand_over=_("Hand over records"),
    switch=_("Switch to this user"),
    switch_back=_("Switch back"),
)
