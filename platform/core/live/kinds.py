"""The kinds of notifications that users choose about: which of them reach them by e-mail too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

labels: dict[str, StrOrPromise] = {
    "mention": _("A colleague mentions me"),
    "comment": _("Somebody comments on what I wrote"),
}


def declare(kind: str, label: StrOrPromise) -> str:
    """Name a kind of notification, so that users can choose it; returns the kind."""
    labels[kind] = label
    return kind
