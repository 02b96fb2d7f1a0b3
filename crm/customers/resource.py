"""Customers, their categories and tags, as the world sees them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, cast

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Stored
from core.records.trees import node_create, node_update
from core.resources import Action, Column, Flag, Head, Resource, Shortcut, Stars, View, files, history
from core.resources.registry import add_screen
from crm.areas import CUSTOMER_GROUP
from crm.customers import services
from crm.customers.advice import advice_on
from crm.customers.duplicates import duplicates_of_many, identity_of
from crm.customers.forms import CustomerForm, TagForm, TransferForm
from crm.customers.models import PURSUED, Category, Customer, Tag, quiet, starred_by


def to_contact(days: str) -> dict[str, Any]:
    """What a list's address asks for, to show the customers that are to be contacted in these days."""
    return {"next_contact_at": days, "status": PURSUED, "sort": "next_contact_at"}


class Customers(Resource):
    """客户."""

    model = Customer
    menu = CUSTOMER_GROUP
    icon = "users"
    letter = "c"
    order_in_menu = 10
    asks_for_another = False  # what comes next is a follow-up
    collaborative = True
    columns = (
        Column("name", _("Customer name"), "text", order_by="name_pinyin"),
        "status",
        "level",
        "tags",
        "primary_contact",
        "phone",
        "last_follow_up_at",
        "next_contact_at",
        "owner",
    )
    more_columns = ("department", "created_by", "created_at", "updated_at")
    filters = (
        "status",
        "level",
        "category",
        "tags",
        "owner",
        "department",
        "last_follow_up_at",
        "next_contact_at",
        "created_at",
        "industry",
        "source",
        "nature",
        "scale",
    )
    flags = (
        Flag("starred", _("Followed by me"), starred_by),
        Flag("quiet", _("Not contacted for 30 days"), lambda user: quiet(days=30)),
    )
    views = (
        View("mine", _("Owned by me"), "owner=me"),
        View("followed", _("Followed by me"), "starred=1"),
        View("week", _("To contact this week"), urlencode(to_contact("this_week"), doseq=True)),
        View("quiet", _("Not contacted for 30 days"), "quiet=1&sort=last_follow_up_at"),
    )
    search = ("name", "phone", "telephone")
    order = ("-created_at", "-pk")
    sections = {
        _("Basic information"): ("name", "category", "status", "level", "primary_contact", "phone"),
        _("Details"): (
            "industry",
            "source",
            "nature",
            "scale",
            "telephone",
            "fax",
            "website",
            "tax_number",
            "region",
            "address",
        ),
        _("Contact reminder"): ("next_contact_at", "needs"),
        _("Operation information"): ("owner", "created_by", "created_at", "updated_at"),
        _("Other information"): ("tags", "note"),
    }
    tones = {"status": {"potential": "gray", "developing": "blue", "won": "green", "lost": "red"}}
    deadlines = {"next_contact_at": Customer.is_pursued}
    recents = ("last_follow_up_at",)
    head = Head(
        meta=("owner", "category", "region"),
        tags=("level", "tags"),
        figures=("last_follow_up_at", "next_contact_at"),
        path="status",
        advice=advice_on,
    )
    stars = Stars(of=services.customers_starred, put=services.customer_star)
    verbs = ("view", "add", "change", "delete", "import", "export")
    headings = {
        "name": ("公司名", "公司名称", "公司全称", "企业名称", "单位名称", "客户名", "客户", "公司", "名称", "Company"),
        "category": ("分类", "类别", "客户类别"),
        "status": ("状态",),
        "level": ("级别", "等级", "客户等级"),
        "contact_name": ("联系人", "联系人姓名", "主要联系人", "Contact"),
        "phone": ("手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系人电话", "移动电话", "Phone"),
        "industry": ("行业", "所属行业"),
        "source": ("来源",),
        "nature": ("性质", "企业性质", "公司类型"),
        "scale": ("规模", "企业规模", "人员规模", "人数"),
        "telephone": ("座机", "固话", "固定电话", "办公电话", "单位电话"),
        "fax": ("传真",),
        "website": ("网址", "网站", "官网", "公司网站"),
        "tax_number": ("纳税人识别号", "统一社会信用代码", "社会信用代码", "信用代码"),
        "region": ("地区", "区域", "省市区", "所在地"),
        "address": ("地址", "公司地址", "联系地址", "通讯地址", "办公地址"),
        "next_contact_at": ("下次联系", "下次跟进时间"),
        "needs": ("需求", "客户需求"),
        "owner": ("业务员", "销售", "销售员", "跟进人", "所属人"),
        "tags": ("标签",),
        "note": ("说明", "描述", "备注说明"),
    }
    actions = (
        Action(
            "transfer",
            _("Transfer owner"),
            services.customer_transfer,
            form=TransferForm,
            icon="user-share",
            changes=("owner",),
        ),
        Action(
            "tag",
            _("Add tags"),
            services.customer_tag,
            form=TagForm,
            icon="tag",
            permission="change",
            changes=("tags",),
        ),
    )
    panels = (files(), history())
    form = CustomerForm
    all_the_same = "allow_duplicate"

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """One that is there already is refused, unless the form says otherwise."""
        given = dict(values)
        allow, contact = bool(given.pop("allow_duplicate", False)), str(given.pop("contact_name", ""))
        return services.customer_create(given, by=by, allow_duplicate=allow, contact_name=contact)

    def create_many(self, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Any]:
        """None is there already."""
        return services.customers_create(rows, by=by)

    def duplicates(self, rows: Sequence[Mapping[str, Any]], *, user: Actor) -> Sequence[Collection[int]]:
        """查重, whoever they belong to."""
        return duplicates_of_many(rows)

    def made_along(self, pks: Collection[int]) -> Mapping[type[Stored], Mapping[int, int]]:
        """Their primary contacts."""
        return services.first_contacts_of(pks)

    def identity(self, values: Mapping[str, Any]) -> Mapping[str, Hashable]:
        """What 查重 compares."""
        return identity_of(values)

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Reminders follow."""
        return services.customer_update(cast(Customer, record), values, by=by, version=version)


class CustomerCategories(Resource):
    """客户分类."""

    model = Category
    menu = CUSTOMER_GROUP
    icon = "sitemap"
    order_in_menu = 60
    columns = ("name", "parent")
    search = ("name",)
    order = ("order", "pk")
    sections = {_("Basic information"): ("name", "parent")}
    panels = (history(),)
    remote_choice = False

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """As the last one below its parent."""
        return node_create(Category(), values, by=by)

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Below another one it comes last, and never below itself."""
        return node_update(record, values, by=by, version=version)


class CustomerTags(Resource):
    """客户标签."""

    model = Tag
    menu = CUSTOMER_GROUP
    icon = "tag"
    order_in_menu = 70
    columns = ("name", "colour")
    search = ("name",)
    order = ("pk",)
    sections = {_("Basic information"): ("name", "colour")}
    tones = {"colour": {colour: colour for colour in Tag.Colour.values}}
    panels = (history(),)
    remote_choice = False


FOLLOWED = add_screen(
    Shortcut(
        "followedcustomers",
        _("Followed customers"),
        menu=CUSTOMER_GROUP,
        icon="star",
        url_name="customers-list",
        opened_by="customers.view",
        query="view=followed&starred=1",
        order=40,
    )
)
TRASH = add_screen(
    Shortcut(
        "trashedcustomers",
        _("Customer trash"),
        menu=CUSTOMER_GROUP,
        icon="trash",
        url_name="customers-trash",
        opened_by="customers.restore",
        order=90,
    )
)
