"""Constraints of the database that tell a form where the fault is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class Unique(models.UniqueConstraint):
    """A unique constraint whose violation is told at the field `at`, with the code `unique`.

    Django tells it above the form as soon as the constraint has an expression or a condition. For the database, and
    for migrations, it is the ordinary constraint.
    """

    def __init__(self, *expressions: Any, at: str, **kwargs: Any) -> None:
        super().__init__(*expressions, **kwargs)
        self.at = at

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """As always; the error stands at the field."""
        try:
            super().validate(*args, **kwargs)
        except ValidationError as error:
            raise ValidationError({self.at: ValidationError(error.message, code="unique")}) from error

    def clone(self) -> Unique:
        """The same constraint again, for Django's options and states."""
        _path, args, kwargs = self.deconstruct()
        return Unique(*args, at=self.at, **kwargs)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """The ordinary constraint."""
        _path, args, kwargs = super().deconstruct()
        return "django.db.models.UniqueConstraint", args, kwargs
