"""What `./qiku` does first: reads its arguments, and goes on in the environment where one is needed."""

import sys

from infra.local import arguments, control, environment
from infra.local.errors import LauncherError
from infra.local.progress import Progress


def main(argv: list[str]) -> int:
    """Run one command.

    Args:
        argv: the path of `./qiku`, then its arguments.

    Returns:
        The exit status.
    """
    parsed = arguments.parse(argv[1:])
    try:
        if parsed.command in ("status", "stop", "reset"):
            # These must work even when the environment does not.
            return control.run(parsed)
        if parsed.command == "up":
            control.refuse_early(parsed.port)
        environment.ensure(Progress(sys.stderr if getattr(parsed, "json", False) else sys.stdout))
        environment.enter(argv)
        # Only now: what follows imports packages of the environment.
        from infra.local import commands

        return commands.run(parsed)
    except LauncherError as error:
        print(f"./qiku: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
