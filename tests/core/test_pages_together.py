"""The same form from several clicks at once."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection
from django.test import Client

from tests.factories import make_administrator
from tests.samples.models import Project


def test_two_sendings_at_the_same_moment_make_one_record(live_ground: Any, company: Any) -> None:
    from core.db import run_in_company

    admin = make_administrator()
    sent = {"name": "Bridge", "state": "planned", "owner": admin.pk, "once": "together"}
    browsers = [Client(HTTP_HOST=company.host) for _ in range(4)]
    for browser in browsers:
        browser.force_login(admin)
    start = threading.Barrier(len(browsers))
    answers: list[Any] = []

    def post(browser: Client) -> None:
        start.wait()
        answers.append(browser.post("/projects/new/", {**sent, "name": f"Bridge {id(browser)}"}))
        connection.close()

    threads = [threading.Thread(target=post, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run_in_company(company, Project.objects.count) == 1
    assert len({answer["Location"] for answer in answers}) == 1
