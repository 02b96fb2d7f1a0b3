"""Six data scopes, several roles, field rights: on users, whose rows everybody knows."""

import pytest

from core.access import FieldRight, Scope
from core.access.masking import mask
from tenants.people.models import Department, User
from tenants.roles.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """A holding of two companies; the first has sales with a team below it, and finance."""
    holding = Department.objects.create(name="Holding", code="H", kind=Department.Kind.COMPANY)
    north = Department.objects.create(name="North", code="N", kind=Department.Kind.COMPANY, parent=holding)
    south = Department.objects.create(name="South", code="S", kind=Department.Kind.COMPANY, parent=holding)
    sales = Department.objects.create(name="Sales", code="NS", parent=north)
    team = Department.objects.create(name="Team", code="NST", parent=sales)
    finance = Department.objects.create(name="Finance", code="NF", parent=north)
    units = {"north": north, "south": south, "sales": sales, "team": team, "finance": finance}
    for name, unit in units.items():
        User.objects.create(username=f"in-{name}", name=f"in-{name}", department=unit)
    return units


def role_for(user, scope, permissions=("users.view",), code=None, **values):
    role = Role.objects.create(
        name=code or f"role {scope}", code=code or f"r-{scope}", scope=scope, permissions=list(permissions), **values
    )
    role.users.add(user)
    return role


def seen_by(user, action="view"):
    fresh = User.objects.get(pk=user.pk)
    return {
        name.removeprefix("in-")
        for name in User.objects.visible_to(fresh, action).values_list("username", flat=True)
        if name.startswith("in-")
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.ALL, {"north", "south", "sales", "team", "finance"}),
        (Scope.COMPANY, {"north", "sales", "team", "finance"}),
        (Scope.DEPARTMENT_TREE, {"sales", "team"}),
        (Scope.DEPARTMENT, {"sales"}),
        (Scope.OWN, {"sales"}),
        (Scope.CUSTOM, {"sales", "south"}),
    ],
)
def test_each_scope_reaches_exactly_its_rows(tree, scope, expected):
    me = User.objects.get(username="in-sales")
    role = role_for(me, scope)
    role.departments.set([tree["south"]])
    assert seen_by(me) == expected


def test_own_scope_does_not_reach_colleagues_of_the_department(tree):
    me = User.objects.get(username="in-sales")
    User.objects.create(username="in-sales-too", name="x", department=tree["sales"])
    role_for(me, Scope.OWN)
    assert seen_by(me) == {"sales"}


def test_without_a_role_nothing_is_seen(tree):
    assert seen_by(User.objects.get(username="in-sales")) == set()


def test_a_role_without_the_permission_shows_nothing(tree):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.ALL, permissions=["departments.view"])
    assert seen_by(me) == set()


def test_each_permission_keeps_the_scope_of_the_role_that_grants_it(tree):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.ALL, ["users.view"])
    role_for(me, Scope.OWN, ["users.change"])
    assert seen_by(me, "view") == {"north", "south", "sales", "team", "finance"}
    assert seen_by(me, "change") == {"sales"}


def test_roles_granting_the_same_permission_add_their_scopes(tree):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.DEPARTMENT)
    role_for(me, Scope.CUSTOM).departments.set([tree["south"]])
    assert seen_by(me) == {"sales", "south"}


def test_a_disabled_role_grants_nothing_on_the_next_request(tree):
    me = User.objects.get(username="in-sales")
    role = role_for(me, Scope.ALL)
    assert seen_by(me)
    Role.objects.filter(pk=role.pk).update(state=Role.State.DISABLED)
    assert seen_by(me) == set()


def test_the_greatest_field_right_of_the_roles_that_show_the_module_counts(tree):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.ALL, code="a", field_rights={"users.phone": "hidden"})
    assert User.objects.get(pk=me.pk).access.field_right("users", "phone") is FieldRight.HIDDEN
    role_for(me, Scope.OWN, code="b", field_rights={"users.phone": "masked"})
    assert User.objects.get(pk=me.pk).access.field_right("users", "phone") is FieldRight.MASKED
    role_for(me, Scope.ALL, permissions=["roles.view"], code="c")
    assert User.objects.get(pk=me.pk).access.field_right("users", "phone") is FieldRight.MASKED


def test_an_administrator_may_everything_everywhere(tree):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.ALL, permissions=[], is_administrator=True)
    assert seen_by(me, "anything") == {"north", "south", "sales", "team", "finance"}


def test_access_takes_one_query_and_two_where_a_scope_follows_the_tree(tree, django_assert_num_queries):
    me = User.objects.get(username="in-sales")
    role_for(me, Scope.OWN)
    with django_assert_num_queries(1):
        _ = User(pk=me.pk, department_id=me.department_id).access
    role_for(me, Scope.DEPARTMENT_TREE)
    with django_assert_num_queries(2):
        _ = User(pk=me.pk, department_id=me.department_id).access


@pytest.mark.parametrize(
    ("text", "masked"),
    [("13812342077", "138****2077"), ("name@host.cn", "n***@host.cn"), ("秦晨", "秦*"), ("", "")],
)
def test_a_mask_hides_the_middle(text, masked):
    assert mask(text) == masked
