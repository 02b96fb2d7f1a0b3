"""Signing up over HTTP, and one company from the script against the migrations it stands for."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode, urlsplit

from django.db import connection

from infra.bench.figures import Figure, report
from infra.local.processes import free_port
from tests.benchmarks import grown
from tests.benchmarks.companies import middle, p95, prepare, seconds

SIGN_UPS = 40


class Browser:
    """Asks one server under any host, keeps the cookies of each host, follows redirects."""

    def __init__(self, port: int, address: str) -> None:
        self.port = port
        self.address = address
        self.cookies: dict[str, dict[str, str]] = {}

    def ask(self, method: str, url: str, form: dict[str, str] | None = None, origin: str = "") -> tuple[int, str, str]:
        """Status, text and address of the page that comes in the end."""
        for _redirect in range(5):
            parts = urlsplit(url)
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            jar = self.cookies.setdefault(parts.hostname or "", {})
            headers = {
                "Host": parts.netloc,
                "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
                "X-Forwarded-For": self.address,
            }
            if form is not None:
                headers |= {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Origin": origin,
                    "Referer": f"{origin}/",
                }
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            text = response.read().decode()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _equals, rest = cookie.partition("=")
                jar[name] = rest.partition(";")[0]
            connection.close()
            if response.status not in (301, 302, 303):
                return response.status, text, url
            target = response.headers["Location"]
            url = target if "//" in target else f"{parts.scheme}://{parts.netloc}{target}"
            method, form = "GET", None
        raise RuntimeError(f"redirected in circles: {url}")


def sign_up(port: int, number: int, prefix: str) -> float:
    """Sign a company up; seconds from the sending of the form to the first page of its own."""
    browser = Browser(port, f"10.{number // 250}.{number % 250}.{len(prefix)}")
    site = f"http://localhost:{port}"
    _status, page, _url = browser.ask("GET", f"{site}/sign-up/")
    token = _value(page, "csrfmiddlewaretoken")
    form = {
        "csrfmiddlewaretoken": token,
        "company_name": f"{prefix} {number}",
        "subdomain": f"{prefix}-{number}",
        "contact": f"someone{number}@example.com",
        "username": "admin",
        "password": "a long pass phrase 42",
        "accept": "on",
    }
    start = time.perf_counter()
    status, page, _url = browser.ask("POST", f"{site}/sign-up/", form, site)
    if "ticket" not in page:
        raise RuntimeError(f"the sign-up was refused ({status}): {re.sub(r'<[^>]+>', ' ', page)[:600]}")
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    assert action is not None
    status, page, url = browser.ask("POST", action[1], {"ticket": _value(page, "ticket")}, site)
    took = time.perf_counter() - start
    if status != 200 or "sign-in" in url:
        raise RuntimeError(f"{url} answered {status}")
    return took


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"no field {name} in the page")
    return found[1]


def measure_sign_up() -> None:
    """Against a server of its own, one sign-up after the other."""
    from core.db import run_outside_companies
    from tenants.companies.models import Schema
    from tenants.companies.provisioning import fill_pool

    port = free_port()
    environment = {**os.environ, "QIKU_PORT": str(port)}
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "config.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    with subprocess.Popen(command, env=environment) as server:
        try:
            _wait(port)
            fill_pool(SIGN_UPS + 1)
            sign_up(port, 0, "first")
            warm = [sign_up(port, number, "warm") for number in range(SIGN_UPS)]
            run_outside_companies(lambda: Schema.objects.filter(claimed_at=None).delete())
            cold = [sign_up(port, number, "cold") for number in range(SIGN_UPS)]
        finally:
            server.terminate()
    report(Figure("sign-up to the first page of one's own, pool warm, p95", p95(warm), "s", 0.5))
    report(Figure("sign-up to the first page of one's own, pool empty, p95", p95(cold), "s", 1.5))


def measure_script() -> None:
    """A schema from its script, and by replaying the migrations: the company of today, and one of 119 tables."""
    from core.db import run_outside_companies
    from tenants.companies import release

    def apply_release() -> None:
        for migration in release.company_plan().migrations:
            release.apply_in_process(release.company_plan(), migration)

    def apply_grown() -> None:
        grown.replay(connection.schema_editor)

    def measure() -> None:
        large = f"of {grown.TABLES} tables"
        for company, apply, repeats, reach in (("of today", apply_release, 5, None), (large, apply_grown, 1, 20)):
            script, replayed = _script_and_replay(apply, repeats)
            report(Figure(f"a company {company} made cold from the script, median", script, "s"))
            report(Figure(f"a company {company} made by replaying its migrations, median", replayed, "s"))
            report(Figure(f"the script against the migrations, {company}", replayed / script, "times", reach, "more"))

    run_outside_companies(measure)


def _script_and_replay(apply: Callable[[], None], repeats: int) -> tuple[float, float]:
    from core.db.context import run_as_owner
    from core.db.raw import raw_connection
    from core.db.schemas import drop_schema, make_schema, new_schema_name
    from tenants.companies import release

    def replay(name: str) -> None:
        make(name, "")
        run_as_owner(name, release.owner_role(), apply)

    def make(name: str, script: str) -> None:
        with raw_connection().transaction():
            make_schema(raw_connection(), name, script)

    replayed, made, script = [], [], ""
    for _repeat in range(repeats):
        name = new_schema_name("t")
        replayed.append(seconds(partial(replay, name)))
        script = script or release.describe_as_owner(name, with_rows=True)
        drop_schema(raw_connection(), name)
    for _repeat in range(repeats + 2):
        name = new_schema_name("t")
        made.append(seconds(partial(make, name, script)))
        drop_schema(raw_connection(), name)
    return middle(made), middle(replayed)


def _wait(port: int) -> None:
    for _attempt in range(900):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not start")


if __name__ == "__main__":
    prepare()
    measure_script()
    measure_sign_up()
