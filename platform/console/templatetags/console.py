"""What templates of the console need beside the shell's tags."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def platform_host() -> str:
    """The host below which every company has its own, with the port where it is not the usual one."""
    return settings.HOST if settings.PRODUCTION else f"{settings.HOST}:{settings.PORT}"
