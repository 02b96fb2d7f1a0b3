"""Keys in addresses and forms: whatever somebody writes there is a key, or none, and never an error."""

import pytest

from core.db.keys import key_in, keys_in
from tests.factories import make_administrator


@pytest.mark.parametrize("text", ["", "x", "-1", "+1", "1.0", " 1", "１", "²", "1\n", "9" * 19])
def test_what_is_no_key_is_none(text: str) -> None:
    assert key_in(text) is None


def test_keys_are_read_and_the_rest_is_left_out() -> None:
    assert keys_in(["1", "x", "007", "9" * 18, "9" * 19]) == [1, 7, 10**18 - 1]


@pytest.mark.django_db
def test_a_list_narrowed_by_a_key_that_no_record_can_have_says_so(client) -> None:
    client.force_login(make_administrator())
    answer = client.get("/projects/", {"owner": "9" * 20})
    assert answer.status_code == 200
    assert [problem.parameter for problem in answer.context["list"].problems] == ["owner"]
