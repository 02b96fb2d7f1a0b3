"""Permissions by name, as the registry gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

VERBS: Mapping[str, StrOrPromise] = {
    "view": _("View"),
    "add": _("Add"),
    "change": _("Edit"),
    "delete": _("Delete"),
    "restore": _("Restore"),
    "purge": _("Purge"),
    "import": _("Import"),
    "export": _("Export"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One check box of the 权限设置 tree: `name` is `<screen>.<verb>`."""

    name: str
    label: StrOrPromise
