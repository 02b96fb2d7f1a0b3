"""What reaches users by e-mail beside their inbox: the kinds that each has chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.jobs.services import enqueue
from core.live.models import Notification
from core.live.services import notified
from tenants.companies.lookup import here

MAIL = "people.notice_mail"


@receiver(notified)
def order_mail(notifications: Sequence[Notification], users: Mapping[int, Any], **kwargs: Any) -> None:
    """Order one e-mail for each user who wants some of these, in the transaction that tells them."""
    for pk, user in users.items():
        chosen = set(getattr(user, "mailed", None) or ())
        wanted = [one.pk for one in notifications if one.user_id == pk and one.kind in chosen]
        if wanted and user.email and user.is_active:
            enqueue(MAIL, {"notifications": wanted}, by=None)


def mail_notices(notices: Sequence[Notification]) -> None:
    """Send one user their notices, in their language, each with the way to what it is about."""
    user: Any = notices[0].user
    company = here()
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = str(notices[0])
        if len(notices) > 1:
            subject = _("%(first)s, and %(count)s more") % {"first": subject, "count": len(notices) - 1}
        context = {"user": user, "company": company, "notices": notices, "root": company.url.rstrip("/")}
        body = render_to_string("people/notice_mail.txt", context)
    EmailMessage(" ".join(subject.split())[:200], body.strip() + "\n", to=[user.email]).send()
