"""The dispatcher with the kinds of the tests: `python -m tests.worker.dispatching`."""

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()

    from tests.worker import kinds  # noqa: F401  declares the kinds

    call_command("run_scheduler")
