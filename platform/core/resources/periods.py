"""Spans of days that move with today, so that a saved view «this week» is this week whenever it is opened."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A span by name; `days(today)` gives its first and last day."""

    label: StrOrPromise
    days: Callable[[datetime.date], tuple[datetime.date, datetime.date]]


def _week(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    monday = day - day.weekday() * DAY
    return monday, monday + 6 * DAY


def _month(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


PERIODS: Mapping[str, Period] = {
    "today": Period(_("Today"), lambda today: (today, today)),
    "yesterday": Period(_("Yesterday"), lambda today: (today - DAY, today - DAY)),
    "this_week": Period(_("This week"), _week),
    "last_week": Period(_("Last week"), lambda today: _week(today - 7 * DAY)),
    "this_month": Period(_("This month"), _month),
    "last_month": Period(_("Last month"), lambda today: _month(today.replace(day=1) - DAY)),
    "last_7_days": Period(_("Last 7 days"), lambda today: (today - 6 * DAY, today)),
    "last_30_days": Period(_("Last 30 days"), lambda today: (today - 29 * DAY, today)),
    "next_7_days": Period(_("Next 7 days"), lambda today: (today, today + 6 * DAY)),
    "this_year": Period(_("This year"), lambda today: (today.replace(month=1, day=1), today.replace(month=12, day=31))),
}
