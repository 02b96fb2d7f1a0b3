"""Rows shared with single users, beside what their roles reach."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Collaborator(models.Model):
    """A user to whom one record is shown, or opened for change, whatever the scope of the roles.

    The permission itself must still be granted by a role: sharing widens the rows, not the verbs.
    """

    class Level(models.TextChoices):
        READ = "read", _("May read")
        EDIT = "edit", _("May edit")

    resource = models.CharField(_("Module"), max_length=40)
    record_id = models.BigIntegerField(_("Record"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("User"), db_index=False
    )
    level = models.CharField(_("Right"), max_length=4, choices=Level, default=Level.READ)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource", "record_id"], name="collaborator_once")]
        indexes = [models.Index(fields=["resource", "record_id"], name="collaborator_record")]
        verbose_name = _("Collaborator")
        verbose_name_plural = _("Collaborators")

    def __str__(self) -> str:
        return f"{self.resource} {self.record_id}: {self.user_id}"
