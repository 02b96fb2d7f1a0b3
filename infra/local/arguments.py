"""The command line of `./qiku`.

Only the standard library: help needs no environment.
"""

import argparse

DESCRIPTION = """\
企酷 CRM on this machine. Everything it makes is kept in .qiku/.

  ./qiku up        make what is missing, start everything, print the addresses
  ./qiku test      run the tests on services of their own
  ./qiku check     run what is checked without running the product
"""

ENVIRONMENT = """\
environment:
  DATABASE_URL     use this PostgreSQL instead of the embedded one
  VALKEY_URL       use this Valkey (no database number) instead of the embedded one
  QIKU_HOST        the host below which companies have their names (localhost)
  QIKU_CHROMIUM    the browser of the journeys (found on the path otherwise)
  QIKU_STATE       the folder for environment, data and logs (.qiku)
"""


def parse(argv: list[str]) -> argparse.Namespace:
    """Read the command line; ends the process with help or a message when it is not understood."""
    if argv[:1] in (["manage"], ["test"], ["demo"]):
        return argparse.Namespace(command=argv[0], arguments=argv[1:])
    parser = argparse.ArgumentParser(
        prog="./qiku",
        description=DESCRIPTION,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    up = commands.add_parser("up", help="make what is missing and start everything; Ctrl-C stops it")
    up.add_argument("--port", type=_port, default=8000, help="where the web server listens (8000)")
    up.add_argument("--no-demo", action="store_true", help="do not make the demo company")

    status = commands.add_parser("status", help="what is running; exit status 3 when nothing is")
    status.add_argument("--json", action="store_true", help="for programs")

    commands.add_parser("stop", help="stop what `up` started, in order")

    reset = commands.add_parser("reset", help="stop, and delete all data of this checkout")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.add_argument("--all", action="store_true", help="delete the environment and builds as well")

    # These hand everything on, so they are known before the parser looks at their arguments.
    commands.add_parser("manage", help="Django's commands, on the services that are running")
    commands.add_parser("demo", help="fill a company with demo customers; --company NAME --customers N")
    commands.add_parser("test", help="run the tests; further arguments go to pytest")

    check = commands.add_parser("check", help="lint, types, layers, house rules, translations, migrations")
    check.add_argument("names", nargs="*", metavar="NAME", help="only these checks")

    bench = commands.add_parser("bench", help="measure, and compare with the figures to reach")
    bench.add_argument("name", nargs="?", metavar="NAME", help="only this one")
    bench.add_argument("--json", action="store_true", help="for programs")

    return parser.parse_args(argv)


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port (1 to 65535)")
    return port
