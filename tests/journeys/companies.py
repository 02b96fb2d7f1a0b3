"""A company in which a working day takes place: two departments, and people whose roles reach differently far."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.journeys.product import Product, tab_of
from tests.journeys.screens import PASSWORD, ask, sign_in, sign_up

OWN, DEPARTMENT = "业务代表", "部门销售"


@dataclass
class Office:
    """A company at work.

    符蓉 and 符达 see what is their department's (本部门), 何云 beside them only what is her own (本人); 林超 sits in
    another department, and 深圳市云岭智能科技有限公司 is his.
    """

    address: str
    browser: Browser
    faults: list[str]
    people: dict[str, int]

    def at_desk(self, name: str, **options: object) -> Page:
        """A browser in which somebody has signed in."""
        _context, page = tab_of(self.browser, self.faults, **options)
        sign_in(page, self.address, name, PASSWORD)
        return page


def office(product: Product, browser: Browser, faults: list[str], name: str) -> Office:
    """Sign a company of this name up, and furnish it through its API."""
    context, page = tab_of(browser, faults)
    address = sign_up(page, product, name)

    def made(path: str, **values: object) -> int:
        status, answer = ask(page, path, values)
        assert status in {200, 201}, answer
        return int(answer["id"])

    def named(path: str) -> dict[str, int]:
        return {one["name"]: one["id"] for one in ask(page, path)[1]["results"]}

    (top,) = named("/api/departments/").values()
    sales = made("/api/departments/", name="销售部", code="10000004", kind="department", parent=top)
    made(f"/api/roles/{named('/api/roles/')[OWN]}/copy/", name=DEPARTMENT, code="department_sales")
    roles = named("/api/roles/")
    status, answer = ask(page, f"/api/roles/{roles[DEPARTMENT]}/", {"scope": "department", "version": 1}, "PATCH")
    assert status == 200, answer
    people = {}
    for person, department, role in (
        ("符蓉", sales, DEPARTMENT),
        ("符达", sales, DEPARTMENT),
        ("何云", sales, OWN),
        ("林超", top, OWN),
    ):
        of_whom = {"username": person, "name": person, "password": PASSWORD}
        people[person] = made("/api/users/", **of_whom, department=department, roles=[roles[role]])
    made("/api/customers/", name="深圳市云岭智能科技有限公司", phone="18665091989", owner=people["林超"])
    context.close()
    return Office(address, browser, faults, people)
