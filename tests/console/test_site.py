"""The pages of the public site that only tell something."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "screen"), [("zh-hans", "screen_zh_hans.webp"), ("en", "screen_en.webp")])
def test_the_front_page_shows_the_product_in_the_readers_language(client_of: Any, language: str, screen: str) -> None:
    page = client_of(None).get("/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert f'src="/static/console/{screen}"' in page
    assert finders.find(f"console/{screen}")


@pytest.mark.parametrize(("language", "mark"), [("zh-hans", "筹备中"), ("en", "In preparation")])
def test_every_module_that_is_still_to_come_is_marked_so(client_of: Any, language: str, mark: str) -> None:
    page = client_of(None).get("/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    coming = re.search(r'<ul class="soon">(.*?)</ul>', page, re.DOTALL)
    assert coming
    assert coming[1].count("<li>") == coming[1].count(mark) == 5


@pytest.mark.parametrize("path", ["/terms/", "/privacy/", "/find/sent/"])
def test_the_other_pages_answer(client_of: Any, path: str) -> None:
    assert client_of(None).get(path).status_code == 200
