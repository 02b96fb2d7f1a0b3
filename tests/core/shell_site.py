"""The page of components on a real server, and a real browser that looks at it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

BUILD = Path(settings.ROOT) / "platform/core/shell/static/shell/build"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MIDDLEWARE = [
    "core.shell.csp.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Requests of a test are not worth a line each."""


@contextmanager
def listening() -> Iterator[int]:
    """Serves everything that the settings name, in threads of this process; gives the port."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def site() -> Iterator[str]:
    """Serves the shell's own pages on a free port; gives the address of the page of components."""
    own = override_settings(
        MIDDLEWARE=MIDDLEWARE,
        ROOT_URLCONF="tests.core.shell_urls",
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        SHELL_PROVIDER="",
    )
    with own, listening() as port:
        yield f"http://localhost:{port}/dev/components/"
