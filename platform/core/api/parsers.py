"""Reading the body: a JSON object, with numbers kept as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from core.api.problems import Problem


class ObjectParser(BaseParser):
    """Takes one JSON object; anything else, and what no database can store, is a problem."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object.

        Raises Problem: `size` for a body beyond DATA_UPLOAD_MAX_MEMORY_SIZE bytes, `body` for what is no object.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise Problem("size")
        try:
            value = json.loads(raw.decode(), parse_float=Decimal, parse_constant=_refuse_constant)
            json.dumps(value, ensure_ascii=False, default=str).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise Problem("body", _("The body is no valid JSON in UTF-8.")) from error
        if not isinstance(value, dict):
            raise Problem("body", _("The body must be a JSON object."))
        return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
