"""Questions of which Django works out the SQL once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Case, Q, When

from core.db import run_in_company
from core.db.prepared import Given, Prepared
from tenants.people.models import User
from tests.core.people import make_user

pytestmark = pytest.mark.django_db


def test_the_values_come_with_each_question() -> None:
    first, second = make_user("first"), make_user("second")
    named = Prepared[User](
        lambda: (
            User.objects.get_queryset()
            .filter(Q(username=Given("name")) | Q(pk=Given("pk")))
            .order_by(Case(When(pk=Given("pk"), then=0), default=1))
        )
    )

    assert named(name="first", pk=second.pk) == [second, first]
    assert named(name="first", pk=0) == [first]
    assert named.first(name="nobody", pk=0) is None
    with pytest.raises(KeyError):
        named(name="first")


def test_one_question_serves_all_companies(other_company: Any) -> None:
    everybody = Prepared[User](lambda: User.objects.get_queryset().filter(username=Given("name")))

    def found() -> set[str]:
        return {user.username for user in everybody(name="only_here")}

    make_user("only_here")
    assert found() == {"only_here"}
    assert run_in_company(other_company, found) == set()


def test_what_the_query_prefetches_comes_with_the_rows(django_assert_num_queries: Any) -> None:
    make_user("first")
    with_roles = Prepared[User](
        lambda: User.objects.get_queryset().filter(username=Given("name")).prefetch_related("roles")
    )
    with django_assert_num_queries(2):
        assert list(with_roles(name="first")[0].roles.all()) == []
