"""切换用户: acting as another user, logged under both names, with a way back, never onto an administrator."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.records.models import LogEntry
from tenants.people.services import user_reset_password, user_set_active, user_update
from tests.tenants.people import fresh, make_administrator, make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss(client):
    user = make_administrator(name="秦晨")
    client.force_login(user, BACKEND)
    return user


@pytest.fixture
def worker():
    user = make_person("fu.rui", name="符睿")
    make_role(user, permissions=("users.view", "users.change"))
    return user


def switch(client, user, **more):
    return client.post(f"/users/{user.pk}/do/switch/", **more)


def whom(client):
    """The login name of whoever the profile page greets."""
    return client.get("/profile/").context["request"].user.username


def test_one_acts_with_the_rights_of_the_other_under_a_banner_and_goes_back(client, boss, worker):
    assert switch(client, worker)["Location"] == "/"
    page = client.get("/").content.decode()
    assert "秦晨" in page
    assert "/users/switch-back/" in page
    assert client.get("/users/").status_code == 200
    assert client.get("/settings/").status_code == 403
    assert client.post("/users/switch-back/")["Location"] == "/users/"
    assert whom(client) == boss.username
    assert "/users/switch-back/" not in client.get("/").content.decode()
    assert client.get("/settings/").status_code == 200


def test_the_log_names_both(client, boss, worker):
    switch(client, worker)
    other = make_person("fu.rong")
    form = {"username": "fu.rong", "name": "符蓉", "is_active": "on", "version": other.version, "language": ""}
    assert client.post(f"/users/{other.pk}/edit/", form).status_code == 302
    client.post("/users/switch-back/")
    begin, deed, end = LogEntry.objects.filter(verb__in=("switch", "change", "switch_back")).order_by("pk")
    assert (begin.actor_id, begin.record_id, begin.impersonator_id) == (boss.pk, worker.pk, None)
    assert (deed.actor_id, deed.impersonator_id) == (worker.pk, boss.pk)
    assert (end.verb, end.actor_id, end.record_id) == ("switch_back", boss.pk, worker.pk)
    page = client.get(f"/log/{deed.pk}/").content.decode()
    assert "由 秦晨 切换为 符睿 操作。" in page


def test_signing_out_while_switched_signs_out(client, boss, worker):
    switch(client, worker)
    client.post("/sign-out/")
    assert client.get("/profile/").status_code == 302
    assert client.post("/users/switch-back/").status_code == 302
    assert client.get("/profile/").status_code == 302


def test_nobody_acts_as_two(client, boss, worker):
    make_role(worker, code="more", permissions=("users.switch", "users.view"))
    other = make_person("fu.rong")
    switch(client, worker)
    assert "请先切换回" in switch(client, other, follow=True).content.decode()
    assert whom(client) == "fu.rui"


def test_without_the_permission_there_is_no_switching(client, worker):
    client.force_login(worker, BACKEND)
    other = make_person("fu.rong")
    assert switch(client, other).status_code == 403
    assert whom(client) == "fu.rui"


def test_with_the_permission_one_acts_as_staff_but_never_as_an_administrator(client, worker):
    boss = make_administrator()
    make_role(worker, code="help", permissions=("users.switch", "users.view"))
    client.force_login(worker, BACKEND)
    switch(client, boss)
    assert whom(client) == "fu.rui"
    other = make_person("fu.rong")
    switch(client, other)
    assert whom(client) == "fu.rong"


@pytest.mark.parametrize("target", ["oneself", "barred"])
def test_there_are_users_nobody_acts_as(client, boss, target):
    user = boss if target == "oneself" else make_person("barred", is_active=False)
    switch(client, user)
    assert whom(client) == boss.username
    assert not LogEntry.objects.filter(verb="switch").exists()


@pytest.mark.parametrize("why", ["barred", "password reset", "permission taken", "became administrator"])
def test_acting_ends_when_its_ground_is_gone(client, boss, worker, why):
    helper = make_person("helper")
    role = make_role(helper, code="help", permissions=("users.switch", "users.view"))
    client.force_login(helper, BACKEND)
    switch(client, worker)
    assert whom(client) == "fu.rui"
    if why == "barred":
        user_set_active(helper, False, by=boss)
    elif why == "password reset":
        user_reset_password(helper, by=boss)
    elif why == "permission taken":
        user_update(fresh(helper), {"roles": []}, by=boss)
    else:
        user_update(fresh(worker), {"roles": [boss.roles.get()]}, by=boss)
    assert client.get("/profile/").status_code == 302
    assert role.pk


def test_the_others_password_stays_theirs(client, boss, worker):
    switch(client, worker)
    assert client.get("/password/change/").status_code == 403


def test_the_session_gets_a_new_key_each_way(client, boss, worker):
    keys = [client.session.session_key]
    switch(client, worker)
    keys.append(client.session.session_key)
    client.post("/users/switch-back/")
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_the_api_switches_nobody(client, boss, worker):
    answer = client.post(f"/api/users/{worker.pk}/switch/", content_type="application/json")
    assert answer.status_code in {400, 409, 422}
    assert whom(client) == boss.username


def offered(client, user, verb="switch"):
    """Where the verb is offered for the user: in the list, on the page of the record."""
    address = f'action="/users/{user.pk}/do/{verb}/"' if verb == "switch" else f'href="/users/{user.pk}/do/{verb}/"'
    pages = {"list": client.get("/users/"), "record": client.get(f"/users/{user.pk}/")}
    return {name for name, page in pages.items() if address in page.content.decode()}


def test_it_is_offered_on_those_one_may_act_as_only(client, boss, worker):
    barred = make_person("barred", is_active=False)
    assert offered(client, worker) == {"list", "record"}
    assert offered(client, boss) == set()
    assert offered(client, barred) == set()
    switch(client, worker)
    make_role(worker, code="more", permissions=("users.switch", "users.view"))
    assert offered(client, barred) == offered(client, boss) == set()


def test_who_is_no_administrator_is_offered_neither_switch_nor_reset_on_one(client, boss, worker):
    make_role(worker, code="help", permissions=("users.switch", "users.reset", "users.view"))
    other = make_person("fu.rong")
    client.force_login(worker, BACKEND)
    for verb in ("switch", "reset"):
        assert offered(client, other, verb) == {"list", "record"}
        assert offered(client, boss, verb) == set()


def test_offering_it_takes_no_query_for_each_row(client, worker, django_assert_max_num_queries):
    make_role(worker, code="help", permissions=("users.switch", "users.reset", "users.view"))
    client.force_login(worker, BACKEND)
    make_person("fu.rong")
    client.get("/users/")
    with CaptureQueriesContext(connection) as few:
        client.get("/users/")
    for number in range(8):
        make_person(f"fu.{number}")
    with django_assert_max_num_queries(len(few)):
        assert client.get("/users/").content.decode().count('id="row-') == 10
