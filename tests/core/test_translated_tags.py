"""`trans` and `blocktrans` of the vocabulary say what Django's own say."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

TEXTS = [
    '{% trans "Delete" %}',
    '{% trans "Delete" as word %}[{{ word }}]',
    '{% trans "100% & <b>" %}',
    '{% trans "Pages" context "places to go to" %}',
    "{% trans given %}",
    '{% trans "Delete"|upper %}',
    '{% trans "Delete" noop %}',
    "{% blocktrans trimmed with name=given %}\n  Delete “{{ name }}”?\n{% endblocktrans %}",
    "{% blocktrans with name=given asvar more %}Delete “{{ name }}”?{% endblocktrans %}{{ more }}",
    "{% blocktrans %}100% of {{ given }} and {{ missing }}{% endblocktrans %}",
    '{% blocktrans context "places to go to" %}Pages{% endblocktrans %}',
    "{% blocktrans count days=days %}{{ days }} day overdue{% plural %}{{ days }} days overdue{% endblocktrans %}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_each_text_is_what_django_makes_of_it_in_every_language(text: str) -> None:
    ours, django = Template("{% load i18n shell %}" + text), Template("{% load i18n %}" + text)
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            for given in ("Delete", "<b>&</b>"):
                values = {"given": given, "days": 3}
                assert ours.render(Context(values)) == django.render(Context(values))


def test_a_variable_of_the_text_is_gone_behind_it() -> None:
    given = Template(
        "{% load i18n shell %}{% blocktrans with name='x' %}Delete “{{ name }}”?{% endblocktrans %}{{ name }}"
    )
    with translation.override("zh-hans"):
        assert given.render(Context()) == "删除“x”？"
