"""What is peculiar to follow-ups: the composer, mentions, comments, and what the customer knows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.access.models import Collaborator
from core.live.models import Notification
from core.records.models import Attachment, LogEntry
from core.resources.mentions import named_in
from crm.contacts.services import contact_create
from crm.followups.models import FollowUp
from crm.followups.services import follow_up_comment, follow_up_create, follow_up_plan_done
from tests.crm.people import customer_of, seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> Any:
    return seller()


def test_the_composer_writes_a_follow_up_with_its_plan_and_files(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    at = timezone.localtime() + timedelta(days=1)
    sent = {
        "kind": "visit",
        "content": "看了工厂",
        "next_at": at.strftime("%Y-%m-%dT%H:%M"),
        "next_plan": "报价",
        "file": [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")],
    }
    assert client.post(f"/customers/{customer.pk}/compose/", sent).status_code == 302
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.owner, follow_up.plan) == ("visit", me, "open")
    assert Attachment.objects.filter(resource="followups", record_id=follow_up.pk).count() == 2
    customer.refresh_from_db()
    assert customer.next_contact_at == follow_up.next_at
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "看了工厂" in page
    assert "<dt>下次计划</dt><dd>报价</dd>" in page
    assert "a.txt" in page


def test_a_refused_file_keeps_what_was_typed_and_stores_nothing(client: Any, me: Any) -> None:
    customer = customer_of(me)
    client.force_login(me)
    sent = {"kind": "phone", "content": "重要的话", "file": SimpleUploadedFile("x.exe", b"MZ")}
    answer = client.post(f"/customers/{customer.pk}/compose/", sent)
    assert answer.status_code == 422
    assert "重要的话" in answer.content.decode()
    assert not FollowUp.objects.exists()


def test_the_feed_is_narrowed_to_what_was_said_or_what_was_changed(client: Any, me: Any) -> None:
    customer = customer_of(me)
    follow_up_create({"customer": customer, "content": "说过的话"}, by=me)
    client.force_login(me)

    def shown(only: str) -> tuple[int, int]:
        entries = client.get(f"/customers/{customer.pk}/", {"feed": only}).context["page"].feed.entries
        return sum(entry.told is not None for entry in entries), sum(entry.line is not None for entry in entries)

    assert shown("")[0] == 1
    assert shown("")[1] >= 1
    assert shown("talk") == (1, 0)
    assert shown("changes")[0] == 0


def test_only_colleagues_who_may_see_the_customer_hear_that_they_were_named(me: Any) -> None:
    inside, outside = seller("周文博"), seller("沈洁")
    customer = customer_of(me)
    Collaborator.objects.create(resource="customers", record_id=customer.pk, user=inside)
    follow_up_create({"customer": customer, "content": "@周文博请一起参加，@沈洁 也来。@符蓉"}, by=me)
    told = Notification.rows.filter(kind="mention")
    assert [one.user for one in told] == [inside]
    assert told[0].url == f"/customers/{customer.pk}/"
    assert outside not in [one.user for one in told]


def test_of_two_names_the_longer_one_is_meant(me: Any) -> None:
    seller("王小")
    longer = seller("王小明")
    assert named_in("@王小明你好", by=me) == [longer]
    assert named_in("mail@example.com", by=me) == []


def test_the_owner_hears_of_a_comment(me: Any) -> None:
    follow_up = follow_up_create({"customer": customer_of(me), "content": "x"}, by=me)
    boss = seller("秦晨")
    follow_up_comment(follow_up, by=boss, text="很好")
    follow_up_comment(follow_up, by=me, text="谢谢")
    told = Notification.rows.filter(kind="comment")
    assert [(one.user, one.params["text"]) for one in told] == [(me, "很好")]


def test_a_plan_that_is_done_is_no_longer_due_for_the_customer(me: Any) -> None:
    customer = customer_of(me)
    at = timezone.now() + timedelta(days=2)
    follow_up = follow_up_create({"customer": customer, "content": "x", "next_at": at, "next_plan": "y"}, by=me)
    customer.refresh_from_db()
    assert customer.next_contact_at == at
    follow_up_plan_done(follow_up, by=me)
    customer.refresh_from_db()
    assert customer.next_contact_at is None


def test_what_was_planned_is_done_by_the_next_follow_up_and_its_history_says_so(me: Any) -> None:
    customer = customer_of(me)
    at = timezone.now() + timedelta(days=2)
    planned = follow_up_create({"customer": customer, "content": "x", "next_at": at}, by=me)
    follow_up_create({"customer": customer, "content": "y"}, by=me)
    planned.refresh_from_db()
    assert (planned.plan, planned.version) == ("done", 2)
    line = LogEntry.objects.of("followups", planned.pk).first()
    assert (line.verb, line.changes) == ("plan_done", {"plan": ["open", "done"]})


def test_the_story_alone_is_answered_to_who_asks_for_it(client: Any, me: Any) -> None:
    customer = customer_of(me)
    follow_up_create({"customer": customer, "content": "说过的话"}, by=me)
    client.force_login(me)
    asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#story"}
    part = client.get(f"/customers/{customer.pk}/", {"feed": "talk"}, headers=asked).content.decode()
    assert "说过的话" in part
    assert "<html" not in part
    assert 'id="story"' in part


def test_a_contact_lists_its_follow_ups_and_begins_one_with_its_customer(client: Any, me: Any) -> None:
    customer = customer_of(me)
    contact = contact_create({"customer": customer, "name": "杨韬"}, by=me)
    follow_up_create({"customer": customer, "contact": contact, "content": "谈了报价"}, by=me)
    follow_up_create({"customer": customer, "content": "与他无关"}, by=me)
    client.force_login(me)
    page = client.get(f"/contacts/{contact.pk}/?panel=followups").content.decode()
    assert "谈了报价" in page
    assert "与他无关" not in page
    address = f"/followups/new/?contact={contact.pk}"
    assert address in page
    form = client.get(address).context["form"]
    assert form["customer"].value() == customer.pk


def test_somebody_elses_contact_tells_no_customer(client: Any, me: Any) -> None:
    other = seller("秦晨")
    contact = contact_create({"customer": customer_of(other), "name": "杨韬"}, by=other)
    client.force_login(me)
    for asked in (contact.pk, "x", "9" * 30):
        assert client.get(f"/followups/new/?contact={asked}").context["form"]["customer"].value() is None
