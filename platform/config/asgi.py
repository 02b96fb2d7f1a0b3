"""Pages and sockets on one port.

Pages run as plain synchronous WSGI on a pool of threads: one request is one thread and one database connection from
beginning to end, which is what keeps a company's search path where its queries are. Only sockets are asynchronous.
"""

import os
from typing import Any

from a2wsgi import WSGIMiddleware

from config.wsgi import application as pages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from core.live.routing import sockets  # noqa: E402  needs the apps that config.wsgi set up

THREADS = int(os.environ.get("QIKU_WEB_THREADS", "8"))
_pages = WSGIMiddleware(pages, workers=THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Hand pages to WSGI and sockets to Channels."""
    if scope["type"] == "http":
        await _pages(scope, receive, send)  # type: ignore[arg-type]
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
