"""One of the processes that `bench_page` compares: answers each line of its input with the median of so many requests.

The settings decide whether it is the product or the plain project. Arguments: numbers of the companies to ask in turn;
the plain project has one, whose schema is the search path of every connection.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import django
from django.http import HttpRequest, HttpResponseBase

from tests.benchmarks.companies import middle

PAGE = "/users/"
IS_PLAIN = os.environ["DJANGO_SETTINGS_MODULE"].endswith("plain_settings")


def the_company() -> Any:
    """The one company of the plain project, from the environment: it has nobody to look it up."""
    from datetime import date
    from uuid import UUID

    from tenants.companies.info import CompanyInfo, LicenceInfo, LicenceState

    values = json.loads(os.environ["BENCH_COMPANY"])
    licence = LicenceInfo("trial", 100, LicenceState.TRIAL, date(2099, 1, 1), api_granted=False)
    return CompanyInfo(
        id=values["id"],
        uuid=UUID(values["uuid"]),
        name="Bench",
        schema_name=values["schema"],
        is_operators=False,
        hosts=(values["host"],),
        deleted_at=None,
        licence=licence,
    )


def one_company(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware of the plain project: what views ask of the company is a constant."""
    from core.db import context

    company = the_company()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.company = company  # type: ignore[attr-defined]
        before = context.swap(context.inside(company))
        try:
            return get_response(request)
        finally:
            context.swap(before)

    return middleware


def main() -> None:
    """Sign in everywhere, then ask as often as told."""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    from core.db import context, run_in_company
    from tenants.companies.lookup import company_by_id

    def signed_in() -> Client:
        client = Client(HTTP_HOST=company.host)
        client.force_login(get_user_model()._default_manager.earliest("pk"))
        return client

    clients = []
    for number in map(int, sys.argv[1:]):
        company: Any = the_company() if IS_PLAIN else company_by_id(number)
        if IS_PLAIN:
            before = context.swap(context.inside(company))
            clients.append(signed_in())
            context.swap(before)
        else:
            clients.append(run_in_company(company, signed_in))
    turn = cycle(clients)
    for line in sys.stdin:
        times = []
        for _request in range(int(line)):
            client = next(turn)
            start = time.perf_counter()
            response = client.get(PAGE)
            times.append(time.perf_counter() - start)
            if response.status_code != 200:
                raise RuntimeError(f"{PAGE} answered {response.status_code}")
        print(middle(times), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
