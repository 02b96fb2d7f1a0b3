"""What journeys do on every screen: sign up, sign in, save, choose, and ask the API as the page would."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.journeys.product import Product

PASSWORD = "yunling-2026-crm"
LEAVING = re.compile(r"/sign-in/")


def sign_up(page: Page, product: Product, company: str) -> str:
    """Sign a company up on the public site; the address of its instance, where its administrator is signed in now."""
    page.goto(f"{product.url()}/sign-up/")
    page.fill("[name=company_name]", company)
    page.locator("[name=company_name]").press("Tab")
    subdomain = page.locator("[name=subdomain]")
    expect(subdomain).not_to_have_value("")
    address = product.url(subdomain.input_value())
    page.fill("[name=contact]", "13800138000")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.check("[name=accept]")
    page.get_by_role("button", name="立即开通").click()
    page.wait_for_url(f"{address}/**")
    return address


def sign_in(page: Page, address: str, username: str, password: str = PASSWORD) -> None:
    """Sign in on a company's host."""
    page.goto(f"{address}/sign-in/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: not LEAVING.search(url))


def visit(page: Page, url: str) -> None:
    """Open a page and wait until its scripts listen."""
    page.goto(url)
    page.wait_for_selector("html[data-shell=ready]")


def save(page: Page) -> None:
    """Press 保存 and wait until the server has answered."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="保存", exact=True).click()


def choose(page: Page, field: str, label: str) -> None:
    """Choose in a list, whether it is a plain one or one with a search box over it."""
    page.locator(f"select[name={field}]").evaluate(
        """(select, label) => {
            const option = [...select.options].find((option) => option.text === label);
            if (select.tomselect) select.tomselect.addItem(option.value);
            else { option.selected = true; select.dispatchEvent(new Event("change", { bubbles: true })); }
        }""",
        label,
    )


def search_for(page: Page, field: str, label: str) -> None:
    """Find by typing what is too much for a list, and choose it."""
    page.locator(f"select[name={field}] ~ .ts-wrapper .ts-control").click()
    page.keyboard.type(label)
    page.locator(".ts-dropdown .option", has_text=label).first.click()
    expect(page.locator(f"select[name={field}] ~ .ts-wrapper .item")).to_have_text(label)


def share_a_view(page: Page, name: str, *, rows: int, press: Callable[[Locator], None] = Locator.click) -> None:
    """On a list of customers: narrow it to those in development, so many rows, and share that with the department."""
    free = page.locator("#free-filters")
    press(page.get_by_role("button", name="筛选"))
    press(free.get_by_text("客户状态"))
    free.get_by_label("开发中").check()
    press(free.get_by_role("button", name="查询"))
    expect(page.locator("tr[data-row]")).to_have_count(rows)
    press(page.get_by_role("button", name="存为视图"))
    dialog = page.locator(".modal.show")
    dialog.locator("[name=name]").fill(name)
    dialog.get_by_label("共享给").select_option(label="本部门")
    press(dialog.get_by_role("button", name="保存"))
    expect(page.locator(".views .on")).to_contain_text(name)


def ask(page: Page, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> tuple[int, Any]:
    """The API's answer to the signed-in user, as (status, JSON or text): GET, or with a body what `method` says."""
    status, text = page.evaluate(
        """async ([path, body, method]) => {
            const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
            const answer = await fetch(path, body ? { method, headers, body: JSON.stringify(body) } : {});
            const json = answer.headers.get("Content-Type")?.includes("json");
            return [answer.status, json ? await answer.json() : await answer.text()];
        }""",
        [path, body, method],
    )
    return status, text


def now_here() -> str:
    """The minute it is now by the company's clock, as its inputs take it."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def word_composed(page: Page, letters: Sequence[str], word: str) -> list[str]:
    """Type a word with an input method, as letters that become it; the searches that are sent from its end on.

    Nothing may be sent before, however long one thinks about the letters.
    """
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "q=" in request.url else None)
    keyboard = page.context.new_cdp_session(page)
    for typed in letters:
        end = len(typed)
        keyboard.send("Input.imeSetComposition", {"text": typed, "selectionStart": end, "selectionEnd": end})
        page.wait_for_timeout(400)  # longer than a list waits for the next letter
    assert asked == []
    keyboard.send("Input.insertText", {"text": word})
    return asked
