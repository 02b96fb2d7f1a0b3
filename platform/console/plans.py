"""The plans a licence may name, until billing brings its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TRIAL = "trial"
TRIAL_SEATS = 10
TRIAL_DAYS = 30

PLANS = {
    TRIAL: _("Trial plan"),
    "standard": _("Standard plan"),
    "professional": _("Professional plan"),
    "demo": _("Demo plan"),
    "operators": _("Operators"),
}
SOLD = {name: label for name, label in PLANS.items() if name not in {"demo", "operators"}}
