"""Names and numbers of demo customers and their people: no two customers alike, no number that rings anywhere."""

from __future__ import annotations

import random
from typing import NamedTuple

from crm.demo.chance import Weighted, one_of
from crm.demo.places import BUILDINGS, CITIES, STREETS, City
from crm.demo.words import FIRST, FORMS, GIVEN, SECOND, SURNAMES, TRADES

# Mobile numbers under these were never given out; nor were landline numbers that begin with 9.
UNASSIGNED = ("154", "160", "161", "163", "164")
_STEP = 1_000_003  # a prime: multiplied by it, the numbers of customers are strewn over all names
_DIGITS = 10**8

_TRADES = [(industry, trade) for industry, trades in TRADES.items() for trade in trades]
# Large cities have many places, small ones few; a place's number among those of its city chooses the trade.
_PLACES = [
    (city, number) for rank, city in enumerate(CITIES) for number in range(max(1, round(24 / (rank + 1) ** 0.8)))
]
_TWO = len(FIRST) * len(SECOND)
_THREE = len(FIRST) * _TWO
_SURNAMES = Weighted.falling(SURNAMES, 0.6)


class Company(NamedTuple):
    """What a demo customer is called, and where it sits."""

    name: str
    brand: str
    industry: str
    city: City


def company(number: int, chance: random.Random) -> Company:
    """The company of this number. Brand, city and trade together belong to one number only."""
    brands, number = (_TWO, number) if number < _TWO * len(_PLACES) else (_THREE, number - _TWO * len(_PLACES))
    strewn = number * _STEP % (brands * len(_PLACES))
    place, index = divmod(strewn, brands)
    city, number_in_city = _PLACES[place]
    rest, second = divmod(index, len(SECOND))
    if brands == _TWO:
        brand = FIRST[rest] + SECOND[second]
    else:
        brand = FIRST[rest // len(FIRST)] + FIRST[rest % len(FIRST)] + SECOND[second]
    industry, trade = _TRADES[(number_in_city + index * 7) % len(_TRADES)]
    form = one_of(FORMS, chance)
    lot = chance.random()
    if lot < 0.15:
        name = f"{brand}{trade}（{city.name}）{form}"
    else:
        name = f"{city.name}{'市' if lot < 0.7 else ''}{brand}{trade}{form}"
    return Company(name, brand, industry, city)


def person(chance: random.Random) -> tuple[str, str]:
    """(name, gender)."""
    gender = "male" if chance.random() < 0.58 else "female"
    return _SURNAMES.draw(chance) + one_of(GIVEN[gender], chance), gender


def mobile(number: int) -> str:
    """A mobile phone number, another one for each `number`."""
    rest, prefix = divmod(number, len(UNASSIGNED))
    return f"{UNASSIGNED[prefix]}{rest * _STEP % _DIGITS:08d}"


def landline(city: City, chance: random.Random) -> str:
    """A telephone number of the city."""
    return f"{city.dial}-9{int(chance.random() * 10**7):07d}"


def address(district: str, chance: random.Random) -> str:
    """Street, number, building and room in a district."""
    lot = int(chance.random() * 10**6)
    street, building = STREETS[lot % len(STREETS)], BUILDINGS[lot % len(BUILDINGS)]
    return f"{district}{street}{lot % 899 + 1}号{building}{'ABCD'[lot % 4]}座{lot % 28 + 1}{lot % 12 + 1:02d}室"


def tax_number(region: str, number: int) -> str:
    """Eighteen characters that look like a uniform social credit code; its check digit is none."""
    return f"91{region}MA{number:07X}O"
