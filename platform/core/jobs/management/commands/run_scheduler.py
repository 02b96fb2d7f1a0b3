"""Runs the dispatcher of jobs."""

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.jobs.dispatcher import Dispatcher


class Command(BaseCommand):
    """`manage.py run_scheduler`: hands due jobs of all companies to the workers until it is stopped."""

    help = "Hand due jobs to the workers, companies in turn, until stopped. Several may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options of the command."""
        parser.add_argument("--tick", type=float, default=1.0, help="seconds between looks when nothing wakes it")

    def handle(self, *args: Any, tick: float, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C. Stopping is safe at any point: what was taken is found again by its lease."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            Dispatcher().run(tick=tick)
        except KeyboardInterrupt:
            return
