"""System checks: a wrong declaration stops the start, with the place and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.checks import CheckMessage, Error, register
from django.db import models

from core.records.custom import is_custom
from core.resources import registry
from core.resources.columns import Column, exists
from core.resources.resource import Resource

RESERVED_LETTERS = "hi"


@register()
def declarations_are_sound(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse declarations that name what is not there or leave rows unguarded."""
    return [*(error for resource in registry.resources.values() for error in _errors(resource)), *_letters()]


def _letters() -> Iterator[CheckMessage]:
    taken: dict[str, str] = dict.fromkeys(RESERVED_LETTERS, "the home page or the inbox")
    for entry in registry.everything():
        if not entry.letter:
            continue
        if len(entry.letter) != 1 or not entry.letter.islower() or not entry.letter.isascii():
            yield Error(f"{entry.name}.letter is no letter: {entry.letter!r}", id="resources.E009")
        if entry.letter in taken:
            yield Error(
                f"{entry.name}.letter {entry.letter!r} belongs to {taken[entry.letter]} already", id="resources.E009"
            )
        taken[entry.letter] = entry.name


def _errors(resource: Resource) -> Iterator[CheckMessage]:
    where = f"{type(resource).__module__}.{type(resource).__name__}"
    model = resource.model
    if not hasattr(model, "access_rule"):
        yield Error(
            f"{where}: {model.__name__} does not say how its rows belong to people (access_rule)", id="resources.E001"
        )
    for part in ("columns", "more_columns", "filters"):
        for name in getattr(resource, part):
            if not isinstance(name, Column) and not exists(model, name):
                yield Error(f"{where}.{part} names no field: {name!r}", id="resources.E002")
    for name in resource.columns_below:
        if name not in resource.declared_columns:
            yield Error(f"{where}.columns_below names no column: {name!r}", id="resources.E016")
    for heading, names in resource.sections.items():
        for name in names:
            if not exists(model, name) and not any(
                isinstance(c, Column) and c.name == name for c in (*resource.columns, *resource.more_columns)
            ):
                yield Error(f"{where}.sections[{heading!s}] names no field or column: {name!r}", id="resources.E003")
    for path in resource.search:
        if not _reaches_text(model, path):
            yield Error(f"{where}.search can't look into {path!r}", id="resources.E004")
    if resource.parent and not (
        exists(model, resource.parent) and isinstance(model._meta.get_field(resource.parent), models.ForeignKey)
    ):
        yield Error(f"{where}.parent names no foreign key: {resource.parent!r}", id="resources.E005")
    for name in resource.also_below:
        if not (exists(model, name) and isinstance(model._meta.get_field(name), models.ForeignKey)):
            yield Error(f"{where}.also_below names no foreign key: {name!r}", id="resources.E014")
    for name in resource.headings:
        if not exists(model, name) and name not in resource.form.beside:
            yield Error(f"{where}.headings names no field: {name!r}", id="resources.E015")
    for name in (*resource.declared_columns, *(field.name for field in model._meta.get_fields())):
        if is_custom(name):
            yield Error(f"{where}: {name!r} is a name that companies' own fields have", id="resources.E013")
    names = [action.name for action in resource.actions]
    if len(names) != len(set(names)):
        yield Error(f"{where}.actions has two of one name", id="resources.E006")
    for action in resource.actions:
        if action.undo and action.undo not in names:
            yield Error(
                f"{where}: the action {action.name!r} is undone by {action.undo!r}, which is not there",
                id="resources.E007",
            )
        if action.bulk and action.form and any(map(_is_not_kept, action.form.base_fields.values())):
            yield Error(
                f"{where}: the values of the action {action.name!r} are kept with a step for many records,"
                " so it can ask for no password and no file; declare it with bulk=False",
                id="resources.E009",
            )
    for name, tones in resource.tones.items():
        column = resource.all_columns.get(name)
        if column is None or set(tones) - {value for value, _label in column.choices}:
            yield Error(f"{where}.tones colours what is no choice of {name!r}", id="resources.E008")

    yield from _errors_of_page(resource, where)


def _errors_of_page(resource: Resource, where: str) -> Iterator[CheckMessage]:
    """What its head, its story, its views and its actions name."""
    head, story = resource.head, resource.story
    named = [*head.tags, *head.figures, *([head.path] if head.path else []), *resource.deadlines]
    named += [name for action in resource.actions for name in action.changes]
    named += [*story.fields, story.time] if story else []
    for name in named:
        if not exists(resource.model, name):
            told = f"{where}: the head, story, deadlines or an action name no field: {name!r}"
            yield Error(told, id="resources.E010")
    if story and story.comment and story.comment not in {action.name for action in resource.actions}:
        yield Error(f"{where}.story is commented by no action: {story.comment!r}", id="resources.E011")
    keys = [view.key for view in resource.views]
    if len(keys) != len(set(keys)) or any(key.isdigit() or key == "all" for key in keys):
        yield Error(f"{where}.views has two of one key, or one that looks like a saved view", id="resources.E012")


def _is_not_kept(field: forms.Field) -> bool:
    return isinstance(field, forms.FileField) or isinstance(field.widget, forms.PasswordInput)


def _reaches_text(model: type[models.Model], path: str) -> bool:
    name, _, rest = path.partition("__")
    if not exists(model, name):
        return False
    field: Any = model._meta.get_field(name)
    return _reaches_text(field.related_model, rest) if rest else isinstance(field, models.CharField | models.TextField)
