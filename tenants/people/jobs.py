"""Work of this part that nobody waits for."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext_lazy as _

from core.jobs.kinds import job
from core.jobs.run import Run
from tenants.companies.lookup import here
from tenants.people.authentication import user_known_as
from tenants.people.signin_forms import tokens


@job("people.password_reset_mail", label=_("Password reset"), timeout=60)
def password_reset_mail(run: Run, *, name: str, language: str) -> None:
    """Send the user known as `name` a link to choose a new password; nothing when there is none, or no address.

    The link is made here and not when it was asked for: it is never stored, and leads to the company's own host
    whatever host the request claimed.
    """
    user = user_known_as(name)
    if user is None or not user.is_active or not user.email:
        return
    company = here()
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": int_to_base36(user.pk), "key": tokens.make_token(user)},
        urlconf="config.urls",
    )
    context = {"user": user, "company": company, "link": company.url.rstrip("/") + path}
    with translation.override(user.language or language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string("account/email/password_reset_subject.txt", context).split())
        body = render_to_string("account/email/password_reset_message.txt", context)
    EmailMessage(subject, body.strip() + "\n", to=[user.email]).send()
