"""The permission catalogue: everything that is guarded, by the names the registry gives it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import models


@dataclass(frozen=True, slots=True)
class Guarded:
    """A model under access control.

    `name` prefixes its permissions (`users` -> `users.view`); `parent` names the foreign key to the record whose
    visibility carries over; `collaborative` rows may be shared with single users.
    """

    name: str
    model: type[models.Model]
    parent: str | None = None
    collaborative: bool = False


_by_model: dict[type[models.Model], Guarded] = {}


def guard(entry: Guarded) -> None:
    """Put a model under access control; a model is guarded once."""
    known = _by_model.setdefault(entry.model, entry)
    if known != entry:
        raise ImproperlyConfigured(f"{entry.model.__name__} is guarded twice: as {known.name!r} and {entry.name!r}")


def guarded(model: type[models.Model]) -> Guarded:
    """How the model is guarded; raises ImproperlyConfigured for one that no resource declares."""
    try:
        return _by_model[model]
    except KeyError:
        raise ImproperlyConfigured(f"No resource declares {model.__name__}: nobody may see its rows") from None


def model_guarded_as(name: str) -> type[models.Model] | None:
    """The model whose permissions begin with `name`, None where there is none."""
    return next((entry.model for entry in _by_model.values() if entry.name == name), None)
