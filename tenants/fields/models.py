"""自定义字段: what a company adds to its modules."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.records.base import Stored, StoredQuerySet, Trashable
from core.records.constraints import Unique
from core.records.custom import Kind


class FieldQuerySet(StoredQuerySet["Field"]):
    """Reads of the definitions, which everybody's forms and lists are made from."""

    def of_module(self, module: str) -> Self:
        """The fields of one module, in their order; those in the trash left out."""
        return self.live().filter(module=module).order_by("order", "pk")

    def of_all_modules(self) -> Self:
        """The fields of all modules, in the order of each; those in the trash left out."""
        return self.live().order_by("module", "order", "pk")


class Field(Stored, Trashable):
    """A field of a module. Its values stand in the records under `c_<id>`, and stay while it is in the trash."""

    module = models.CharField(_("Module"), max_length=40)
    label = models.CharField(_("Label"), max_length=40)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind)
    help = models.CharField(_("Help"), max_length=200, blank=True, help_text=_("Stands below the field in forms."))
    required = models.BooleanField(_("Required"), default=False)
    default = models.CharField(
        _("Default value"),
        max_length=200,
        blank=True,
        help_text=_("What a new form shows; for a date also “today”, for a choice the name of an option."),
    )
    active = models.BooleanField(
        _("In use"), default=True, help_text=_("Out of use, it is shown nowhere; its values are kept.")
    )
    order = models.PositiveIntegerField(_("Order"), default=0, editable=False)

    objects: ClassVar[Any] = FieldQuerySet.as_manager()

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["module", "order", "pk"]
        constraints = [
            Unique(
                "module",
                Lower("label"),
                condition=Q(deleted_at__isnull=True),
                name="field_label",
                at="label",
                violation_error_message=_("This module has a field of this label already."),
            )
        ]
        verbose_name = _("Custom field")
        verbose_name_plural = _("Custom fields")

    def __str__(self) -> str:
        return self.label
