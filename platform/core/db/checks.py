"""System checks on where models put their tables: what is wrong here would be found by the first sign-up otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db.models import ForeignKey, Model

from core.db.router import PUBLIC, is_public, labels

_NOWHERE = frozenset({"auth", "contenttypes"})  # imported by libraries, never migrated


def check_places(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every table stands in public or in every company, as its app says, and nothing points from one to the other."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in _NOWHERE]
    return [error for model in models for error in (*_place(model), *_references(model), *_names(model, models))]


def _place(model: type[Model]) -> Iterator[Error]:
    label = model._meta.app_label
    if label not in labels("SHARED_APPS") | labels("TENANT_APPS"):
        yield Error("Its app is neither in SHARED_APPS nor in TENANT_APPS.", obj=model, id="core.db.E001")
    elif is_public(model) != (label in labels("SHARED_APPS")):
        hint = f"A model of SHARED_APPS has a db_table that begins with {PUBLIC!r}; no other has."
        yield Error("Its table and its app stand in different places.", hint=hint, obj=model, id="core.db.E002")


def _references(model: type[Model]) -> Iterator[Error]:
    for field in model._meta.concrete_fields:
        if not isinstance(field, ForeignKey):
            continue
        target: type[Model] = field.related_model
        if target._meta.app_label in _NOWHERE or is_public(target) != is_public(model):
            hint = "Store the number: companies' schemas are moved between servers."
            yield Error(
                f"It refers to {target._meta.label}, which stands elsewhere.", hint=hint, obj=field, id="core.db.E003"
            )


def _names(model: type[Model], models: list[type[Model]]) -> Iterator[Error]:
    table = model._meta.db_table
    if is_public(model) and any(each._meta.db_table == table.removeprefix(PUBLIC) for each in models):
        yield Error("A table of companies bears the same name.", obj=model, id="core.db.E004")
