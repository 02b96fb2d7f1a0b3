"""Very many texts in one question: as one array, which neither Django nor the driver turns into so many parameters."""

from __future__ import annotations

from typing import Any

from django.db import models


@models.CharField.register_lookup
class AnyOf(models.Lookup[Any]):
    """`filter(name__any_of=texts)`: `name__in=texts`, by the same index, for thousands of texts."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """`column = ANY (array)`."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY (%s)", [*params, list(self.rhs)]
