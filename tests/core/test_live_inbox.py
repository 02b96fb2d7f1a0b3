"""Notifications: kept with the transaction, in the reader's language, for the reader's eyes."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.db import run_in_company
from core.live.models import COUNTED, Notification, unread_count
from core.live.services import notify
from tests.core.people import make_user

pytestmark = pytest.mark.django_db


def test_everybody_named_is_told_once() -> None:
    first, second = make_user("first"), make_user("second")
    notify([first, second, first], kind="test", title="Hello")
    assert [unread_count(user) for user in (first, second)] == [1, 1]


def test_many_are_told_in_as_few_steps_as_two(
    django_capture_on_commit_callbacks: Any, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: dict[int, Any] = {}
    monkeypatch.setattr("core.live.services.push", lambda company, messages: shown.update(messages))
    people = [make_user(f"user{number}") for number in range(12)]

    def tell(number: int) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            notify(people[:number], kind="test", title="Hello")

    with CaptureQueriesContext(connection) as two:
        tell(2)
    with django_assert_num_queries(len(two)):
        tell(12)
    assert [shown[person.pk]["unread"] for person in people] == [2, 2, *[1] * 10]


def test_what_rolls_back_was_never_told() -> None:
    user = make_user()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notify([user], kind="test", title="Hello")
        raise ZeroDivisionError
    assert unread_count(user) == 0


def test_it_is_shown_in_the_language_of_the_moment() -> None:
    [told] = notify([make_user()], kind="job_failed", title="Failed: %(job)s", params={"job": "100% of it"})
    with translation.override("en"):
        assert told.title_text == "Failed: 100% of it"
    with translation.override("zh-hans"):
        assert told.title_text == "失败：100% of it"


def test_a_text_without_places_may_hold_percent_signs() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        notify([make_user()], kind="test", title="50% of it")


@pytest.mark.parametrize("url", ["https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)"])
def test_it_refuses_to_lead_elsewhere(url: str) -> None:
    with pytest.raises(ValueError, match="pages of the company only"):
        notify([make_user()], kind="test", title="Hello", url=url)


def test_unread_ones_are_counted_up_to_a_hundred() -> None:
    user = make_user()
    for _ in range(3):
        notify([user], kind="test", title="Hello")
    assert unread_count(user) == 3
    Notification.rows.bulk_create([Notification(user=user, kind="test", title="Hello") for _ in range(200)])
    assert unread_count(user) == COUNTED


def test_the_inbox_shows_own_notifications_and_goes_on(client: Any, other_company: Any) -> None:
    user, other = make_user("me"), make_user("other")
    client.force_login(user)
    notify([other], kind="test", title="canary of another user")
    run_in_company(other_company, lambda: notify([make_user("me")], kind="test", title="canary of another company"))
    for number in range(35):
        notify([user], kind="test", title="Number %(number)s", params={"number": number})
    page = client.get("/inbox/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Number 34" in text
    assert "Number 4<" not in text
    assert "canary" not in text
    assert "no-store" in page["Cache-Control"]
    part = client.get(f"/inbox/?before={page.context['older']}", HTTP_HX_REQUEST_TYPE="partial")
    assert "Number 4<" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_a_broken_address_of_the_inbox_is_not_found(client: Any) -> None:
    client.force_login(make_user())
    assert client.get("/inbox/?before=1%27--").status_code == 404


def test_opening_one_marks_it_as_read_and_leads_on(client: Any) -> None:
    user = make_user()
    client.force_login(user)
    [told] = notify([user], kind="test", title="Hello", url="/exports/")
    answer = client.post(f"/inbox/{told.pk}/open/")
    assert (answer.status_code, answer["Location"]) == (303, "/exports/")
    assert unread_count(user) == 0


def test_another_users_notification_does_not_exist(client: Any) -> None:
    client.force_login(make_user("me"))
    [told] = notify([make_user("other")], kind="test", title="Hello")
    assert client.post(f"/inbox/{told.pk}/open/").status_code == 404
    assert client.post(f"/inbox/{told.pk}/read/").status_code == 404
    assert unread_count(told.user) == 1


def test_reading_one_and_reading_all(client: Any) -> None:
    user = make_user()
    client.force_login(user)
    told = [notify([user], kind="test", title="Hello")[0] for _ in range(3)]
    part = client.post(f"/inbox/{told[0].pk}/read/", HTTP_HX_REQUEST_TYPE="partial")
    assert f'id="notification-{told[0].pk}"' in part.content.decode()
    assert unread_count(user) == 2
    assert client.post("/inbox/read/").status_code == 303
    assert unread_count(user) == 0
    assert client.get("/inbox/?show=unread").status_code == 200


def test_the_bell_shows_the_latest(client: Any, django_assert_max_num_queries: Any) -> None:
    user = make_user()
    client.force_login(user)
    for number in range(12):
        notify([user], kind="test", title="Number %(number)s", params={"number": number})
    with django_assert_max_num_queries(8):
        text = client.get("/inbox/bell/").content.decode()
    assert "Number 11" in text
    assert "Number 3<" not in text


def test_the_inbox_asks_who_is_there(client: Any) -> None:
    for address in ("/inbox/", "/inbox/bell/"):
        assert client.get(address).status_code == 302
    for address in ("/inbox/1/open/", "/inbox/1/read/", "/inbox/read/"):
        assert client.post(address).status_code == 302
        assert client.get(address).status_code == 302


def test_one_deletes_ones_own_notifications_only(client: Any) -> None:
    mine, theirs = make_user("mine"), make_user("theirs")
    notify([mine, theirs], kind="x", title="hello")
    own = Notification.rows.of(mine).get()
    other = Notification.rows.of(theirs).get()
    client.force_login(mine)
    assert client.post(f"/inbox/{own.pk}/delete/").status_code == 303
    assert client.post(f"/inbox/{other.pk}/delete/").status_code == 404
    assert not Notification.rows.of(mine).exists()
    assert Notification.rows.of(theirs).exists()
