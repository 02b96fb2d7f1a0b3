"""Values of records in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from core.pages.cells import since

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=59), "59 分钟前"),
        (timedelta(hours=2), "今天 08:30"),
        (timedelta(hours=11), "昨天 23:30"),
        (timedelta(days=3), "3 天前"),
        (timedelta(days=30), "30 天前"),
        (timedelta(days=31), "10-24"),
        (timedelta(days=400), "2025-10-20"),
        (timedelta(minutes=-5), "今天 10:35"),
    ],
)
def test_what_has_passed_is_told_by_how_long_ago_it_was(ago: timedelta, told: str) -> None:
    with translation.override("zh-hans"), timezone.override(SHANGHAI):
        assert since(NOW - ago, NOW) == told
