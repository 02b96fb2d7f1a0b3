"""Phone numbers in one form: what is said of mobile numbers without the library is what the library says."""

from __future__ import annotations

import random

import phonenumbers
import pytest

from tenants.people.phones import MOBILE, PhoneField


def of_library(text: str) -> str:
    number = phonenumbers.parse(text, "CN")
    assert phonenumbers.is_possible_number(number)
    return str(number.national_number)


def test_mobile_numbers_are_what_the_library_makes_of_them() -> None:
    chance = random.Random(4)
    numbers = [f"1{start:03d}{chance.randrange(10**7):07d}" for start in range(300, 1000) for _turn in range(3)]
    plain = [number for number in numbers if MOBILE.fullmatch(number)]
    assert len(plain) > len(numbers) // 2
    assert [PhoneField.normal(number) for number in plain] == [of_library(number) for number in plain]


@pytest.mark.parametrize("text", ["186 6509 1989", "+86 18665091989", "86-186-6509-1989", "18665091989"])
def test_one_number_has_one_form(text: str) -> None:
    assert PhoneField.normal(text) == "18665091989"


@pytest.mark.parametrize("text", ["", "无", "1234", "186650919891986650"])
def test_what_is_no_number_has_no_form(text: str) -> None:
    assert PhoneField.normal(text) == ""
