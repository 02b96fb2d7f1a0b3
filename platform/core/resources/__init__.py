"""Modules, declared once: see `Resource`."""

from core.resources.action import Action, ActionRefused
from core.resources.columns import Column
from core.resources.forms import ResourceForm
from core.resources.head import Advice, Head, Stars
from core.resources.menu import Area, Group
from core.resources.panel import Panel, files, history, related
from core.resources.query import ListQuery
from core.resources.resource import Resource
from core.resources.screen import Screen, Shortcut
from core.resources.story import Story
from core.resources.views import Flag, View

__all__ = [
    "Action",
    "ActionRefused",
    "Advice",
    "Area",
    "Column",
    "Flag",
    "Group",
    "Head",
    "ListQuery",
    "Panel",
    "Resource",
    "ResourceForm",
    "Screen",
    "Shortcut",
    "Stars",
    "Story",
    "View",
    "files",
    "history",
    "related",
]
