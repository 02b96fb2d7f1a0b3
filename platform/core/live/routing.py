"""Addresses of sockets."""

from typing import Any

from channels.routing import URLRouter
from django.urls import path

from core.live.consumers import LiveConsumer

_live: Any = path("ws/live/", LiveConsumer.as_asgi())  # type: ignore[arg-type]  # Django knows views only
sockets = URLRouter([_live])
