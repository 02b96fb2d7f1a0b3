"""What tests look for in the answers of pages."""

from __future__ import annotations

import html
import re
from typing import Any

LIST_PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#list"}
DIALOG_PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#dialog"}


def body(answer: Any) -> str:
    """The answer's text, entities resolved."""
    return html.unescape(answer.content.decode())


def rows(answer: Any) -> list[int]:
    """The keys of the records listed, in order."""
    return [int(pk) for pk in re.findall(r'<tr id="row-(\d+)"', answer.content.decode())]


def columns(answer: Any) -> list[str]:
    """The names of the columns shown, in order."""
    return re.findall(r'<th data-column="([^"]+)"', answer.content.decode())


def field_names(answer: Any) -> set[str]:
    """The names of everything that a form on the page can send."""
    return set(re.findall(r'<(?:input|select|textarea)[^>]*? name="([^"]+)"', answer.content.decode()))


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field of the page itself."""
    main = answer.content.decode().partition("<main")[2]
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', main)
    assert found is not None, f"the page has no hidden field {name}"
    return html.unescape(found[1])


def links(answer: Any) -> list[str]:
    """Where the page's links lead."""
    return [html.unescape(url) for url in re.findall(r'<a[^>]*? href="([^"]+)"', answer.content.decode())]


def messages_of(client: Any) -> list[str]:
    """The messages that the next page will show."""
    from django.contrib.messages.storage import default_storage
    from django.http import HttpRequest

    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.session = client.session
    return [str(message) for message in default_storage(request)]


def undo_url(client: Any) -> str:
    """The address that takes back what the last message told of."""
    from django.contrib.messages.storage import default_storage
    from django.http import HttpRequest

    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.session = client.session
    tags = [message.extra_tags for message in default_storage(request) if message.extra_tags]
    assert tags, "no message offers to take anything back"
    return str(tags[-1]).removeprefix("undo:")
