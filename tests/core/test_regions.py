"""Regions as people write them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.records.regions import RegionFormField, region_named


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("440305", "440305"),
        ("广东省 深圳市 南山区", "440305"),
        ("广东深圳南山", "440305"),
        ("深圳市/南山区", "440305"),
        ("天津", "120000"),
        ("内蒙古，呼和浩特", "150100"),
        ("吉林", "220000"),  # the province, not the city in it
        ("吉林市", "220200"),
        ("西安", "610100"),
    ],
)
def test_a_region_is_known_by_its_names(text: str, code: str) -> None:
    assert region_named(text) == code
    assert RegionFormField().clean(text) == code


@pytest.mark.parametrize("text", ["朝阳区", "鼓楼区", "火星", "440399"])
def test_what_names_no_region_or_several_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        RegionFormField().clean(text)
