"""Pages for whoever is signed in, whatever their roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from core.shell.answers import sign_in_again

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Serve the view to signed-in users; send others to the sign-in page, scripts with 401 to their sign-in dialog."""

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if "HX-Request" in request.headers or "text/html" not in request.headers.get("Accept", "text/html"):
                return sign_in_again()
            return redirect_to_login(request.get_full_path())
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return serve
