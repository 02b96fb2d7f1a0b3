"""The way from the public site to a company's own domain, in a real browser under the real security policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from infra.local.processes import free_port
from tenants.companies import services
from tests.core.shell_site import CHROMIUM, FLAGS
from tests.worker import processes

OWN = "crm.example.com"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


def test_the_form_leads_to_a_domain_that_no_policy_names(live_ground: Any, company: Any, tmp_path: Path) -> None:
    services.domain_add(company.id, domain=OWN, by=None)
    services.domain_make_primary(company.id, domain=OWN, by=None)
    port = free_port()
    refusals: list[str] = []
    with processes.web(live_ground.environment, port, tmp_path / "web.log"), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, f"--host-resolver-rules=MAP {OWN} 127.0.0.1"]
        )
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: refusals.append(said.text) if "Security Policy" in said.text else None)
        page.goto(f"http://localhost:{port}/find/")
        page.fill("[name=address]", "alpha")
        page.press("[name=address]", "Enter")
        page.wait_for_url(f"http://{OWN}:{port}/sign-in/")
        page.go_back()
        assert page.url == f"http://localhost:{port}/find/", "the page between is no step of the history"
        browser.close()
    assert refusals == []
