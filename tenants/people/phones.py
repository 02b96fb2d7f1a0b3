"""Phone numbers in one form: Chinese numbers without the country code, others in E.164."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

HOME_REGION = "CN"
HOME_CODE = 86
MOBILE = re.compile(r"1(?:[3-689][0-9]|7[0-8])[0-9]{8}")
"""Chinese mobile numbers, but for those that begin like a prefix for cheap calls (179)."""
KEPT = 5_000
"""Numbers whose form is remembered: an import asks for each several times, and for some thousands in turn."""


class PhoneField(models.CharField[Any, Any]):
    """A phone number, stored in one form however it was typed (186 6509 1989, +86 18665091989)."""

    scheme = "tel"  # of links that let a phone dial it
    default_error_messages = {"phone": _("This is not a phone number: %(value)s.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(*args, **kwargs)

    @staticmethod
    @lru_cache(maxsize=KEPT)
    def normal(text: str) -> str:
        """The stored form of a number, or an empty text when it is none."""
        if MOBILE.fullmatch(text):
            return text  # as most are written; the library would take longer over it than over all else of a row
        try:
            number = phonenumbers.parse(text, HOME_REGION)
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_possible_number(number):
            return ""
        if number.country_code == HOME_CODE:
            return str(number.national_number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def to_python(self, value: Any) -> Any:
        """The stored form of what was typed; ValidationError when it is no phone number."""
        text = super().to_python(value)
        if not text:
            return text
        if not (normal := self.normal(text)):
            raise ValidationError(self.error_messages["phone"], code="phone", params={"value": text})
        return normal

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """A telephone input long enough for spaces and country codes; the model field turns it into the stored form."""
        field: Any = super().formfield(*args, **kwargs)
        if field is not None:
            field.max_length = None
            field.validators = []
            field.widget.attrs.pop("maxlength", None)
            field.widget.input_type = "tel"
        return field
