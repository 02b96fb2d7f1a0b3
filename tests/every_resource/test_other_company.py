"""Another company's row does not exist.

Alpha and beta hold rows with equal primary keys; every text, number and file of beta carries a canary. Whatever alpha
is answered, whatever it sends, logs and stores is searched for canaries, and nothing of beta changes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.files.storage import default_storage
from django.db import connection

from core.access.models import Collaborator
from core.db import run_in_company
from core.pages.models import SavedView
from core.records.history import log
from core.records.models import Attachment
from core.resources import Resource
from core.resources.registry import resources
from tenants.people.models import User
from tests.every_resource.scene import attach
from tests.every_resource.tour import Tour
from tests.factories import make, make_administrator

pytestmark = pytest.mark.django_db

CANARY = "KANARIENVOGEL"
NUMBERS = 771_234_000  # numbers of beta begin so; nothing of alpha does
ROW, ONLY_IN_BETA = 880_001, 880_002
CANARIES = re.compile(rf"{CANARY}|{NUMBERS // 1000}\d\d\d".encode())


def fill_beta(resource: Resource) -> None:
    """Rows of the resource, with everything that hangs on them, marked in all that a row can hold."""
    people = [
        make(User, mark=CANARY, everything=True, number=NUMBERS + index, id=ROW + index, name=f"{CANARY} {index}")
        for index in range(2)
    ]
    for index, person in enumerate(people):
        row = person
        if resource.model is not User:
            row = make(
                resource.model, mark=CANARY, everything=True, number=NUMBERS + 10 + index, by=person, id=ROW + index
            )
        log("change", by=person, resource=resource.name, record=row, changes={"name": [CANARY, f"{CANARY} 2"]})
        if any(panel.name == "files" for panel in resource.panels):
            kept = attach(row, person, CANARY)
            Attachment.objects.filter(pk=kept.pk).update(id=ROW + index)
        make(
            SavedView,
            id=ROW + index,
            resource=resource.name,
            owner=person,
            name=CANARY,
            query=f"q={CANARY}",
            shared=True,
        )
        if resource.collaborative:
            make(Collaborator, resource=resource.name, record_id=row.pk, user=person, id=ROW + index)


def look_around(beta: Any, resource: Resource) -> int:
    """Read everything about the first row as its own company sees it; how often the canary was seen."""
    user = make_administrator()
    row = resource.model._base_manager.get(pk=ROW)
    seen = 0
    for step in Tour(resource, row, user, mark="beta"):
        if step.method == "GET":
            beta.force_login(user)
            seen += CANARY.encode() in step.ask(beta).body
    return seen


def prints() -> dict[str, str]:
    """A hash of all rows of each table of the company that is set, by table."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(table for table in tables if not table.startswith('public"')):
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone() == (None,):
                continue
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def stored_files(company: Any) -> dict[str, bytes]:
    """The files of a company, by name."""

    def below(folder: str) -> Iterator[str]:
        folders, files = default_storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in files)
        for name in folders:
            yield from below(f"{folder}/{name}")

    found = {}
    for name in below(str(company.uuid)) if default_storage.exists(str(company.uuid)) else ():
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


def test_another_companys_rows_do_not_exist(
    client: Any,
    client_of: Any,
    other_company: Any,
    company: Any,
    resource: Resource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run_in_company(other_company, fill_beta, resource)
    # Beta is served first: what a process keeps of it must not come up in an answer to alpha.
    assert run_in_company(other_company, look_around, client_of(other_company), resource)
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    before, files_before = run_in_company(other_company, prints), stored_files(other_company)
    assert any(CANARY.encode() in content for content in files_before.values()) or not any(
        panel.name == "files" for panel in resource.panels
    )
    user = make_administrator()
    twin = make(User, id=ROW) if resource.model is User else make(resource.model, id=ROW)
    leaks = []
    for step in Tour(resource, twin, user, mark="alpha"):
        client.force_login(user)
        answer = step.ask(client)
        if CANARIES.search(answer.whole):
            leaks.append(step.label)
    foreign = type(twin)(id=ONLY_IN_BETA)
    for name, value in vars(twin).items():
        if name != "id" and not name.startswith("_"):
            setattr(foreign, name, value)
    for step in Tour(resource, foreign, user, mark="alpha", is_elsewhere=True):
        if not step.of_row or step.method != "GET" or step.name.endswith(("-file", "-attachment", "-attachments")):
            continue
        client.force_login(user)
        answer = step.ask(client)
        assert answer.status == 404, (step.label, answer.status)
        if CANARIES.search(answer.whole):
            leaks.append(step.label)
    assert leaks == []
    assert not CANARIES.search(caplog.text.encode())
    assert not [message for message in mail.outbox if CANARIES.search(message.message().as_bytes())]
    assert not [name for name, content in stored_files(company).items() if CANARIES.search(content)]
    assert run_in_company(other_company, prints) == before
    assert stored_files(other_company) == files_before


def test_a_search_finds_nothing_of_another_company(client: Any, other_company: Any, resource: Resource) -> None:
    run_in_company(other_company, fill_beta, resource)
    client.force_login(make_administrator())
    for address in (f"/api/{resource.name}/", f"/{resource.name}/choices/"):
        assert client.get(address, {"q": CANARY}).json()["results"] == []
    assert f"/{resource.name}/{ROW}".encode() not in client.get(f"/{resource.name}/", {"q": CANARY}).content


def test_a_session_of_one_company_is_none_in_another(client_of: Any, other_company: Any, company: Any) -> None:
    alpha, beta = client_of(company), client_of(other_company)
    alpha.force_login(make_administrator(id=ROW))
    run_in_company(other_company, make_administrator, id=ROW)
    beta.cookies[settings.SESSION_COOKIE_NAME] = alpha.cookies[settings.SESSION_COOKIE_NAME].value
    for name in resources:
        assert alpha.get(f"/api/{name}/").status_code == 200
        assert beta.get(f"/api/{name}/").status_code == 401
