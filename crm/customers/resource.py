"""Customers, their categories and tags, as the world sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import Stored
from core.resources import Action, Column, Resource, files, history
from core.resources.forms import ResourceForm
from crm.areas import CUSTOMER_GROUP
from crm.customers import services
from crm.customers.models import Category, Customer, Tag
from tenants.people.models import User


class CustomerForm(ResourceForm):
    """A customer's form: a customer that is there already is entered a second time only by who says so."""

    allow_duplicate = forms.BooleanField(required=False, label=_("Create it all the same"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["allow_duplicate"]

    def add_error(self, field: str | None, error: Any) -> None:
        """Once a duplicate was refused, the form offers to create it all the same."""
        super().add_error(field, error)
        if "allow_duplicate" in self.fields and any(
            told.code == "duplicate" for errors in self.errors.as_data().values() for told in errors
        ):
            self.fields["allow_duplicate"].widget = forms.CheckboxInput()


class TransferForm(forms.Form):
    """To whom."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("New owner"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.get_queryset().with_seat()  # type: ignore[attr-defined]


class TagForm(forms.Form):
    """Which tags."""

    tags = forms.ModelMultipleChoiceField(Tag.objects.none(), label=_("Customer tags"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].queryset = Tag.objects.all()  # type: ignore[attr-defined]


class Customers(Resource):
    """客户."""

    model = Customer
    menu = CUSTOMER_GROUP
    icon = "users"
    order_in_menu = 10
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
    search = ("name", "phone", "telephone")
    order = ("-created_at", "-pk")
    sections = {
        _("Basic information"): ("name", "category", "status", "level", "primary_contact", "phone", "owner"),
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
        _("Other information"): ("tags", "note"),
    }
    tones = {"status": {"potential": "gray", "developing": "blue", "won": "green", "lost": "red"}}
    verbs = ("view", "add", "change", "delete", "import", "export")
    actions = (
        Action("transfer", _("Transfer owner"), services.customer_transfer, form=TransferForm, icon="user-share"),
        Action("tag", _("Add tags"), services.customer_tag, form=TagForm, icon="tag", permission="change"),
    )
    panels = (files(), history())
    form = CustomerForm

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """One that is there already is refused, unless the form says otherwise."""
        given = dict(values)
        allow = bool(given.pop("allow_duplicate", False))
        return services.customer_create(given, by=by, allow_duplicate=allow)


class CustomerCategories(Resource):
    """客户分类."""

    model = Category
    menu = CUSTOMER_GROUP
    icon = "sitemap"
    order_in_menu = 60
    columns = ("name", "parent", "order")
    search = ("name",)
    order = ("order", "pk")
    sections = {_("Basic information"): ("name", "parent", "order")}
    panels = (history(),)
    remote_choice = False


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
