"""Filters of the API's page."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CODE = re.compile(r"`([^`]*)`")


@register.filter
def coded(text: object) -> SafeString:
    """The text with what stands between backticks set as code."""
    return mark_safe(CODE.sub(r"<code>\1</code>", escape(str(text))))  # noqa: S308  escaped just before
