"""The company of a thread, and the connection that follows it."""

from typing import Any

import pytest
from django.db import connection

from core.db import current_company, run_in_company, run_outside_companies

pytestmark = pytest.mark.django_db


def path() -> tuple[str, str]:
    """What PostgreSQL says it is set to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), current_user")
        row: tuple[str, str] = cursor.fetchone()
        return row


def test_the_body_of_a_test_runs_inside_its_company(company: Any) -> None:
    assert current_company() == company
    assert path() == (company.schema_name, company.schema_name)


def test_it_returns_to_the_company_before(company: Any, other_company: Any) -> None:
    assert run_in_company(other_company, path) == (other_company.schema_name, other_company.db_role)
    assert path() == (company.schema_name, company.db_role)


def test_without_a_company_the_path_leads_nowhere() -> None:
    searched, user = run_outside_companies(path)
    assert searched == "no_company"
    assert user == connection.settings_dict["USER"]
