"""Lists, search, pages, palette and 查重 in a company of a million customers, against the same in one of a thousand.

Server time of signed-in requests through Django's test client. BENCH_CUSTOMERS in the environment makes it smaller.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import p95, prepare, seconds

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS") or 1_000_000)
FEW = 1_000
TURNS = int(os.environ.get("BENCH_TURNS") or 12)
SHARED = 300  # records of others that a user may see as a collaborator

LISTS = {
    "everything": "",
    "common filter": "status=potential",
    "two common filters": "status=developing&level={level}",
    "rare filter": "status=lost&level={level}&industry={industry}&source={source}",
    "rare tag": "tags={tag}&status=won&scale={scale}",
    "created in one week": "created_at={week}",
    "by name": "sort=name",
    "by name, backwards": "sort=-name",
    "by last follow-up": "sort=last_follow_up_at",
    "latest follow-up first": "sort=-last_follow_up_at",
    "by creation": "sort=created_at",
    "rare filter by name": "status=lost&level={level}&industry={industry}&source={source}&sort=name",
    "common filter by follow-up": "status=potential&sort=-last_follow_up_at",
    "page 100": "page=100",
}
SEARCHES = {"rare": "云岭", "common": "科技"}


@dataclass
class Side:
    """One of the two companies: a signed-in client for each data scope; times in milliseconds by what was asked."""

    company: Any
    values: dict[str, str]
    users: dict[str, Any]
    clients: dict[str, Any]
    pks: list[int]
    times: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, group: str, what: str, scope: str, address: str, shared: bool = False) -> None:
        """One request, its time kept."""
        start = time.perf_counter()
        answer = self.clients[scope].get(address.format(**self.values))
        taken = time.perf_counter() - start
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        way = f"{scope}{', shared' if shared else ''}: {what}"
        self.times[group, way].append(taken * 1000)

    def share(self, shared: bool) -> None:
        """Let the users be collaborators of records out of their scope, or of none at all."""
        from core.access import guarded
        from core.access.models import Collaborator
        from core.db import run_in_company
        from crm.customers.models import Customer

        def set_shares() -> None:
            Collaborator.objects.filter(user__in=self.users.values()).delete()
            for user in self.users.values() if shared else ():
                others = Customer.objects.live().exclude(department=user.department).order_by("name_pinyin")
                Collaborator.objects.bulk_create(
                    Collaborator(resource=guarded(Customer).name, record_id=pk, user=user)
                    for pk in others.values_list("pk", flat=True)[:SHARED]
                )

        run_in_company(self.company, set_shares)


def make_side(name: str, customers: int) -> Side:
    """A company with so many demo customers."""
    from core.db import run_in_company
    from crm.demo.filling import demo_customers, demo_tidy
    from crm.demo.people import KEPT_FREE, people_wanted
    from tenants.companies.provisioning import company_create
    from tenants.settings.services import company_furnish

    def furnish() -> None:
        company_furnish(company_name=name, username="admin", password="x" * 12)

    seats = people_wanted(customers) + KEPT_FREE
    company = company_create(name=name, subdomain=name, plan="trial", seats=seats, setup=furnish)

    def told(done: int) -> None:
        if done % 100_000 == 0:
            sys.stderr.write(f"  {done:,} of {customers:,} customers\n")

    def fill() -> None:
        run_in_company(company, demo_customers, customers, told=told)
        run_in_company(company, demo_tidy)

    report(Figure(f"{customers:,} demo customers with all that hangs on them", seconds(fill), "s", 600))
    return run_in_company(company, _side, company)


def _side(company: Any) -> Side:
    import datetime

    from django.test import Client
    from django.utils import timezone

    from core.access import Scope
    from core.records.models import Option
    from core.resources import registry
    from crm.customers.models import Customer, Tag
    from tenants.people.models import Department, User
    from tenants.roles.models import Role

    def option(kind: str, place: int) -> str:
        return str(list(Option.objects.of_list(kind).values_list("pk", flat=True))[place])

    names = ("customers", "contacts", "followups", "customercategories", "customertags")
    permissions = [each.name for name in names for each in registry.resources[name].permissions]
    # Neither those who own most nor those who own fewest.
    people = list(User.objects.get_queryset().filter(username__startswith="demo").order_by("pk"))
    users = dict(zip(Scope.values, people[len(people) // 4 :], strict=False))
    teams = Department.objects.filter(members__isnull=False, parent__parent__isnull=False).distinct().order_by("pk")
    clients = {}
    for scope, user in users.items():
        role = Role.objects.create(name=scope, code=f"bench-{scope}", scope=scope, permissions=permissions)
        role.departments.set(teams[:2])
        user.roles.set([role])
        clients[scope] = Client(HTTP_HOST=company.host)
        clients[scope].force_login(user)
    day = timezone.localdate() - datetime.timedelta(days=400)
    values = {
        "level": option("customer_level", 1),
        "industry": option("customer_industry", 7),
        "source": option("customer_source", 4),
        "scale": option("company_size", 4),
        "tag": str(Tag.objects.order_by("-pk")[0].pk),
        "week": f"{day}..{day + datetime.timedelta(days=6)}",
    }
    pks = list(Customer.objects.live().order_by("pk").values_list("pk", flat=True)[:100_000:97])
    return Side(company, values, users, clients, pks)


def measure_lists(sides: list[Side], turns: int) -> None:
    """Every list and search in every scope, the companies in turn: what disturbs the machine disturbs both."""
    for shared in (False, True):
        for side in sides:
            side.share(shared)
        for turn in range(-1, turns):
            for scope in sides[0].clients:
                for what, query in LISTS.items():
                    for side in sides:
                        side.ask(
                            "list" if turn >= 0 else "warm-up", what, scope, f"/customers/?size=50&{query}", shared
                        )
                for what, term in SEARCHES.items():
                    for side in sides:
                        side.ask(
                            "search" if turn >= 0 else "warm-up", what, scope, f"/customers/?size=50&q={term}", shared
                        )


def measure_pages(sides: list[Side], turns: int) -> None:
    """A customer's page, its preview, and what hangs on it, as somebody who sees all; other customers each time.

    And what Ctrl+K answers, and lists of other modules, in scopes that find them by ways of their own.
    """
    for turn in range(turns * 4):
        for side in sides:
            pk = side.pks[turn * 7 % len(side.pks)]
            for group, address in (
                ("customer page", f"/customers/{pk}/"),
                ("contacts of a customer", f"/customers/{pk}/?panel=contacts"),
                ("follow-ups of a customer", f"/customers/{pk}/?panel=followups"),
                ("side preview", f"/customers/{pk}/?part=drawer"),
            ):
                side.ask(group, group, "all", address)
            for what, address in (("contacts", "/contacts/?size=50"), ("follow-ups", "/followups/?size=50")):
                for scope in side.clients:
                    side.ask("other lists", what, scope, address)
            for scope in ("all", "department", "own"):
                for what, term in SEARCHES.items():
                    side.ask("palette", what, scope, f"/palette/?q={term}")


def measure_duplicates(side: Side, turns: int) -> list[float]:
    """查重 of a name and a phone, as it is asked for while somebody types."""
    from core.db import run_in_company
    from crm.customers.duplicates import duplicates_of
    from crm.customers.models import Customer

    def ask() -> list[float]:
        times = []
        user = side.users["own"]
        for turn in range(turns * 4):
            one = Customer.objects.get(pk=side.pks[turn * 11 % len(side.pks)])
            values = {"name": one.name, "phone": one.phone}
            taken = seconds(lambda values=values: duplicates_of(values, user=user))  # type: ignore[misc]
            times.append(taken * 1000)
        return times

    return run_in_company(side.company, ask)


def slowest(side: Side, group: str) -> tuple[float, str]:
    """The greatest p95 among the ways to ask for something, and which it is."""
    return max((p95(times), way) for (of, way), times in side.times.items() if of == group)


def tell(group: str, side: Side, few: Side, reach: float | None, *, compared: float | None = None) -> None:
    """The slowest way's figure, and how it compares with the small company."""
    worst, way = slowest(side, group)
    report(Figure(f"{group}, p95 of the slowest way ({way})", worst, "ms", reach))
    if compared is not None:
        ratio, way = max((p95(side.times[key]) / p95(few.times[key]), key[1]) for key in side.times if key[0] == group)
        report(Figure(f"{group} against {FEW:,} customers, slowest way ({way})", ratio, "times", compared))
    if os.environ.get("BENCH_TELL"):
        for key in side.times:
            if key[0] == group:
                sys.stderr.write(f"    {key[1]:<60} {p95(side.times[key]):7.1f} {p95(few.times[key]):7.1f}\n")


def main() -> None:
    """A thousand customers first, then all of them; what is imported and planned once is not measured."""
    prepare()
    few, many = make_side("few", FEW), make_side("many", CUSTOMERS)
    measure_lists([few, many], TURNS)
    measure_pages([few, many], TURNS)
    tell("list", many, few, 150, compared=2)
    tell("search", many, few, 150)
    tell("customer page", many, few, 200)
    tell("contacts of a customer", many, few, 200)
    tell("follow-ups of a customer", many, few, 200)
    tell("side preview", many, few, 100)
    tell("palette", many, few, 150)
    tell("other lists", many, few, 150)
    report(Figure("查重 of one name and phone, p95", p95(measure_duplicates(many, TURNS)), "ms", 30))


if __name__ == "__main__":
    main()
