"""What the buttons of the pages ask for: answers of every kind that a script may get."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse

from core.shell.answers import close_dialog, sign_in_again, signed_in, with_toast
from core.shell.showcase.customers import PEOPLE


def _picker(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    return JsonResponse(
        {
            "results": [
                {"id": number, "text": name, "detail": "业务部"}
                for number, name in enumerate(PEOPLE, 1)
                if asked in name
            ]
        }
    )


def _session(request: HttpRequest) -> HttpResponse:
    """Answers 401 until the dialog has signed in, which sets a cookie here."""
    if request.COOKIES.get("showcase") == "in":
        return with_toast(HttpResponse("<b>✓</b>"), "请求已重新发送")
    return sign_in_again(reverse("shell:component", args=["sign-in"]))


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.POST.get("password") == "wrong" or request.method != "POST":
        return render(
            request,
            "shell/showcase/sign_in.html",
            {"wrong": request.method == "POST"},
            status=422 if request.method == "POST" else 200,
        )
    response = signed_in(1, get_token(request))
    response.set_cookie("showcase", "in", max_age=60)
    return response


def _slow(request: HttpRequest) -> HttpResponse:
    time.sleep(1)
    return with_toast(HttpResponse("<b>✓</b>"), "完成")


def _status(status: int) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: HttpResponse("refused" if status == 422 else "", status=status, content_type="text/plain")


def _toast(request: HttpRequest) -> HttpResponse:
    undo = reverse("shell:component", args=["undo"])
    return with_toast(close_dialog(HttpResponse(status=204)), "已保存", undo_url=undo)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "picker": _picker,
    "session": _session,
    "sign-in": _sign_in,
    "slow": _slow,
    "toast": _toast,
    "undo": _status(204),
    "move": _status(204),
    "refused": _status(422),
    "forbidden": _status(403),
    "broken": _status(500),
}
