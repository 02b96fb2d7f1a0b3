"""Contacts, as the world sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Stored
from core.resources import Action, Column, Head, Resource, files, history
from crm.areas import CUSTOMER_GROUP
from crm.contacts import services
from crm.contacts.models import Contact


class Contacts(Resource):
    """联系人."""

    model = Contact
    menu = CUSTOMER_GROUP
    icon = "address-book"
    letter = "p"
    order_in_menu = 20
    asks_for_another = False
    parent = "customer"
    columns = (
        Column("name", _("Contact name"), "text", order_by="name_pinyin"),
        "customer",
        Column("is_primary", _("Primary contact"), "boolean", value=lambda contact: contact.is_primary),
        "phone",
        "title",
        "role",
        "email",
        "wechat",
        "owner",
    )
    more_columns = ("gender", "telephone", "birthday", "note", "created_at", "updated_at")
    columns_below = ("name", "is_primary", "title", "role", "phone")
    filters = ("customer", "role", "gender", "title", "birthday", "owner", "created_at")
    search = ("name", "phone", "telephone")
    sections = {
        _("Basic information"): ("customer", "name", "gender", "title", "role", "owner"),
        _("Contact details"): ("phone", "telephone", "email", "wechat", "birthday", "note"),
    }
    head = Head(meta=("customer", "title", "owner"))
    tones = {
        "role": {"decides": "red", "influences": "amber", "uses": "blue", "buys": "violet", "other": "gray"},
    }
    verbs = ("view", "add", "change", "delete", "import", "export")
    headings = {
        "customer": ("客户名称", "公司", "公司名", "公司名称", "公司全称", "企业名称", "单位名称", "单位", "Company"),
        "name": ("联系人", "联系人姓名", "姓名", "名字", "Name"),
        "title": ("职位", "岗位"),
        "phone": ("手机号", "手机号码", "移动电话", "联系电话", "联系方式", "电话号码"),
        "telephone": ("座机", "固话", "固定电话", "办公电话"),
        "email": ("电子邮箱", "邮件", "电子邮件", "邮箱地址"),
        "wechat": ("微信号",),
        "birthday": ("出生日期",),
        "note": ("说明", "描述"),
    }
    actions = (
        Action(
            "primary",
            _("Make primary contact"),
            services.contact_make_primary,
            when=Contact.may_become_primary,
            icon="star",
            bulk=False,
            permission="change",
        ),
    )
    panels = (files(), history())

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """The first contact is the primary one."""
        return services.contact_create(values, by=by)

    def create_many(self, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Any]:
        """The first one of each customer."""
        return services.contacts_create(rows, by=by)

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """One that moves to another customer stops being primary."""
        return services.contact_update(cast(Contact, record), values, by=by, version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Another contact takes the place of the primary one."""
        services.contact_delete(cast(Contact, record), by=by)

    def restore(self, record: Stored, *, by: Actor) -> None:
        """The first one back is the primary one."""
        services.contact_restore(cast(Contact, record), by=by)
