"""Follow-ups, as the world sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.db.keys import key_in
from core.records.base import Stored
from core.resources import Action, Head, Resource, ResourceForm, Story, files, history
from core.resources.registry import resource_of
from crm.areas import CUSTOMER_GROUP
from crm.contacts.models import Contact
from crm.followups import services
from crm.followups.models import FollowUp


class CommentForm(forms.Form):
    """What to say."""

    text = forms.CharField(label=_("Comment"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class FollowUpForm(ResourceForm):
    """A follow-up's form; one begun from a contact is about that contact's customer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact = key_in(str(self.initial.get("contact") or ""))
        if self.instance.pk is None and contact is not None and not self.initial.get("customer"):
            found = resource_of(Contact).rows(self.user).filter(pk=contact).first()
            self.initial["customer"] = found.customer_id if found else None


class FollowUps(Resource):
    """跟进记录."""

    model = FollowUp
    menu = CUSTOMER_GROUP
    icon = "calendar-event"
    letter = "f"
    order_in_menu = 30
    asks_for_another = False
    parent = "customer"
    also_below = ("contact",)
    columns = ("content", "customer", "kind", "happened_at", "contact", "next_at", "next_plan", "plan", "owner")
    more_columns = ("created_at", "updated_at")
    columns_below = ("content", "kind", "happened_at", "contact", "next_at")
    filters = ("customer", "contact", "kind", "owner", "happened_at", "next_at", "plan", "created_at")
    search = ("content",)
    order = ("-happened_at", "-pk")
    sections = {
        _("Basic information"): ("customer", "contact", "kind", "happened_at", "content", "owner"),
        _("Next plan"): ("next_at", "next_plan", "plan"),
    }
    deadlines = {"next_at": FollowUp.has_open_plan}
    head = Head(meta=("customer", "contact", "owner"))
    story = Story(
        kind="kind",
        text="content",
        time="happened_at",
        icons={
            "phone": ("phone", "b"),
            "visit": ("map-pin", "g"),
            "wechat": ("brand-wechat", "g"),
            "email": ("mail", "v"),
            "note": ("note", ""),
        },
        more=("next_at", "next_plan"),
        comment="comment",
        comments=services.comments_on,
    )
    tones = {
        "plan": {"none": "gray", "open": "amber", "done": "green"},
        "kind": {"phone": "blue", "visit": "green", "wechat": "cyan", "email": "violet", "note": "gray"},
    }
    verbs = ("view", "add", "change", "delete", "import", "export")
    headings = {
        "customer": ("客户名称", "公司", "公司名", "公司名称", "公司全称", "企业名称", "单位名称"),
        "contact": ("联系人姓名", "首要联系人"),
        "content": ("内容", "沟通内容", "跟进记录", "联系记录"),
        "happened_at": ("时间", "日期", "跟进日期", "联系时间", "联系日期"),
        "next_at": ("下次跟进时间", "下次跟进"),
        "next_plan": ("计划", "下一步计划"),
    }
    actions = (
        Action(
            "plan_done",
            _("Plan done"),
            services.follow_up_plan_done,
            when=FollowUp.has_open_plan,
            icon="check",
            permission="change",
        ),
        Action("comment", _("Comment"), services.follow_up_comment, form=CommentForm, icon="message", bulk=False),
    )
    panels = (files(), history())
    form = FollowUpForm

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """The customer knows when it was last spoken to."""
        return services.follow_up_create(values, by=by)

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """As for a new one."""
        return services.follow_up_update(cast(FollowUp, record), values, by=by, version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """The customer forgets it."""
        services.follow_up_delete(cast(FollowUp, record), by=by)

    def restore(self, record: Stored, *, by: Actor) -> None:
        """The customer knows it again."""
        services.follow_up_restore(cast(FollowUp, record), by=by)
