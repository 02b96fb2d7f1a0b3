"""Everything that was declared: resources and screens, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from core.resources.menu import Area, Group
from core.resources.screen import Screen

if TYPE_CHECKING:
    from core.resources.resource import Resource

resources: dict[str, Resource] = {}
screens: dict[str, Screen] = {}


def register(resource: Resource) -> None:
    """Make a resource known; its name is its own."""
    if resource.name in resources or resource.name in screens:
        raise ImproperlyConfigured(f"There are two declarations named {resource.name!r}")
    resources[resource.name] = resource


def add_screen(screen: Screen) -> Screen:
    """Make a screen known; its name is its own."""
    if screen.name in resources or screen.name in screens:
        raise ImproperlyConfigured(f"There are two declarations named {screen.name!r}")
    screens[screen.name] = screen
    return screen


def resource_of(model: type[models.Model]) -> Resource:
    """The resource that declares the model; KeyError where there is none."""
    for resource in resources.values():
        if resource.model is model:
            return resource
    raise KeyError(f"No resource declares {model.__name__}")


def children_of(model: type[models.Model]) -> list[Resource]:
    """The resources whose rows hang on rows of the model, in the order of the menu."""
    hanging = [
        resource
        for resource in resources.values()
        if resource.parent and resource.model._meta.get_field(resource.parent).related_model is model
    ]
    return sorted(hanging, key=lambda resource: (resource.order_in_menu, resource.name))


def listed_below(model: type[models.Model]) -> list[tuple[Resource, str]]:
    """The resources whose rows are listed on the pages of the model's records, each with the field that leads there."""
    found = [(resource, name) for resource in resources.values() for name in _upwards(resource)]
    below = [one for one in found if one[0].model._meta.get_field(one[1]).related_model is model]
    return sorted(below, key=lambda one: (one[0].order_in_menu, one[0].name))


def _upwards(resource: Resource) -> Iterable[str]:
    return [*([resource.parent] if resource.parent else []), *resource.also_below]


def everything() -> list[Resource | Screen]:
    """All resources and screens."""
    return [*resources.values(), *screens.values()]


def in_menu() -> Iterator[tuple[Area, Group, Resource | Screen]]:
    """Everything that stands in the menu, in its order."""
    places = [(entry.menu, _order(entry), entry) for entry in everything() if entry.menu]
    groups: dict[tuple[str, str], int] = {}
    for group, order, _entry in places:
        key = (group.area.key, str(group.label))
        groups[key] = min(order, groups.get(key, order))
    places.sort(
        key=lambda place: (
            place[0].area.order,
            groups[place[0].area.key, str(place[0].label)],
            str(place[0].label),
            place[1],
        )
    )
    for group, _order_in_group, entry in places:
        yield group.area, group, entry


def all_permissions() -> frozenset[str]:
    """The names of all permissions there are."""
    return frozenset(permission.name for entry in everything() for permission in entry.permissions)


def _order(entry: Any) -> int:
    return entry.order if isinstance(entry, Screen) else entry.order_in_menu
