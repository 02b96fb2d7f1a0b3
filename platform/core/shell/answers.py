"""What an answer tells the page beside its HTML: a message, or the end of a dialog."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def trigger(response: Response, name: str, detail: Any = True) -> Response:
    """Adds an event to the answer's HX-Trigger header, beside those that are there."""
    given = response.headers.get("HX-Trigger", "")
    events = (
        json.loads(given)
        if given.startswith("{")
        else {event.strip(): True for event in given.split(",") if event.strip()}
    )
    events[name] = detail
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def with_toast(response: Response, text: object, level: str = "success", undo_url: str = "") -> Response:
    """Shows a message when the answer arrives; `level`: success, info, warning, error; `undo_url` is posted to."""
    return trigger(response, "toast", {"text": str(text), "level": level, "undo": undo_url})


def close_dialog(response: Response) -> Response:
    """Closes the dialog that the request came from."""
    return trigger(response, "close-dialog")


def sign_in_again(address: str = "") -> HttpResponse:
    """401 for a script whose session ran out: the page asks to sign in and repeats the request.

    `address` is where the sign-in form is, when it is not at LOGIN_URL.
    """
    response = HttpResponse(status=401)
    if address:
        response.headers["HX-Sign-In"] = address
    return response


def signed_in(user_id: int, csrf_token: str) -> HttpResponse:
    """The sign-in form's answer to that dialog, which sends `X-Requested-With: dialog`: who, and a token."""
    response = HttpResponse(status=204)
    response.headers["HX-Signed-In"] = str(user_id)
    response.headers["X-CSRFToken"] = csrf_token
    return response
