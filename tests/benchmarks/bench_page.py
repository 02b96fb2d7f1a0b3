"""The same warm page in a company among 300, and in a plain single-schema Django project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import make_companies, middle, prepare

COMPANIES = 300
WARM_UP, REQUESTS = 20, 250
USERS = 30


def fill(company: Any) -> None:
    """Users for the page to list."""
    from core.db import run_in_company
    from tenants.people.models import User
    from tests.factories import make

    run_in_company(company, lambda: [make(User, number=1000 + number) for number in range(USERS)])


def plain_environment() -> dict[str, str]:
    """A database of its own with one company, whose tables the login role may use, found by the search path alone."""
    url = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as raw:
        raw.execute("CREATE DATABASE plain")
    address = urlunsplit(url._replace(path="/plain"))
    code = (
        "from tests.benchmarks.companies import *; prepare(); number, = make_companies(1)\n"
        "from tenants.companies.lookup import company_by_id; from tests.benchmarks.bench_page import fill\n"
        "company = company_by_id(number); fill(company); import json\n"
        "values = {'id': company.id, 'uuid': str(company.uuid), 'schema': company.schema_name, 'host': company.host}\n"
        "print(json.dumps(values))"
    )
    environment = {**os.environ, "DATABASE_URL": address}
    made = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    company = made.stdout.splitlines()[-1]
    schema = sql.Identifier(json.loads(company)["schema"])
    with psycopg.connect(address, autocommit=True) as raw:
        owner, login = sql.Identifier(f"{raw.info.user}_owner"), sql.Identifier(raw.info.user)
        raw.execute(
            sql.SQL(
                "SET ROLE {owner}; GRANT USAGE ON SCHEMA {schema} TO {login};"
                "GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {login};"
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA {schema} TO {login}"
            ).format(owner=owner, schema=schema, login=login)
        )
    path = f"options=-c%20search_path%3D{json.loads(company)['schema']}"
    settings = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.plain_settings", "BENCH_COMPANY": company}
    return {**environment, **settings, "DATABASE_URL": f"{address}?{path}"}


class Process:
    """One side of the comparison, waiting to be asked."""

    def __init__(self, environment: dict[str, str], companies: list[int]) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.page_process", *map(str, companies)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, requests: int) -> float:
        """The median time of so many requests, in milliseconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{requests}\n")
        return float(self._process.stdout.readline()) * 1000

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


def main() -> None:
    """Ask the sides in turn, one request each, so that what disturbs the machine disturbs all alike."""
    prepare()
    from tenants.companies.lookup import company_by_id

    made = make_companies(COMPANIES)
    many = made[::15]
    for number in many:
        fill(company_by_id(number))
    sides = {
        "plain": Process(plain_environment(), [0]),
        "one": Process(dict(os.environ), many[:1]),
        "many": Process(dict(os.environ), many),
    }
    for side in sides.values():
        side.ask(WARM_UP)
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _request in range(REQUESTS):
        for name, side in sides.items():
            times[name].append(side.ask(1))
    for side in sides.values():
        side.end()
    plain, one, turns = (middle(times[name]) for name in ("plain", "one", "many"))
    report(Figure("list of users in a plain project of one schema, median", plain, "ms"))
    report(Figure(f"the same in one company among {COMPANIES}, median", one, "ms"))
    report(Figure("the company against the plain project", one / plain, "times", 1.10))
    report(Figure(f"requests over {len(many)} companies in turn against the plain project", turns / plain, "times"))


if __name__ == "__main__":
    main()
