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
from core.live.models import Notification
from tenants.companies.lookup import here
from tenants.people.authentication import user_known_as
from tenants.people.models import User
from tenants.people.notices import MAIL, mail_notices
from tenants.people.owned import hand_over_piece, owned_by
from tenants.people.signin_forms import tokens


@job(MAIL, label=_("Notifications by e-mail"), timeout=60)
def notice_mail(run: Run, *, notifications: list[int]) -> None:
    """Send a user what they want by e-mail of their new notifications; those deleted meanwhile are left out."""
    found = list(Notification.rows.known(notifications).select_related("user").order_by("pk"))
    if found and found[0].user.is_active and found[0].user.email:
        mail_notices(found)


@job("people.hand_over", label=_("Hand over records"), timeout=3600, in_pieces=True)
def records_hand_over(run: Run, *, leaver: int, heir: int) -> dict[str, int]:
    """Move what a user owns to another, piece by piece: each is kept when it is done, whatever happens to the rest."""
    people = User.objects.get_queryset().known([leaver, heir]).in_bulk()
    total = sum(owned.count for owned in owned_by(people[leaver]))
    done = 0
    run.progress(done, total)
    while moved := hand_over_piece(people[leaver], to=people[heir], by=run.user):
        done += moved
        run.progress(done, max(total, done))
    return {"moved": done}


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
