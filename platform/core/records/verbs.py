"""What the verbs of the log are called: those of every record here, those of modules where they are declared."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

labels: dict[str, StrOrPromise] = {
    "create": _("Create"),
    "change": _("Edit"),
    "delete": _("Delete"),
    "restore": _("Restore"),
    "purge": _("Purge"),
    "export": _("Export"),
    "import": _("Import"),
    "move": _("Move"),
    "attach": _("Add a file"),
    "detach": _("Remove a file"),
    "share": _("Add a collaborator"),
    "unshare": _("Remove a collaborator"),
}


def declare(**more: StrOrPromise) -> None:
    """Name the verbs that a module writes into the log, beside those of its actions."""
    labels.update(more)
