"""Several people at the same moment: the last seat, the last administrator, a circle of superiors."""

from django.core.exceptions import ValidationError

from core.db import run_in_company
from tenants.companies.services import licence_set_seats
from tenants.people.models import User
from tenants.people.services import user_create, user_delete, user_set_active, user_update
from tests.tenants.people import fresh, make_administrator, make_person
from tests.together import together


def test_fifty_additions_at_once_fill_the_licence_and_no_more(live_ground, company):
    licence_set_seats(company.id, seats=8, by=None)
    boss = make_administrator()
    sleepers = [make_person(f"sleeper{number}", is_active=False) for number in range(25)]

    def add(number):
        def act():
            if number % 2:
                return user_set_active(sleepers[number // 2], True, by=boss)
            return user_create({"username": f"user{number}", "name": "x"}, password=None, by=boss)

        return run_in_company(company, act)

    results = together(add, 50)
    refused = [one for one in results if isinstance(one, ValidationError)]
    assert User.objects.get_queryset().with_seat().count() == 8
    assert len(refused) == 43
    assert all("is_active" in one.error_dict for one in refused)


ACTS = {
    "bar": lambda target, by: user_set_active(target, False, by=by),
    "delete": lambda target, by: user_delete(target, hand_over_to=None, by=by),
    "take the role": lambda target, by: user_update(target, {"roles": []}, by=by),
}


def test_two_administrators_who_remove_each_other_leave_one(live_ground, company):
    for number, act in enumerate(ACTS.values()):
        User.objects.get_queryset().update(is_active=False)
        one, two = make_administrator(f"one{number}"), make_administrator(f"two{number}")
        pairs = [(one, two), (two, one)]
        results = together(lambda turn, act=act, pairs=pairs: run_in_company(company, act, *pairs[turn]), 2)
        assert sum(isinstance(result, ValidationError) for result in results) == 1, results
        assert sum(fresh(user).access.administrator and fresh(user).is_active for user in (one, two)) == 1


def test_two_changes_at_once_close_no_circle_of_superiors(live_ground, company):
    boss = make_administrator()
    one, two = make_person("one"), make_person("two")
    pairs = [(one, two), (two, one)]
    results = together(
        lambda number: run_in_company(company, user_update, pairs[number][0], {"manager": pairs[number][1]}, by=boss), 2
    )
    assert sum(isinstance(result, ValidationError) for result in results) == 1, results
