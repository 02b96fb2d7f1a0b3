"""Forgotten and changed passwords, and one's own profile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from core.db import current_company, run_in_company
from core.jobs.models import Job
from core.jobs.run import Run
from core.records.models import LogEntry
from tenants.people.jobs import password_reset_mail
from tenants.people.models import User
from tests.tenants.signin_people import PASSWORD, person

pytestmark = pytest.mark.django_db

NEW = "another horse 8"


def ask(client: Client, name: str) -> Any:
    return client.post("/password/reset/", {"email": name})


def send_mails() -> list[Any]:
    """Does what the worker would: the mails that were asked for."""
    mail.outbox.clear()
    for job in Job.rows.filter(kind="people.password_reset_mail").order_by("pk"):
        password_reset_mail(Run(company=current_company(), user=None, job_id=job.pk, attempt=1), **job.payload)
        job.delete()
    return mail.outbox


def link_in(message: Any) -> str:
    found = re.search(r"http://(\S+?):8000(/password/reset/\S+/)", message.body)
    assert found
    assert found[1] == "alpha.localhost"
    return found[2]


def link_for(client: Client, name: str = "qinchen") -> str:
    ask(client, name)
    (message,) = send_mails()
    return link_in(message)


def choose(client: Client, link: str, password: str = NEW, again: str = NEW) -> Any:
    page = client.get(link)
    if page.status_code != 302:
        return page
    return client.post(page["Location"], {"password1": password, "password2": again})


@pytest.mark.parametrize("name", ["qinchen", "18665091989", "QIN@example.com"])
def test_the_link_is_mailed_to_the_user_whichever_name_was_given(client: Client, name: str) -> None:
    person()
    assert ask(client, name)["Location"] == "/password/reset/sent/"
    assert client.get("/password/reset/sent/").status_code == 200
    (message,) = send_mails()
    assert message.to == ["qin@example.com"]
    assert message.subject == "Alpha：重置密码"
    link_in(message)


def test_the_mail_is_in_the_users_language(client: Client) -> None:
    person(language="en")
    ask(client, "qinchen")
    (message,) = send_mails()
    assert message.subject == "Alpha: choose a new password"


def test_the_answer_is_the_same_for_whoever_is_named(client: Client) -> None:
    person()
    person("poor", phone="", email="")
    person("gone", phone="", email="gone@example.com", is_active=False)
    answers = {
        (answer.status_code, answer["Location"])
        for answer in (ask(client, name) for name in ("qinchen", "poor", "gone", "nobody", "x@y.z"))
    }
    assert len(answers) == 1
    assert [message.to for message in send_mails()] == [["qin@example.com"]]


def test_a_forged_host_does_not_get_into_the_link(client: Client) -> None:
    person()
    client.post("/password/reset/", {"email": "qinchen"}, HTTP_X_FORWARDED_HOST="evil.example")
    (message,) = send_mails()
    link_in(message)


def test_the_link_is_stored_nowhere(client: Client) -> None:
    link = link_for(client) if person() else ""
    assert link.rpartition("-")[2].strip("/") not in str(list(Job.rows.values()))


def test_the_link_sets_a_password_once(client: Client, client_of: Any, company: Any) -> None:
    user = person()
    link = link_for(client)
    assert choose(client, link)["Location"] == "/password/reset/done/"
    assert client.get("/password/reset/done/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)
    again = client_of(company).get(link)
    assert again.status_code == 200
    assert again.context["token_fail"]
    assert LogEntry.objects.filter(verb="password_reset", record_id=user.pk, actor_id=user.pk).count() == 1


def test_an_older_link_ends_with_the_newer_ones_use(client: Client) -> None:
    person()
    first, second = link_for(client), link_for(client)
    choose(client, second)
    assert client.get(first).context["token_fail"]


def test_a_link_is_good_for_two_hours(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime, timedelta

    from tenants.people.signin_forms import tokens

    person()
    link = link_for(client)
    later = datetime.now() + timedelta(hours=2, seconds=2)  # noqa: DTZ005  as Django counts
    monkeypatch.setattr(tokens, "_now", lambda: later)
    assert client.get(link).context["token_fail"]


def test_a_link_of_one_company_is_nothing_to_another(client: Client, client_of: Any, other_company: Any) -> None:
    person(pk=9001)
    run_in_company(other_company, person, pk=9001, password="different horse 9")
    link = link_for(client)
    assert client_of(other_company).get(link).context["token_fail"]


def test_a_link_for_somebody_who_may_no_longer_sign_in_is_nothing(client: Client) -> None:
    user = person()
    link = link_for(client)
    User.objects.get_queryset().filter(pk=user.pk).update(is_active=False)
    assert client.get(link).context["token_fail"]


@pytest.mark.parametrize(
    "link", ["/password/reset/1-x/", "/password/reset/zzzzzzzzzzzzzzzzzz-x/", "/password/reset/1-set-password/"]
)
def test_a_broken_link_says_so(client: Client, link: str) -> None:
    assert client.get(link).context["token_fail"]


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("short", "short", "password1"), ("12345678901", "12345678901", "password1"), (NEW, "other", "password2")],
)
def test_a_weak_or_mistyped_password_is_refused_at_its_field(
    client: Client, password: str, again: str, field: str
) -> None:
    user = person()
    answer = choose(client, link_for(client), password, again)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_new_password_ends_every_session_and_opens_the_lock(client: Client, client_of: Any, company: Any) -> None:
    person()
    at_work = client_of(company)
    at_work.post("/sign-in/", {"login": "qinchen", "password": PASSWORD})
    for _attempt in range(5):
        client.post("/sign-in/", {"login": "qinchen", "password": "wrong"})
    assert client.post("/sign-in/", {"login": "qinchen", "password": PASSWORD}).status_code == 429
    choose(client, link_for(client))
    assert at_work.get("/profile/").status_code == 302
    assert client.post("/sign-in/", {"login": "qinchen", "password": NEW}).status_code == 302


def test_asking_again_and_again_is_throttled(client: Client) -> None:
    person()
    answers = [ask(client, "qinchen") for _time in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "十分钟后" in answers[-1].content.decode()


# Changing it


def test_one_changes_ones_password_and_stays_signed_in_here_only(client: Client, client_of: Any, company: Any) -> None:
    user = person()
    elsewhere = client_of(company)
    for browser in (client, elsewhere):
        browser.post("/sign-in/", {"login": "qinchen", "password": PASSWORD})
    answer = client.post("/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    line = LogEntry.objects.get(verb="password_change")
    assert (line.actor_id, line.record_id, line.changes) == (user.pk, user.pk, {})


def test_a_password_of_ones_own_is_no_longer_temporary(client: Client) -> None:
    user = person(password_is_temporary=True)
    client.force_login(user)
    client.post("/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    user.refresh_from_db()
    assert not user.password_is_temporary


def test_changing_it_takes_the_present_one(client: Client) -> None:
    user = person()
    client.force_login(user)
    answer = client.post("/password/change/", {"oldpassword": "guess", "password1": NEW, "password2": NEW})
    assert answer.status_code == 422
    assert "oldpassword" in answer.context["form"].errors


def test_whoever_acts_as_another_user_cannot_change_that_users_password(client: Client) -> None:
    from tenants.roles.models import Role

    boss, user = person("boss", phone="", email=""), person()
    Role(name="Administrators", code="admin", scope="all", is_administrator=True).save()
    Role.objects.get(code="admin").users.add(boss)
    client.force_login(boss)
    assert client.post(f"/users/{user.pk}/do/switch/").status_code in {200, 204, 302}
    assert client.get("/password/change/").status_code == 403


def test_the_password_page_asks_strangers_to_sign_in(client: Client) -> None:
    assert client.get("/password/change/").status_code == 302
    assert client.get("/password/change/", HTTP_HX_REQUEST="true").status_code == 401


# The profile


def test_everybody_changes_their_own_profile_whatever_their_roles(client: Client) -> None:
    user = person()
    client.force_login(user)
    answer = client.post(
        "/profile/", {"name": "秦 晨", "phone": "+86 186 6509 0000", "email": "q@example.com", "language": "en"}
    )
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.name, user.phone, user.email, user.language) == ("秦 晨", "18665090000", "q@example.com", "en")
    assert 'lang="en"' in client.get("/profile/").content.decode()


def test_the_profile_takes_nothing_else(client: Client) -> None:
    user = person()
    client.force_login(user)
    client.post("/profile/", {"name": "秦晨", "username": "root", "is_active": "", "department": "1"})
    user.refresh_from_db()
    assert (user.username, user.is_active, user.department_id) == ("qinchen", True, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "13800138000"), ("email", "FU@example.com"), ("phone", "not a number"), ("email", "x"), ("name", "")],
)
def test_the_profile_refuses_what_is_wrong_or_somebody_elses_and_keeps_what_was_typed(
    client: Client, field: str, value: str
) -> None:
    user = person()
    person("furui", phone="13800138000", email="fu@example.com")
    client.force_login(user)
    answer = client.post("/profile/", {"name": "Typed Name", "phone": "", "email": "", "language": "", field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    if field != "name":
        assert "Typed Name" in answer.content.decode()


def test_the_profile_refuses_a_phone_that_is_the_login_name_of_another(client: Client) -> None:
    user = person()
    person("13800138000", phone="", email="")
    client.force_login(user)
    answer = client.post("/profile/", {"name": "秦晨", "phone": "13800138000", "email": "", "language": ""})
    assert "phone" in answer.context["form"].errors
