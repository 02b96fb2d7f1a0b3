"""Modules, declared once: see `Resource`."""

from core.resources.action import Action, ActionRefused
from core.resources.columns import Column
from core.resources.forms import ResourceForm
from core.resources.menu import Area, Group
from core.resources.panel import Panel, files, history
from core.resources.query import ListQuery
from core.resources.resource import Resource
from core.resources.screen import Screen

__all__ = [
    "Action",
    "ActionRefused",
    "Area",
    "Column",
    "Group",
    "ListQuery",
    "Panel",
    "Resource",
    "ResourceForm",
    "Screen",
    "files",
    "history",
]
