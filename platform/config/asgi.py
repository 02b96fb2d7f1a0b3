"""Pages and sockets on one port.

Pages run as plain synchronous WSGI on a pool of threads: one request is one thread and one database connection from
beginning to end, which is what keeps a company's search path where its queries are. Only sockets are asynchronous.
"""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from config.memory import settle
from config.wsgi import application as pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import core.jobs.broker
import core.live.layer  # noqa: F401 - both are loaded now, rather than in somebody's request
from core.live.routing import sockets

THREADS = int(os.environ.get("QIKU_WEB_THREADS", "8"))
_pages = WSGIMiddleware(cast(Any, pages), workers=THREADS)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Hand pages to WSGI and sockets to Channels."""
    if scope["type"] == "http":
        await _pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            settle()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
