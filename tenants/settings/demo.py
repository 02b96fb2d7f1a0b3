"""The demo company: the people and departments of the manual, made once by `./qiku up`."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from core.access import Scope
from core.db import run_in_company
from core.records.models import Option
from tenants.companies.info import CompanyInfo, LicenceState
from tenants.companies.lookup import company_for_host
from tenants.companies.provisioning import company_create
from tenants.people.models import Department, User
from tenants.people.organisation import department_create
from tenants.people.services import user_create, user_update
from tenants.roles.models import Role
from tenants.roles.services import role_set_permissions, role_update
from tenants.settings.services import company_furnish, settings_update

SUBDOMAIN = "demo"
PASSWORD = "qiku-demo-2018"  # noqa: S105  a demo everybody can look at; there is none in production
SEATS = 10
SYSTEM_NAME = "创之新国际"
COMPANY_NAME = "创之新科技"
DEPARTMENTS = {
    "10000002": "业务部",
    "10000003": "人事部",
    "10000004": "销售部",
    "10000005": "财务部",
    "10000006": "技术部",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo company. `roles` are codes; `position` names an option."""

    username: str
    name: str
    number: str
    department: str
    position: str
    roles: tuple[str, ...]
    manager: str = ""


ADMINISTRATOR = Person("18680667650", "秦晨", "106", "10000002", "总经理", ("administrator",))
PEOPLE = (
    Person("18665091989", "符睿", "107", "10000002", "部门经理", ("manager",), ADMINISTRATOR.username),
    Person("furong", "符蓉", "108", "10000004", "业务代表", ("sales",), "18665091989"),
)


def demo_make() -> CompanyInfo:
    """The demo company; made if it is not there yet."""
    company = company_for_host(f"{SUBDOMAIN}.{settings.HOST}")
    if company is not None:
        return company
    return company_create(
        name=COMPANY_NAME,
        subdomain=SUBDOMAIN,
        plan="demo",
        seats=SEATS,
        state=LicenceState.ACTIVE,
        setup=demo_fill,
    )


def demo_fill() -> None:
    """Everything in the demo company, through the services a person's clicks go through."""
    boss = company_furnish(
        company_name=COMPANY_NAME,
        system_name=SYSTEM_NAME,
        username=ADMINISTRATOR.username,
        password=PASSWORD,
        name=ADMINISTRATOR.name,
        phone=ADMINISTRATOR.username,
    )
    settings_update({"company_name": "创之新", "company_name_en": "Chuangzhixin"}, by=boss)
    top = Department.objects.get(parent=None)
    units = {
        code: department_create({"name": name, "code": code, "parent": top}, by=boss)
        for code, name in DEPARTMENTS.items()
    }
    user_update(boss, _values(ADMINISTRATOR, units, {}), by=boss)
    people = {boss.username: boss}
    for person in PEOPLE:
        values = {"username": person.username, "name": person.name, **_values(person, units, people)}
        roles = list(Role.objects.filter(code__in=person.roles))
        people[person.username] = user_create({**values, "roles": roles}, password=PASSWORD, by=boss)
    _show_colleagues(boss)


def accounts(company: CompanyInfo) -> list[dict[str, str]]:
    """The accounts to try: name, roles, login name, and the password if it still holds."""
    return run_in_company(company, _accounts)


def _values(person: Person, units: dict[str, Department], people: dict[str, User]) -> dict[str, object]:
    return {
        "employee_number": person.number,
        "phone": person.username if person.username.isdigit() else "",
        "department": units[person.department],
        "position": Option.objects.filter(kind="position", name=person.position).first(),
        "manager": people.get(person.manager),
    }


def _show_colleagues(boss: User) -> None:
    """Sales see their own department's people, so that the demo shows what a data scope does."""
    sales = Role.objects.get(code="sales")
    role_update(sales, {"scope": Scope.DEPARTMENT}, by=boss)
    role_set_permissions(sales, {*sales.permissions, "users.view", "departments.view"}, by=boss)


def _accounts() -> list[dict[str, str]]:
    found = []
    for person in (ADMINISTRATOR, *PEOPLE):
        user = User.objects.get_queryset().with_seat().filter(username=person.username).first()
        if user is not None:
            roles = "、".join(Role.objects.filter(users=user).values_list("name", flat=True))
            password = PASSWORD if user.check_password(PASSWORD) else ""
            found.append({"name": user.name, "roles": roles, "username": user.username, "password": password})
    return found
