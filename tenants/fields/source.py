"""Where `core.records.custom` has the fields of a company from (the setting CUSTOM_FIELDS)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from core.records.custom import CHOOSING, PREFIX, CustomField
from core.records.models import Option
from tenants.fields.models import Field
from tenants.settings.current import settings_now


def stamp() -> str:
    """What the company's fields are known by; another text after each change, empty while there were none."""
    return settings_now().fields_stamp


def fields() -> Mapping[str, tuple[CustomField, ...]]:
    """The company's fields by module, in their order."""
    defined = list(Field.objects.of_all_modules())
    options = defaultdict(list)
    for option in Option.objects.of_lists(f"{PREFIX}{field.pk}" for field in defined if field.kind in CHOOSING):
        options[option.kind].append(option)
    found: dict[str, list[CustomField]] = defaultdict(list)
    for field in defined:
        found[field.module].append(
            CustomField(
                pk=field.pk,
                resource=field.module,
                label=field.label,
                type=field.kind,
                help=field.help,
                required=field.required,
                default=field.default,
                active=field.active,
                options=tuple(options[f"{PREFIX}{field.pk}"]),
            )
        )
    return {module: tuple(of_module) for module, of_module in found.items()}
