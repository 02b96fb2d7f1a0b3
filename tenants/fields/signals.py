"""An option of a custom field's list is part of the field: whoever changes it changes the catalogue."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.records.custom import is_custom
from core.records.models import Option
from tenants.settings.services import custom_fields_changed


@receiver([post_save, post_delete], sender=Option)
def option_changed(instance: Option, **kwargs: Any) -> None:
    """Let every process read the fields anew."""
    if is_custom(instance.kind):
        custom_fields_changed()
