"""客户: the companies and persons we do business with, or hope to; how they are sorted; who follows them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Record, Stored
from core.records.constraints import Unique
from core.records.dictionary import OptionField, declare
from core.records.regions import RegionField
from core.records.searching import GramsField, PinyinField
from core.records.trees import refuse_circle
from crm.customers.names import CompanyKeyField
from tenants.people.phones import PhoneField

LEVELS = declare("customer_level", _("Customer level"), "重点", "普通", "一般")
INDUSTRIES = declare(
    "customer_industry",
    _("Customer industry"),
    *(
        "电子商务",
        "制造业",
        "信息技术",
        "批发零售",
        "建筑房产",
        "教育培训",
        "医疗健康",
        "金融",
        "物流运输",
        "餐饮酒店",
        "其他",
    ),
)
SOURCES = declare(
    "customer_source", _("Customer source"), *("网络搜索", "转介绍", "展会", "电话营销", "广告", "老客户", "其他")
)
NATURES = declare(
    "company_nature", _("Company nature"), *("民营", "国有", "外资", "合资", "股份制", "个体", "事业单位", "其他")
)
SIZES = declare("company_size", _("Company size"), *("20人以下", "20-100人", "100-500人", "500-1000人", "1000人以上"))


class Category(Stored):
    """客户分类: a node of the tree by which a company sorts its customers."""

    named_by = ("name",)

    name = models.CharField(_("Category name"), max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Superior category")
    )
    order = models.PositiveIntegerField(_("Order"), default=0)

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["order", "pk"]
        constraints = [
            Unique(
                "parent",
                Lower("name"),
                name="customer_category_name",
                at="name",
                nulls_distinct=False,
                violation_error_message=_("There is one of this name here already."),
            )
        ]
        verbose_name = _("Customer category")
        verbose_name_plural = _("Customer categories")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a superior below this category (or itself)."""
        refuse_circle(self, self.parent)


class Tag(Stored):
    """客户标签: a word that many customers can carry."""

    class Colour(models.TextChoices):
        GRAY = "gray", _("Gray")
        BLUE = "blue", _("Blue")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        RED = "red", _("Red")
        VIOLET = "violet", _("Violet")
        CYAN = "cyan", _("Cyan")

    name = models.CharField(_("Tag name"), max_length=20)
    colour = models.CharField(_("Tag colour"), max_length=6, choices=Colour, default=Colour.BLUE)

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["pk"]
        constraints = [
            Unique(
                Lower("name"),
                name="customer_tag_name",
                at="name",
                violation_error_message=_("There is a tag of this name already."),
            )
        ]
        verbose_name = _("Customer tag")
        verbose_name_plural = _("Customer tags")

    def __str__(self) -> str:
        return self.name


