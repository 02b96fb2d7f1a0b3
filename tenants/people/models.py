"""The people of a company and the tree they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.access import Access, CompanyWide, Owned, Rule
from core.records.base import Stored, StoredQuerySet, Trashable
from core.records.constraints import Unique
from core.records.dictionary import OptionField, declare
from core.records.trees import refuse_circle
from tenants.people.phones import PhoneField

POSITIONS = declare("position", _("Position"), "总经理", "部门经理", "业务代表", "财务", "人事", "技术", "客服")


class DepartmentQuerySet(StoredQuerySet["Department"]):
    """Reads of the organisation tree, which everybody in the company knows."""

    def in_order(self) -> Self:
        """All units, those beside one another in the order they were put in."""
        return self.order_by("order", "pk")

    def below(self, parent: Department | None) -> Self:
        """The units directly below a unit, or those at the top."""
        return self.in_order().filter(parent=parent)

    def departments(self) -> Self:
        """The units that are departments (部门), not companies (公司)."""
        return self.filter(kind=Department.Kind.DEPARTMENT)


class Department(Stored):
    """A node of the organisation tree (机构): a company (公司) or a department (部门)."""

    named_by = ("name",)

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        DEPARTMENT = "department", _("Department")

    access_rule: ClassVar[Rule] = CompanyWide()

    name = models.CharField(_("Organisation name"), max_length=60)
    code = models.CharField(
        _("Organisation code"),
        max_length=30,
        validators=[RegexValidator(r"^[0-9A-Za-z_-]+$", _("Only letters, digits, hyphens and underscores."))],
    )
    kind = models.CharField(_("Organisation type"), max_length=10, choices=Kind, default=Kind.DEPARTMENT)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Superior organisation")
    )
    leader = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Head"), db_index=False
    )
    note = models.CharField(_("Remarks"), max_length=200, blank=True)
    order = models.PositiveIntegerField(_("Order"), default=0, editable=False)

    objects: ClassVar[Any] = DepartmentQuerySet.as_manager()

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["order", "pk"]
        constraints = [
            Unique(
                Lower("code"),
                name="department_code",
                at="code",
                violation_error_message=_("This code is in use already."),
            ),
            Unique(
                "parent",
                Lower("name"),
                name="department_name",
                at="name",
                violation_error_message=_("There is one of this name here already."),
            ),
        ]
        verbose_name = _("Organisation unit")
        verbose_name_plural = _("Organisation")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent below this unit (or itself)."""
        refuse_circle(self, self.parent)


class UserQuerySet(StoredQuerySet["User"]):
    """Reads of the people."""

    def with_seat(self) -> Self:
        """Users who take a seat of the licence: those who may sign in."""
        return self.live().filter(is_active=True)

    def known_as(self, name: str) -> Self:
        """Users whose login name, phone or e-mail is `name`, case and spelling of the phone aside."""
        name = name.strip()
        condition = Q(username__iexact=name) | Q(email__iexact=name)
        if phone := PhoneField.normal(name):
            condition |= Q(phone=phone)
        return self.live().filter(condition)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    """The manager that Django's authentication expects, with the reads of the access layer."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of this login name; User.DoesNotExist for a deleted one."""
        found: User = self.get_queryset().live().get(username__iexact=username)
        return found


class User(AbstractBaseUser, Stored, Trashable):
    """Somebody who works in the company. Deleted users are kept, unable to sign in, for what they have done."""

    named_by = ("name", "username")

    access_rule: ClassVar[Rule] = Owned(owner="pk", department="department")

    username = models.CharField(
        _("Login name"),
        max_length=40,
        validators=[
            RegexValidator(r"^[^\s@<>\"'/\\]{2,40}$", _("2 to 40 characters without spaces or @ < > \" ' / \\."))
        ],
    )
    name = models.CharField(_("Full name"), max_length=40)
    employee_number = models.CharField(_("Employee number"), max_length=20, blank=True)
    phone = PhoneField(_("Mobile phone"), blank=True)
    telephone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("Department of the user"),
    )
    position = OptionField("position", null=True, blank=True, verbose_name=_("Position"), db_index=False)
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("Direct superior")
    )
    is_active = models.BooleanField(_("May sign in"), default=True)
    language = models.CharField(
        _("Language"),
        max_length=10,
        blank=True,
        choices=[("", _("As the company")), ("zh-hans", "简体中文"), ("en", "English")],
    )
    mailed: Any = models.JSONField(_("Also by e-mail"), default=list, blank=True, editable=False, db_default=[])
    password_is_temporary = models.BooleanField(_("Temporary password"), default=False, editable=False)
    sign_ins_ended = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[Any] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta(Stored.Meta):
        abstract = False
        ordering = ["pk"]
        constraints = [
            Unique(
                Lower("username"),
                condition=Q(deleted_at__isnull=True),
                name="user_login_name",
                at="username",
                violation_error_message=_("This login name is taken."),
            ),
            Unique(
                "phone",
                condition=Q(deleted_at__isnull=True) & ~Q(phone=""),
                name="user_phone",
                at="phone",
                violation_error_message=_("Another user has this mobile phone."),
            ),
            Unique(
                Lower("email"),
                condition=Q(deleted_at__isnull=True) & ~Q(email=""),
                name="user_email",
                at="email",
                violation_error_message=_("Another user has this e-mail address."),
            ),
            Unique(
                "employee_number",
                condition=Q(deleted_at__isnull=True) & ~Q(employee_number=""),
                name="user_employee_number",
                at="employee_number",
                violation_error_message=_("Another user has this employee number."),
            ),
        ]
        verbose_name = _("User")
        verbose_name_plural = _("Users")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The person's name."""
        return self.name

    def clean(self) -> None:
        """Refuse a chain of superiors that comes back to this user."""
        if self.pk and any(above.pk == self.pk for above in self.superiors()):
            raise ValidationError(
                {"manager": ValidationError(_("This would make the user their own superior."), code="circle")}
            )

    def superiors(self) -> Iterator[User]:
        """The chain of superiors, nearest first; one that comes back to somebody ends there."""
        seen: set[int] = set()
        above = self.manager
        while above is not None and above.pk not in seen:
            yield above
            seen.add(above.pk)
            above = above.manager

    def units_above(self) -> frozenset[int]:
        """The ids of the unit that the user is in and of all above it."""
        from tenants.people.tree import Tree

        return Tree.load().above(self.department_id) if self.department_id else frozenset()

    def units_below(self) -> frozenset[int]:
        """The ids of the unit that the user is in and of all below it."""
        from tenants.people.tree import Tree

        return Tree.load().below(self.department_id) if self.department_id else frozenset()

    def set_password(self, raw_password: str | None) -> None:
        """Set the password; one that users choose themselves is not temporary."""
        super().set_password(raw_password)
        self.password_is_temporary = False

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to stay valid: it changes with the password, and when all sign-ins are ended."""
        salt = f"{type(self).__module__}.sign-ins.{self.sign_ins_ended}"
        return salted_hmac(salt, self.password, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def access(self) -> Access:
        """What this user may do, from the roles as they are now; asked once a request."""
        loader: Callable[[User], Access] = import_string(settings.ACCESS_LOADER)
        return loader(self)
