"""The Celery application: settings, and what every process of the worker starts with."""

import os
import sys
from pathlib import Path

sys.path[:0] = [path for path in [str(Path(__file__).parents[1] / "platform")] if path not in sys.path]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402  the source roots come first
from celery import Celery  # noqa: E402
from celery.signals import worker_process_init  # noqa: E402

django.setup()

from django.db import connections  # noqa: E402

app = Celery("worker")
app.config_from_object("django.conf:settings", namespace="CELERY")


@worker_process_init.connect
def start_with_fresh_connections(**kwargs: object) -> None:
    """Each process opens its own: a connection shared across a fork would mix up answers."""
    connections.close_all()
