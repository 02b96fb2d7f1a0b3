"""Every label in both languages: Chinese where the product speaks Chinese, and never where it speaks English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils import translation

from core.records import dictionary
from core.resources import Resource
from core.resources.registry import screens

CHINESE = re.compile(r"[\u3400-\u9fff]")
SAME_IN_BOTH = frozenset({"API", "English", "简体中文", "ID"})


def labels(resource: Resource) -> Iterator[tuple[str, object]]:
    """(where it stands, text) of everything the declaration says."""
    yield "label", resource.label
    yield "singular", resource.singular
    if resource.menu:
        yield "menu", resource.menu.label
        yield "area", resource.menu.area.label
    for name, column in resource.all_columns.items():
        yield f"column {name}", column.label
        yield f"help of {name}", column.help
        for value, text in column.choices:
            yield f"choice {value} of {name}", text
    for heading in resource.sections:
        yield "section", heading
    for permission in resource.permissions:
        yield permission.name, permission.label
    for action in resource.actions:
        for what in ("label", "confirm", "done"):
            yield f"{what} of {action.name}", getattr(action, what)
        for name, field in (action.form.base_fields if action.form else {}).items():
            yield f"{action.name}.{name}", field.label
            yield f"help of {action.name}.{name}", field.help_text
    for panel in resource.panels:
        yield f"panel {panel.name}", panel.label
    for name, field in resource.form.base_fields.items():
        if name != "version":
            yield f"field {name}", field.label
            yield f"help of field {name}", field.help_text


def in_language(language: str, texts: Iterator[tuple[str, object]]) -> dict[str, str]:
    """The texts as the language has them, those left out that are empty."""
    with translation.override(language):
        return {where: str(text) for where, text in texts if text and str(text) not in SAME_IN_BOTH}


def test_every_label_is_there_in_both_languages(resource: Resource) -> None:
    english, chinese = in_language("en", labels(resource)), in_language("zh-hans", labels(resource))
    assert {where: text for where, text in english.items() if CHINESE.search(text)} == {}
    if resource.model._meta.app_label != "samples":  # which only tests see
        assert {where: text for where, text in chinese.items() if not CHINESE.search(text)} == {}


def test_screens_and_option_lists_have_labels_in_both_languages() -> None:
    def texts() -> Iterator[tuple[str, object]]:
        for screen in screens.values():
            yield screen.name, screen.label
            for permission in screen.permissions:
                yield permission.name, permission.label
        for kind, option_list in dictionary.lists.items():
            if not kind.startswith("sample_"):
                yield kind, option_list.label

    english, chinese = in_language("en", texts()), in_language("zh-hans", texts())
    assert {where: text for where, text in english.items() if CHINESE.search(text)} == {}
    assert {where: text for where, text in chinese.items() if not CHINESE.search(text)} == {}
