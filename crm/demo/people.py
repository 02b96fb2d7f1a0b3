"""The sales people of a demo company, in as many teams as they need."""

from __future__ import annotations

import math
import random

from crm.demo.names import mobile, person
from crm.demo.words import SALES_UNITS, TEAMS
from tenants.companies.lookup import here
from tenants.people.models import Department, User
from tenants.people.organisation import department_create
from tenants.people.services import user_create
from tenants.roles.models import Role

KEPT_FREE = 2  # seats that a demo leaves for whoever tries to add a user
MOST = 300
IN_A_TEAM = 8
_FIRST_NUMBER = 90_000_000  # of phones: apart from those of the customers' people


def people_wanted(customers: int) -> int:
    """How many people look after so many customers: a few of the first thousand, three hundred of a million."""
    return min(MOST, max(5, round(math.sqrt(customers) / 3)))


def people_make(customers: int, *, by: User, seed: int) -> list[User]:
    """Everybody who may own customers, new people among them as far as the licence has seats; `by` is the last."""
    everybody = list(User.objects.get_queryset().with_seat().select_related("department").order_by("pk"))
    missing = min(people_wanted(customers), here().licence.seats - KEPT_FREE) - len(everybody)
    if missing > 0:
        everybody += _people(missing, by=by, chance=random.Random(f"{seed} people"))
    inside = [user for user in everybody if user.department_id is not None]
    return sorted(inside, key=lambda user: user.pk == by.pk)


def _people(count: int, *, by: User, chance: random.Random) -> list[User]:
    roles = {role.code: role for role in Role.objects.filter(code__in=["sales", "manager"])}
    teams = _teams(-(-count // IN_A_TEAM), by=by)
    made: list[User] = []
    for index in range(count):
        name, _gender = person(chance)
        team, place = teams[min(index // IN_A_TEAM, len(teams) - 1)], index % IN_A_TEAM
        values = {
            "username": f"demo{index + 1:03d}",
            "name": name,
            "employee_number": f"D{index + 1:03d}",
            "phone": mobile(_FIRST_NUMBER + index),
            "department": team,
            "roles": [roles["sales" if place else "manager"]],
        }
        made.append(user_create(values, password=None, by=by))
    return made


def _teams(count: int, *, by: User) -> list[Department]:
    """So many teams, spread over the sales units, which are made below the company as far as they are missing."""
    top = Department.objects.get(parent=None)
    units: dict[str, Department] = {}
    teams = []
    for index in range(count):
        name = SALES_UNITS[index % len(SALES_UNITS)]
        if name not in units:
            units[name] = department_create({"name": name, "code": f"D{len(units) + 1}", "parent": top}, by=by)
        number = index // len(SALES_UNITS)
        values = {"name": f"{name}{_team(number)}", "code": f"{units[name].code}-{number + 1}", "parent": units[name]}
        teams.append(department_create(values, by=by))
    return teams


def _team(number: int) -> str:
    return TEAMS[number] if number < len(TEAMS) else f"{number + 1}部"
