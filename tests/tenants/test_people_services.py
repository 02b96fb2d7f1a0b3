"""Users: seats, the last administrator, hand-over, passwords, who may do what to whom."""

import pytest
from django.core.exceptions import ValidationError

from core.records.models import LogEntry
from tenants.companies.models import Licence
from tenants.people.models import User
from tenants.people.services import (
    user_create,
    user_delete,
    user_purge,
    user_reset_password,
    user_restore,
    user_set_active,
    user_update,
)
from tests.tenants.people import code_of, codes_of, fresh, make_administrator, make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_administrator()


def seats(company, number):
    """Set the licence in the transaction of the test."""
    from core.db import run_outside_companies

    run_outside_companies(lambda: Licence.objects.filter(pk=company.id).update(seats=number))


def test_a_new_user_can_sign_in_and_stands_in_the_log(boss):
    sales = make_role(code="sales")
    user = user_create(
        {"username": "fu.rui", "name": "符睿", "phone": "186 6509 1989", "roles": [sales]},
        password="Kx7-nine-fish",
        by=boss,
    )
    assert fresh(user).check_password("Kx7-nine-fish")
    assert fresh(user).phone == "18665091989"
    assert list(user.roles.all()) == [sales]
    entry = LogEntry.objects.get(verb="create", resource="users", record_id=user.pk)
    assert entry.actor_id == boss.pk
    assert entry.changes["roles"] == [None, ["role sales"]]
    assert "Kx7" not in str(entry.changes)


def test_it_refuses_a_login_name_that_differs_only_in_case(boss):
    make_person("fu.rui")
    with pytest.raises(ValidationError, match=r"login name|登录名"):
        user_create({"username": "FU.RUI", "name": "x"}, password="Kx7-nine-fish", by=boss)


@pytest.mark.parametrize("password", ["12345678", "short1", "password", "fu.rui.1"])
def test_it_refuses_a_weak_password_at_its_field(boss, password):
    with pytest.raises(ValidationError) as raised:
        user_create({"username": "fu.rui", "name": "符睿"}, password=password, by=boss)
    assert list(raised.value.error_dict) == ["password"]


def test_a_full_licence_refuses_with_both_figures(boss, company):
    seats(company, 2)
    make_person("fu.rui")
    with pytest.raises(ValidationError) as raised:
        user_create({"username": "fu.rong", "name": "符蓉"}, password=None, by=boss)
    assert code_of(raised, "is_active") == "seats_exhausted"
    assert raised.value.message_dict["is_active"][0].count("2") == 2
    assert not User.objects.get_queryset().filter(username="fu.rong").exists()


def test_a_user_who_may_not_sign_in_takes_no_seat_until_they_may(boss, company):
    seats(company, 1)
    user = user_create({"username": "fu.rong", "name": "符蓉", "is_active": False}, password=None, by=boss)
    with pytest.raises(ValidationError) as raised:
        user_set_active(user, True, by=boss)
    assert code_of(raised, "is_active") == "seats_exhausted"
    seats(company, 2)
    user_set_active(user, True, by=boss)
    assert fresh(user).is_active


def test_a_deleted_user_frees_the_seat_and_comes_back_without_one(boss, company):
    seats(company, 2)
    user = make_person("fu.rui")
    user_delete(user, hand_over_to=None, by=boss)
    other = user_create({"username": "fu.rong", "name": "符蓉"}, password=None, by=boss)
    user_restore(fresh(user), by=boss)
    assert not fresh(user).is_active
    with pytest.raises(ValidationError):
        user_set_active(fresh(user), True, by=boss)
    assert fresh(other).is_active


def test_a_restored_user_does_not_take_back_a_name_given_to_another(boss):
    user = make_person("fu.rui")
    user_delete(user, hand_over_to=None, by=boss)
    make_person("Fu.Rui")
    with pytest.raises(ValidationError):
        user_restore(fresh(user), by=boss)
    assert fresh(user).deleted_at is not None


