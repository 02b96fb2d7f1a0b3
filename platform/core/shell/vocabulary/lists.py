"""What stands around a list: its views and its footer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django import template
from django.utils.translation import gettext as _

from core.shell.paging import EXACT_TO, Paging

register = template.Library()


@register.inclusion_tag("shell/parts/tabs.html")
def tabs(items: Iterable[Any], label: object = "", target: str = "", pushed: bool = True) -> dict[str, Any]:
    """Tabs over a page: things with label, url, active and perhaps count; `pushed` as the page's address."""
    return {"items": items, "label": label or _("Views"), "target": target, "pushed": pushed}


@register.inclusion_tag("shell/parts/pager.html", takes_context=True)
def pager(context: template.Context, paging: Paging, target: str = "", summary: object = "") -> dict[str, Any]:
    """The footer of a list. Links keep the other parameters of the address; `summary` is a text such as a total."""
    request = context["request"]

    def url(**changes: object) -> str:
        query = request.GET.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return f"{quote(request.path)}?{query.urlencode()}"

    return {
        "paging": paging,
        "exact_to": f"{EXACT_TO:,}",
        "pages": [(number, url(page=number) if number else "") for number in paging.window],
        "sizes": [(size, url(size=size, page=1)) for size in paging.sizes],
        "previous": url(page=paging.page - 1) if paging.page > 1 else "",
        "next": url(page=paging.page + 1) if paging.has_next else "",
        "target": target,
        "summary": summary,
    }
