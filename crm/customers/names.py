"""Names of companies as they are compared: what makes two spellings the same company."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from core.records.searching import KeyField, normal

LONGEST = 100  # characters of a key
_BRACKETS = re.compile(r"[()\[\]{}<>【】〔〕《》「」『』]")
_PUNCTUATION = re.compile(r"[\s.,·•、。,;:'\"’‘“”&/\\_-]+")
# Forms of companies, longest first: they are left out of half of all hand-written names.
_FORMS = re.compile(
    r"(股份有限责任公司|股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|总公司|分公司|公司|集团"
    r"|incorporated|corporation|limited|company|coltd|ltd|inc|llc|corp|gmbh)$"
)


@lru_cache(maxsize=10_000)  # an import asks for each several times, and for some thousands in turn
def company_key(name: str) -> str:
    """The name without spelling, brackets and the form of the company; the whole name where nothing else is left.

    深圳市云岭智能科技有限公司, 深圳市云岭智能科技(有限公司) and ＹＵＮＬＩＮＧ Co., Ltd. / yunling are pairs of equals.
    """
    bare = _PUNCTUATION.sub("", _BRACKETS.sub("", normal(name)))
    short = _FORMS.sub("", bare)
    return short or bare


class CompanyKeyField(KeyField):
    """The name of a company as it is compared."""

    def __init__(self, source: str = "", **kwargs: Any) -> None:
        super().__init__(source, key=company_key, length=LONGEST, **kwargs)
