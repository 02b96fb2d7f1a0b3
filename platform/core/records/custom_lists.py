"""The option lists that a company's own fields choose from, among those of the dictionary."""

from __future__ import annotations

from core.access import model_guarded_as
from core.records import dictionary
from core.records.custom import CustomField, catalogue, is_custom
from core.records.dictionary import OptionList


def option_lists() -> dict[str, OptionList]:
    """The option lists of the dictionary: those of the modules, then those of the company's own fields."""
    own = [field for fields in catalogue().fields.values() for field in fields if field.kind]
    return {**dictionary.lists, **{field.kind: OptionList(field.kind, _list_label(field)) for field in own}}


def field_of_list(kind: str) -> CustomField | None:
    """The company's own field that chooses from the list, whether it is in use or not; None for other lists."""
    every = (field for fields in catalogue().fields.values() for field in fields)
    return next((field for field in every if field.kind == kind), None) if is_custom(kind) else None


def _list_label(field: CustomField) -> str:
    model = model_guarded_as(field.resource)
    return f"{model._meta.verbose_name} · {field.label}" if model else field.label
