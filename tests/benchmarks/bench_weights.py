"""Page weights, as they go over the wire (gzip): all that a first visit fetches, and the HTML of every further one.

The budgets of the style sheet, the script and the icons are held by the build of the front end itself.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import prepare

CUSTOMERS = 1_000
ASSET = re.compile(r'(?:src|href|data-sprite)="/static/([^"#]+)')
IMPORT = re.compile(rb'(?:from|import)"\./(chunks/[^"]+)"|from"\./([^"/]+)"')


def kilobytes(content: bytes) -> float:
    """What the content weighs on the wire."""
    return len(gzip.compress(content, 6)) / 1024


def assets(html: str) -> dict[str, float]:
    """{name: weight} of what the page fetches at once: style sheet, icons, scripts with all that they import."""
    found: dict[str, float] = {}
    waiting = ASSET.findall(html)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = finders.find(name)
        if path is None:
            raise RuntimeError(f"{name} is not built")
        content = Path(str(path)).read_bytes()
        found[name] = kilobytes(content)
        if name.endswith(".js"):
            folder = name.rpartition("/")[0]
            waiting += [f"{folder}/{(chunk or beside).decode()}" for chunk, beside in IMPORT.findall(content)]
    return found


def tell(what: str, client: Any, address: str, budget: float, budget_warm: float) -> None:
    """The figures of one page."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    html = kilobytes(answer.content)
    report(Figure(f"{what}, first visit, gzip", html + sum(assets(answer.content.decode()).values()), "KB", budget))
    report(Figure(f"{what}, HTML alone, gzip", html, "KB", budget_warm))


def main() -> None:
    """The pages of somebody who sees all of a company of demo customers."""
    prepare()
    from tests.benchmarks.bench_lists import make_side

    side = make_side("weights", CUSTOMERS)
    client = side.clients["all"]
    tell("list of 20 records", client, "/customers/?size=20", 140, 15)
    tell("list of 50 records", client, "/customers/?size=50", 140, 15)
    tell("customer page", client, f"/customers/{side.pks[0]}/", 150, 15)
    tell("home page", client, "/", 375, 15)


if __name__ == "__main__":
    main()
