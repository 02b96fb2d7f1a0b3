"""Users and the organisation, as the world sees them."""

from django.utils.translation import gettext_lazy as _

from core.access import Actor
from core.records.base import StoredQuerySet
from core.resources import Resource, history
from tenants.areas import ORGANISATION
from tenants.people.models import Department, User


class Users(Resource):
    """用户管理."""

    model = User
    menu = ORGANISATION
    icon = "users"
    order_in_menu = 10
    columns = ("username", "employee_number", "name", "phone", "telephone", "department", "position", "is_active")
    more_columns = ("email", "manager", "created_at", "updated_at")
    filters = ("username", "name", "is_active", "department", "position", "created_at")
    search = ("username", "name", "phone", "employee_number")
    order = ("pk",)
    sections = {
        _("Account"): ("username", "name", "employee_number", "is_active", "language"),
        _("Contact"): ("phone", "telephone", "email"),
        _("Place in the organisation"): ("department", "position", "manager"),
    }
    panels = (history(),)

    def offered(self, user: Actor) -> StoredQuerySet[User]:
        """Every colleague can be named in a form; seeing more of them than the name takes the permission."""
        rows: StoredQuerySet[User] = User.objects.get_queryset().with_seat()
        return rows


class Departments(Resource):
    """组织管理."""

    model = Department
    menu = ORGANISATION
    icon = "sitemap"
    order_in_menu = 20
    columns = ("name", "code", "kind", "parent", "leader", "note")
    filters = ("kind", "parent")
    search = ("name", "code")
    order = ("order", "pk")
    sections = {_("Organisation unit"): ("name", "code", "kind", "parent", "leader", "note")}
    panels = (history(),)
    remote_choice = False

    def offered(self, user: Actor) -> StoredQuerySet[Department]:
        """The tree is known to everybody in the company."""
        rows: StoredQuerySet[Department] = Department.objects.all()
        return rows
