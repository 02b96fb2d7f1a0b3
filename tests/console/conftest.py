"""Somebody who operates the platform, and their browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.db import run_in_company
from tenants.people.models import User
from tests.tenants.signin_people import PASSWORD


def _operator() -> User:
    call_command("make_operator", "operator", "--password", PASSWORD, "--name", "值班员", verbosity=0)
    user: User = User.objects.get_queryset().get(username="operator")
    return user


@pytest.fixture
def operator(operators: Any) -> User:
    """Somebody who operates the platform."""
    user: User = run_in_company(operators, _operator)
    return user


@pytest.fixture
def console(client_of: Any, operators: Any, operator: User) -> Client:
    """The operator's browser, signed in."""
    browser: Client = client_of(operators)
    signed = browser.post("/sign-in/", {"login": "operator", "password": PASSWORD})
    assert signed.status_code == 302
    return browser