class Customer(Record):
    """A customer: owned by whoever looks after it."""

    named_by = ("name",)

    class Status(models.TextChoices):
        POTENTIAL = "potential", _("Potential customer")
        DEVELOPING = "developing", _("In development")
        WON = "won", _("Deal made")
        LOST = "lost", _("Lost")

    name = models.CharField(_("Customer name"), max_length=100)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Customer category"),
        db_index=False,
    )
    status = models.CharField(_("Customer status"), max_length=10, choices=Status, default=Status.POTENTIAL)
    level = OptionField("customer_level", null=True, blank=True, verbose_name=_("Customer level"), db_index=False)
    primary_contact = models.ForeignKey(
        "contacts.Contact",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("Primary contact"),
        db_index=False,
    )
    phone = PhoneField(_("Contact number"), blank=True)
    industry = OptionField(
        "customer_industry", null=True, blank=True, verbose_name=_("Customer industry"), db_index=False
    )
    source = OptionField("customer_source", null=True, blank=True, verbose_name=_("Customer source"), db_index=False)
    nature = OptionField("company_nature", null=True, blank=True, verbose_name=_("Company nature"), db_index=False)
    scale = OptionField("company_size", null=True, blank=True, verbose_name=_("Company size"), db_index=False)
    telephone = models.CharField(_("Company telephone"), max_length=30, blank=True)
    fax = models.CharField(_("Company fax"), max_length=30, blank=True)
    website = models.URLField(_("Company website"), blank=True)
    tax_number = models.CharField(_("Tax number"), max_length=20, blank=True)
    region = RegionField(_("Region"), blank=True)
    address = models.CharField(_("Detailed address"), max_length=200, blank=True)
    next_contact_at = models.DateTimeField(_("Next contact time"), null=True, blank=True)
    needs = models.CharField(_("Communication needs"), max_length=500, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="+", verbose_name=_("Customer tags"))
    note = models.TextField(_("Remarks"), blank=True)
    last_follow_up_at = models.DateTimeField(_("Last follow-up"), null=True, editable=False)
    name_key = CompanyKeyField("name")
    name_pinyin = PinyinField("name")
    name_grams = GramsField(("name",))
    number_grams = GramsField(("phone", "telephone"))

    class Meta(Record.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["created_at", "id"], name="customer_created", condition=Q(deleted_at__isnull=True)),
            models.Index(fields=["name_pinyin", "id"], name="customer_name", condition=Q(deleted_at__isnull=True)),
            models.Index(
                fields=["last_follow_up_at", "id"], name="customer_followed", condition=Q(deleted_at__isnull=True)
            ),
            # The rows of departments with all that lists filter and sort by: counted without a look at the table.
            models.Index(
                fields=["department", "created_at", "id"],
                name="customer_of_department",
                include=[
                    *("deleted_at", "status", "level", "category", "industry", "source", "nature", "scale"),
                    *("last_follow_up_at", "name_pinyin"),
                ],
            ),
            models.Index(fields=["next_contact_at"], name="customer_next", condition=Q(next_contact_at__isnull=False)),
            # Whoever removes a contact has PostgreSQL look for customers that refer to it.
            models.Index(
                fields=["primary_contact"], name="customer_primary", condition=Q(primary_contact__isnull=False)
            ),
            models.Index(fields=["name_key"], name="customer_same_name"),
            models.Index(fields=["phone"], name="customer_same_phone", condition=~Q(phone="")),
            models.Index(fields=["tax_number"], name="customer_same_tax", condition=~Q(tax_number="")),
            models.Index(fields=["deleted_at"], name="customer_trash", condition=Q(deleted_at__isnull=False)),
            # One index for search and for any combination of the filters that have few values.
            GinIndex(
                fields=[
                    *("name_grams", "number_grams", "status", "level", "category"),
                    *("industry", "source", "nature", "scale"),
                ],
                name="customer_search",
            ),
            # Filters on the company's own fields; an empty document takes no place in it.
            GinIndex(fields=["custom"], opclasses=["jsonb_path_ops"], name="customer_custom"),
        ]
        verbose_name = _("Customer")
        verbose_name_plural = _("Customers")

    def __str__(self) -> str:
        return self.name

    def is_pursued(self) -> bool:
        """Whether anybody is still to contact it: of one that is lost, what was planned is off."""
        return self.status in PURSUED

    def clean(self) -> None:
        """One form of what duplicates are found by."""
        self.name = " ".join(self.name.split())
        self.tax_number = "".join(self.tax_number.split()).upper()


PURSUED = tuple(status for status in Customer.Status if status != Customer.Status.LOST)


def quiet(*, days: int) -> Q:
    """Customers that nobody has been in contact with for so many days."""
    since = timezone.now() - timedelta(days=days)
    return Q(last_follow_up_at__lt=since) | Q(last_follow_up_at__isnull=True, created_at__lt=since)


def all_tags() -> models.QuerySet[Tag]:
    """The tags: everybody may give them."""
    return Tag.objects.all()


def starred_by(user: Actor) -> Q:
    """Customers that a user has starred (关注客户)."""
    return Q(pk__in=Star.objects.filter(user_id=user.pk).values("customer"))


class Star(models.Model):
    """关注: a user wants to keep an eye on a customer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="stars")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="star_once")]
        verbose_name = _("Star")
        verbose_name_plural = _("Stars")

    def __str__(self) -> str:
        return f"{self.user_id} ★ {self.customer_id}"
