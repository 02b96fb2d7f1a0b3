"""Who may operate the platform: the administrators of the operators' company.

Operators' permissions are not in the catalogue: the 权限设置 tree of every company would show them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from tenants.people.signin_required import signed_in

View = Callable[..., HttpResponseBase]


def may_operate(user: Any) -> bool:
    """Whether the user, of the operators' company, may see and change companies."""
    return bool(user.is_authenticated and user.access.administrator)


def operator(view: View) -> View:
    """Serve the view to operators, on the operators' host only."""

    @signed_in
    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.company.is_operators:  # type: ignore[attr-defined]  # the console is routed there only; twice is safer
            raise Http404
        if not may_operate(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return serve
