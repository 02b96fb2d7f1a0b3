"""The strings that scripts show. They reach the browser in one JSON element, already translated."""

from __future__ import annotations

from django.utils.translation import gettext as _


def browser_texts() -> dict[str, str]:
    """Every string of the scripts by its key, in the active language. Placeholders are `{name}`."""
    return {
        "cancel": _("Cancel"),
        "close": _("Close"),
        "confirm": _("OK"),
        "undo": _("Undo"),
    }
