"""The one error of the launcher."""


class LauncherError(Exception):
    """Something the person at the keyboard can act on: shown as its text, without a traceback."""
