"""Addresses of sockets."""

from channels.routing import URLRouter
from django.urls import path

from core.live.consumers import LiveConsumer

sockets = URLRouter([path("ws/live/", LiveConsumer.as_asgi())])
