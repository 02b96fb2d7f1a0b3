"""`{% load audit %}`: the changes of a line of the log, and who stood behind it."""

from __future__ import annotations

from django import template

from core.access import Actor
from core.pages.history import Change
from core.records.models import LogEntry
from tenants.audit.changes import changes_of
from tenants.people.models import User

register = template.Library()


@register.simple_tag
def logged_changes(entry: LogEntry, user: Actor) -> list[Change]:
    """What the line changed, as far as the user may know it."""
    return changes_of(entry, user)


@register.simple_tag
def person_behind(entry: LogEntry) -> str:
    """The name of the person who acted as another user; empty where nobody did."""
    if not entry.impersonator_id:
        return ""
    person = User.objects.get_queryset().known([entry.impersonator_id]).first()
    return str(person) if person else f"#{entry.impersonator_id}"
