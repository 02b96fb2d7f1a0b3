"""Users and the organisation, as the world sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from core.access import Actor, FieldRight
from core.records.acting import acting
from core.records.base import Stored, StoredQuerySet
from core.resources import Action, ActionRefused, Column, Resource, history
from tenants.areas import ORGANISATION
from tenants.people import organisation, services
from tenants.people.administrators import out_of_reach
from tenants.people.forms import DepartmentForm, ResetForm, UserForm
from tenants.people.models import Department, User
from tenants.people.switching import those_to_act_as
from tenants.people.tree import Tree


def _switch(user: User, *, by: User) -> None:
    """Only the page `users/<pk>/do/switch/` can do it: a session is switched, and no other caller has one."""
    raise ActionRefused(_now("Acting as another user is possible in the browser only."))


def _reset(user: User, *, by: User, password: str) -> None:
    """The page makes a password and shows it once; a program says which one it shall be."""
    services.user_reset_password(user, by=by, password=password)


class Users(Resource):
    """用户管理."""

    model = User
    menu = ORGANISATION
    icon = "users"
    letter = "u"
    order_in_menu = 10
    columns = (
        "username",
        "employee_number",
        "name",
        "phone",
        "telephone",
        Column("company", _("Company of the user"), value=lambda user: getattr(user, "company_name", "") or ""),
        "department",
        Column(
            "is_active",
            _("State"),
            "choice",
            order_by="is_active",
            choices=((True, _("Normal")), (False, _("Barred"))),
        ),
    )
    more_columns = ("roles", "position", "email", "manager", "language", "created_at", "updated_at")
    filters = ("username", "name", "is_active", "department", "position", "created_at")
    search = ("username", "name", "phone", "employee_number")
    order = ("pk",)
    sections = {
        _("Account"): ("username", "name", "employee_number", "is_active", "roles", "language"),
        _("Contact"): ("phone", "telephone", "email"),
        _("Place in the organisation"): ("department", "position", "manager"),
    }
    tones = {"is_active": {True: "green", False: "gray"}}
    verbs = (*Resource.verbs, "import")
    actions = (
        Action(
            "reset",
            pgettext_lazy("operation on a user", "Reset password"),
            _reset,
            form=ResetForm,
            icon="key",
            bulk=False,
        ),
        Action("switch", _("Switch to this user"), _switch, icon="switch-horizontal", bulk=False),
    )
    panels = (history(),)
    form = UserForm

    @property
    def label(self) -> StrOrPromise:
        """What the manual calls the screen."""
        return _("User management")

    def offered(self, user: Actor) -> StoredQuerySet[User]:
        """Every colleague can be named in a form; seeing more of them than the name takes the permission."""
        rows: StoredQuerySet[User] = User.objects.get_queryset().with_seat()
        return rows

    def editable_fields(self, user: Actor) -> list[str]:
        """As the sections say; the roles for who may assign them."""
        names = super().editable_fields(user)
        if user.access.may("roles.assign") and self.right(user, "roles") is FieldRight.EDIT:
            names.append("roles")
        return names

    def with_columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """As always, with the company that each user's department belongs to."""
        cases = [When(department=unit, then=Value(name)) for unit, name in _company_names().items()]
        shown: QuerySet[Any] = super().with_columns(rows).annotate(company_name=Case(*cases, default=Value("")))
        return shown

    def fetch(self, keys: Sequence[int], columns: Sequence[Column]) -> list[Any]:
        """As above."""
        records = super().fetch(keys, columns)
        names = _company_names()
        for record in records:
            record.company_name = names.get(record.department_id, "")
        return records

    def sensible(self, action: Action, records: Iterable[Stored], user: Actor) -> set[int]:
        """As always; nobody resets or switches to whom the service would refuse."""
        by = cast(User, user)
        if action.name == "switch":
            people = cast("Iterable[User]", records)
            return set() if acting().impersonator_id else those_to_act_as(people, by=by)
        keys = super().sensible(action, records, user)
        return keys - out_of_reach(keys, by=by) if action.name == "reset" else keys

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Add a user, within the licence."""
        plain = {name: value for name, value in values.items() if name != "password"}
        return services.user_create(plain, password=values.get("password"), by=cast(User, by))

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Change a user; rights act on the next request."""
        return services.user_update(cast(User, record), values, by=cast(User, by), version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Put a user who owns nothing in the trash; the page of the user asks who takes over what they own."""
        services.user_delete(cast(User, record), hand_over_to=None, by=cast(User, by))

    def restore(self, record: Stored, *, by: Actor) -> None:
        """Take a user out of the trash, unable to sign in."""
        services.user_restore(cast(User, record), by=cast(User, by))

    def purge(self, record: Stored, *, by: Actor) -> None:
        """Remove a user in the trash for good."""
        services.user_purge(cast(User, record), by=cast(User, by))


class Departments(Resource):
    """组织管理."""

    model = Department
    menu = ORGANISATION
    icon = "sitemap"
    letter = "d"
    order_in_menu = 20
    columns = ("name", "code", "kind", "parent", "leader", "note")
    filters = ("kind", "parent")
    search = ("name", "code")
    order = ("order", "pk")
    sections = {_("Organisation unit"): ("name", "code", "kind", "parent", "leader", "note")}
    panels = (history(),)
    form = DepartmentForm
    remote_choice = False

    @property
    def label(self) -> StrOrPromise:
        """What the manual calls the screen."""
        return _("Organisation management")

    def offered(self, user: Actor) -> StoredQuerySet[Department]:
        """The tree is known to everybody in the company."""
        rows: StoredQuerySet[Department] = Department.objects.all()
        return rows

    def create(self, values: Mapping[str, Any], *, by: Actor) -> Stored:
        """Add a unit as the last one below its parent."""
        return organisation.department_create(values, by=cast(User, by))

    def update(self, record: Stored, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Stored:
        """Change a unit, never to stand below itself."""
        return organisation.department_update(cast(Department, record), values, by=cast(User, by), version=version)

    def delete(self, record: Stored, *, by: Actor) -> None:
        """Remove a unit that nobody and nothing stands in."""
        organisation.department_delete(cast(Department, record), by=cast(User, by))


def _company_names() -> dict[int, str]:
    """{unit: the name of the company (公司) it belongs to}, from the tree as it is now: two short queries."""
    tree = Tree.load()
    names = dict(Department.objects.filter(kind=Department.Kind.COMPANY).values_list("pk", "name"))
    companies = {unit: tree.company_of(unit) for unit in tree.nodes}
    return {unit: names[company] for unit, company in companies.items() if company in names}