def test_the_last_administrator_stays(boss):
    other = make_administrator("fu.rui")
    user_set_active(other, False, by=boss)
    outsider = make_person("hr")
    for act in (
        lambda: user_set_active(boss, False, by=outsider),
        lambda: user_delete(boss, hand_over_to=None, by=outsider),
        lambda: user_update(boss, {"roles": []}, by=outsider),
    ):
        outsider.access.administrator = True  # the guard must not depend on who acts
        with pytest.raises(ValidationError) as raised:
            act()
        assert "last_administrator" in codes_of(raised)
    assert fresh(boss).access.administrator


def test_nobody_removes_or_bars_oneself(boss):
    make_administrator("fu.rui")
    with pytest.raises(ValidationError) as raised:
        user_delete(boss, hand_over_to=None, by=boss)
    assert code_of(raised) == "oneself"
    with pytest.raises(ValidationError) as raised:
        user_set_active(boss, False, by=boss)
    assert code_of(raised, "is_active") == "oneself"


def test_only_administrators_lay_hands_on_administrators(boss):
    staff = make_person("hr")
    make_role(staff, code="hr", permissions=("users.view", "users.change", "users.delete", "roles.assign"))
    staff = fresh(staff)
    for act in (
        lambda: user_update(boss, {"name": "x"}, by=staff),
        lambda: user_set_active(boss, False, by=staff),
        lambda: user_delete(boss, hand_over_to=None, by=staff),
        lambda: user_reset_password(boss, by=staff),
    ):
        with pytest.raises(ValidationError) as raised:
            act()
        assert code_of(raised) == "administrators_only"


def test_nobody_but_an_administrator_widens_their_own_rights(boss):
    staff = make_person("hr")
    sales = make_role(code="sales", permissions=("users.view",))
    make_role(staff, code="hr", permissions=("users.change", "roles.assign"))
    staff = fresh(staff)
    with pytest.raises(ValidationError) as raised:
        user_update(staff, {"roles": [sales]}, by=staff)
    assert code_of(raised, "roles") == "own_roles"
    colleague = make_person("fu.rui")
    administrators = boss.roles.get()
    with pytest.raises(ValidationError) as raised:
        user_update(colleague, {"roles": [administrators]}, by=staff)
    assert code_of(raised, "roles") == "administrators"
    user_update(colleague, {"roles": [sales]}, by=staff)
    assert fresh(colleague).access.may("users.view")


def test_a_reset_password_is_random_logged_without_it_and_ends_sessions(boss, client):
    user = make_person("fu.rui")
    client.force_login(user, backend="tenants.people.authentication.AnyNameBackend")
    password = user_reset_password(user, by=boss)
    assert len(password) == 12
    assert password != user_reset_password(fresh(user), by=boss)
    assert not fresh(user).check_password("secret-1")
    assert fresh(user).password_is_temporary
    assert password not in str(list(LogEntry.objects.values()))
    assert LogEntry.objects.filter(verb="reset_password", record_id=user.pk).count() == 2
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("how", ["barred and let in again", "deleted and restored"])
def test_a_session_from_before_is_over_for_good(boss, client, how):
    user = make_person("fu.rui")
    client.force_login(user, backend="tenants.people.authentication.AnyNameBackend")
    assert client.get("/").status_code == 200
    if how.startswith("barred"):
        user_set_active(user, False, by=boss)
    else:
        user_delete(user, hand_over_to=None, by=boss)
        user_restore(fresh(user), by=boss)
    user_set_active(fresh(user), True, by=boss)
    assert client.get("/").status_code == 302


def test_a_superior_can_not_stand_below_their_own_reports(boss):
    head = make_person("head")
    middle = make_person("middle", manager=head)
    below = make_person("below", manager=middle)
    with pytest.raises(ValidationError) as raised:
        user_update(head, {"manager": below}, by=boss)
    assert code_of(raised, "manager") == "circle"
    with pytest.raises(ValidationError):
        user_update(head, {"manager": head}, by=boss)


def test_a_purged_user_leaves_their_name_in_the_log(boss):
    user = make_person("fu.rui", name="符睿")
    user_delete(user, hand_over_to=None, by=boss)
    user_purge(fresh(user), by=boss)
    assert not User.objects.get_queryset().filter(username="fu.rui").exists()
    assert LogEntry.objects.get(verb="purge").record_text == "符睿"
