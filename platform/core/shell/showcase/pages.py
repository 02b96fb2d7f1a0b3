"""The pages of the showcase, and the parts that they load."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.shell.context import Shell
from core.shell.paging import Paging
from core.shell.showcase.answers import ANSWERS
from core.shell.showcase.company import ShowcaseProvider
from core.shell.showcase.customers import CUSTOMERS, PEOPLE, WORDS
from core.shell.showcase.form import Sample


@dataclass(frozen=True)
class Tab:
    """A saved view in the mock-up."""

    label: str
    count: int | None = None
    active: bool = False
    url: str = "?"


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    return {
        "shell": Shell(request, ShowcaseProvider()),
        "customers": CUSTOMERS,
        "people": list(enumerate(PEOPLE, 1)),
        "words": WORDS,
        **more,
    }


def components(request: HttpRequest) -> HttpResponse:
    """The page with every component; ?say=… shows a message of each level."""
    if "say" in request.GET:
        messages.success(
            request, "已将 3 家客户转移给 周文博", extra_tags=f"undo:{reverse('shell:component', args=['undo'])}"
        )
        messages.error(request, "保存失败")
    return render(
        request,
        "shell/showcase/components.html",
        _context(
            request,
            form=Sample(),
            wrong=Sample({"name": "", "amount": "-1", "count": "x"}),
            many=Paging(3, 20, 10_000, exact=False),
            none=Paging(1, 20, 0),
        ),
    )


def _list(request: HttpRequest) -> HttpResponse:
    views = (
        Tab("全部客户", 1286),
        Tab("我负责的", 214, True),
        Tab("我关注的", 36),
        Tab("本周待跟进", 19),
        Tab("30 天未联系", 57),
    )
    page = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1
    columns = (
        ("客户名称", True, True),
        ("客户状态", True, False),
        ("客户级别", True, False),
        ("客户标签", True, False),
        ("首要联系人", True, False),
        ("手机", True, False),
        ("客户来源", False, False),
        ("创建时间", False, False),
    )
    rows = [(number, *CUSTOMERS[number % len(CUSTOMERS)]) for number in range(1, 21)]
    return render(
        request,
        "shell/showcase/list.html",
        _context(
            request,
            views=views,
            rows=rows,
            columns=columns,
            paging=Paging(page, 20, 214),
            chosen=request.GET.get("q", ""),
        ),
    )


def _form(request: HttpRequest) -> HttpResponse:
    form = Sample(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["name"] == "409" and form.cleaned_data["version"] == "1":
            clashes = [
                {"name": "level", "label": "客户级别", "mine": "重点", "theirs": "普通", "theirs_raw": json.dumps("2")}
            ]
            return render(
                request,
                "shell/parts/clash.html",
                {"version": "2", "who": "符蓉", "when": timezone.now(), "clashes": clashes},
                status=409,
            )
        messages.success(request, "保存成功")
        response = HttpResponse(status=204)
        response.headers["HX-Location"] = json.dumps(
            {
                "path": reverse("shell:component", args=["record"]),
                "target": "#app",
                "select": "#app",
                "swap": "outerHTML",
            }
        )
        return response
    return render(request, "shell/showcase/form.html", _context(request, form=form), status=422 if form.errors else 200)


def _template(name: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: render(request, f"shell/showcase/{name}.html", _context(request))


def _palette(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    return render(
        request,
        "shell/showcase/palette.html",
        _context(request, found=[one for one in CUSTOMERS if asked in one[1]][:5], asked=asked),
    )


PARTS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "list": _list,
    "form": _form,
    **{
        name: _template(name)
        for name in ("record", "tree", "board", "home", "drawer", "modal", "chat", "bell", "bare", "site")
    },
    "palette": _palette,
    **ANSWERS,
}


def part(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the showcase, or an answer of the kind that its buttons try."""
    if name not in PARTS:
        raise Http404(name)
    return PARTS[name](request)
