"""Pinyin of names: word by word, each looked up once, and the same as of the whole text."""

from __future__ import annotations

import pytest
from pypinyin import Style, lazy_pinyin

from core.records.searching import grams, initials, normal, pinyin_key

NAMES = (
    *(
        "重庆长安汽车行业协会",
        "深圳市云岭智能科技有限公司",
        "中国银行（香港）有限公司",
        "3M中国 Co., Ltd.",
        "秦晨",
        "乐乐音乐",
    ),
    *("石家庄市长安区", "ＡＢＣ重量级", "𠮷野家", "单于单位", "仇和朴智星", ""),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_as_the_whole_of_it_is_read(name: str) -> None:
    whole = normal(name)
    assert pinyin_key(name) == "".join(lazy_pinyin(whole))[:60]
    assert initials(whole) == "".join(lazy_pinyin(whole, style=Style.FIRST_LETTER))


def test_prose_is_found_by_its_words_and_not_by_initials() -> None:
    assert set(grams("电话回访 2026")) - set(grams("电话回访 2026", pinyin=False)) == {"dh", "hh", "hf", "f2"}
    assert grams("电话回访", pinyin=False) == ["回访", "电话", "话回"]
