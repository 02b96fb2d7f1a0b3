"""A deploy over 300 companies: with nothing to do, and with one new column."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from infra.bench.figures import Figure, report
from tests.benchmarks.companies import make_companies, prepare, seconds

COMPANIES = 300


def with_one_new_column() -> Any:
    """The plan of a release that has one migration more, of a table that every company has."""
    from django.db import models
    from django.db.migrations import AddField, Migration
    from django.db.migrations.loader import MigrationLoader

    from tenants.companies.release import Plan, company_plan

    usual = company_plan()
    before = next(each for each in reversed(usual.migrations) if each.app_label == "records")
    column = AddField("logentry", "one_more", models.CharField(max_length=10, null=True))
    migration = type("OneMore", (Migration,), {"operations": [column]})("0999_one_more", "records")
    graph = MigrationLoader(None).graph
    graph.add_node(("records", migration.name), migration)
    graph.add_dependency(migration, ("records", migration.name), ("records", before.name))
    return Plan((*usual.migrations, migration), "one more", graph)


def main() -> None:
    """Make the companies, then deploy twice."""
    prepare()
    make_companies(COMPANIES)
    command = [sys.executable, "manage.py", "migrate_companies"]
    nothing = min(seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _repeat in range(3))
    report(Figure(f"no-op deploy over {COMPANIES} companies, start of the command included", nothing, "s", 3))

    from tenants.companies import provisioning, release, runner

    plan = with_one_new_column()
    for module in (release, runner, provisioning):
        module.company_plan = lambda: plan  # type: ignore[attr-defined]
    reports = []
    took = seconds(lambda: reports.append(runner.migrate_all()))
    failed = reports[0].failed
    if failed or len(reports[0].outcomes) != COMPANIES:
        raise RuntimeError(f"{len(reports[0].outcomes)} migrated, failed: {failed[:3]}")
    report(Figure(f"one new column over {COMPANIES} companies, the new script included", took, "s", 20))


if __name__ == "__main__":
    main()
