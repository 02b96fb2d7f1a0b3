"""List requests per second: the product's own web processes, asked over loopback by a process beside them.

Somebody who sees the whole company of `bench_lists` is signed in (BENCH_CUSTOMERS makes the company smaller), and asks
for what people ask for all day: the list sorted, filtered, turned over, which htmx fetches as a part of the page; and
for whole pages. Searches, rare filters and the other data scopes are timed one by one in `bench_lists`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

from infra.bench.figures import Figure, report
from infra.local.processes import free_port
from tests.benchmarks.companies import prepare
from tests.benchmarks.programs import still_runs

CONNECTIONS = 8
REQUESTS = int(os.environ.get("BENCH_REQUESTS") or 1_500)
WEB_PROCESSES = 2  # as `./qiku up` starts them
PART = "HX-Request: true\r\nHX-Request-Type: partial\r\nHX-Target: section#list\r\n"
USUAL = ("everything", "common filter", "by name", "latest follow-up first", "by creation", "created in one week")


def header_of(host: str, session: str, *, part: bool) -> str:
    """The head of a request."""
    return f"Host: {host}\r\n{PART if part else ''}Cookie: __Host-session={session}"


@contextmanager
def web_processes() -> Iterator[int]:
    """The web server on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    options = ["--workers", str(WEB_PROCESSES), "--no-access-log", "--log-level", "warning"]
    with subprocess.Popen([*command, *options], env={**os.environ, "QIKU_PORT": str(port)}) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            still_runs(process, for_seconds=0.2)
        else:
            return
    raise RuntimeError("the web server does not answer")


def ask(port: int, header: str, addresses: list[str], requests: int) -> tuple[float, list[float]]:
    """Requests per second, and the milliseconds of each."""
    asked = {"port": port, "header": header, "addresses": addresses, "connections": CONNECTIONS}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps({**asked, "requests": requests}) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    if answer["refused"]:
        raise RuntimeError(f"{answer['refused']} of {requests} requests were not answered with 200")
    return requests / answer["seconds"], answer["times"]


def measure(host: str, session: str, queries: list[str]) -> None:
    """The part and the whole page, of the usual 20 records and of 50."""
    with web_processes() as port:
        for what, size, part, reach in (
            ("list requests", 20, True, 150.0),
            ("list requests of 50 records", 50, True, None),
            ("whole list pages", 20, False, None),
            ("whole list pages of 50 records", 50, False, None),
        ):
            addresses = [f"/customers/?size={size}&{query}" for query in queries]
            header = header_of(host, session, part=part)
            ask(port, header, addresses, REQUESTS // 5)
            rate, times = ask(port, header, addresses, REQUESTS)
            report(Figure(f"{what} per second", rate, "/s", reach, better="more"))
            p99 = quantiles(times, n=100, method="inclusive")[-1]
            report(Figure(f"{what}, p99 at {CONNECTIONS} at once", p99, "ms", 250.0 if reach else None))


def main() -> None:
    """The company first."""
    prepare()
    from tests.benchmarks.bench_lists import CUSTOMERS, LISTS, make_side

    side = make_side("many", CUSTOMERS)
    queries = [LISTS[name].format(**side.values) for name in USUAL]
    queries += ["page=2", "page=3", "page=20"]
    measure(side.company.host, side.clients["all"].cookies["__Host-session"].value, queries)


if __name__ == "__main__":
    main()
