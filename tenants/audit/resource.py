"""The log, as the world sees it: read, searched, exported, never changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.records import verbs
from core.records.models import LogEntry
from core.resources import Column, Resource, registry
from tenants.areas import SETUP

TONES = {
    "create": "green",
    "restore": "green",
    "change": "amber",
    "delete": "red",
    "purge": "red",
}


class Log(Resource):
    """操作日志. What was changed stands on the page of a line, as far as its reader may know the fields."""

    model = LogEntry
    menu = SETUP
    icon = "history"
    letter = "l"
    order_in_menu = 40
    columns = ("at", "actor_name", "verb", "resource", "record_text", "address")
    filters = ("at", "actor_name", "verb", "resource")
    search = ("actor_name", "record_text")
    order = ("-at", "-pk")
    sections = {_("What happened"): ("at", "actor_name", "verb", "resource", "record_text", "address")}
    tones = {"verb": TONES}
    verbs = ("view", "export")

    def column(self, name: str) -> Column:
        """As the model's field; verbs and modules by what they are called."""
        match name:
            case "verb":
                return Column("verb", _("Action"), "choice", order_by="verb", choices=verb_choices())
            case "resource":
                return Column("resource", _("Module"), "choice", order_by="resource", choices=module_choices())
        return super().column(name)


def verb_choices() -> tuple[tuple[str, StrOrPromise], ...]:
    """Every verb there is in the log, with its label: those of all modules and those of their actions."""
    known = dict(verbs.labels)
    for resource in registry.resources.values():
        for action in resource.actions:
            known.setdefault(action.name, action.label)
    return tuple(sorted(known.items(), key=lambda one: one[0]))


def module_choices() -> tuple[tuple[str, StrOrPromise], ...]:
    """Every module and screen, with its label."""
    labels = {name: resource.label for name, resource in registry.resources.items()}
    labels |= {name: screen.label for name, screen in registry.screens.items() if screen.permissions}
    return tuple(sorted(labels.items(), key=lambda one: one[0]))
