"""Pages, and the ways between them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.core.browser.visits import visit

PAGES = ("", "list/", "record/", "form/", "tree/", "board/", "home/", "bare/", "site/", "?notices=1&acting=1&say=1")


def test_no_page_breaks_the_policy_throws_or_scrolls_sideways(page: Page, address: str) -> None:
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_is_wider_than_a_phone(phone: Page, address: str) -> None:
    for path in PAGES:
        phone.goto(address + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_link_changes_the_page_without_loading_the_document_and_back_restores_it(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.evaluate("window.sameDocument = true")
    page.locator("#side a", has_text="客户分类").click()
    expect(page.locator("h1")).to_have_text("组织管理")
    expect(page).to_have_title(re.compile("^组织管理"))
    expect(page.locator("#main")).to_be_focused()
    assert page.url.endswith("/tree/")
    page.go_back()
    expect(page.locator("h1")).to_have_text("客户")
    assert page.evaluate("window.sameDocument") is True
    page.locator("#row-2 [data-pick]").click()
    expect(page.locator(".bulk")).to_be_visible()


def test_a_page_without_the_shell_is_loaded_whole(page: Page, address: str) -> None:
    visit(page, address)
    page.evaluate("document.querySelector('#side .fold a').href = '/dev/components/bare/'")
    page.locator("#side .fold a").first.click()
    page.wait_for_url("**/bare/")
    expect(page.locator(".bare-card")).to_be_visible()


def test_a_link_that_is_refused_leaves_the_page_as_it_is(page: Page, address: str) -> None:
    visit(page, address)
    page.evaluate("document.querySelector('#side .fold a').href = '/dev/components/forbidden/'")
    page.locator("#side .fold a").first.click()
    expect(page.locator(".toastx-error")).to_contain_text("没有权限")
    expect(page.locator("h1")).to_have_text("组件")


def test_the_chosen_tab_is_remembered_and_works_after_back(page: Page, address: str) -> None:
    visit(page, address)
    page.get_by_role("tab", name="二").click()
    page.locator("#side a", has_text="客户分类").click()
    expect(page.locator("h1")).to_have_text("组织管理")
    page.go_back()
    expect(page.locator("div[data-pane=b]")).to_be_visible()
    page.get_by_role("tab", name="一").click()
    expect(page.locator("div[data-pane=a]")).to_be_visible()
    expect(page.locator("div[data-pane=b]")).to_be_hidden()


def test_the_palette_finds_and_opens(page: Page, address: str) -> None:
    visit(page, address)
    page.keyboard.press("Control+k")
    page.keyboard.type("云岭")
    expect(page.locator(".cmdk .co")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")
    expect(page.locator(".cmdk")).to_have_count(0)


def test_theme_and_menu_are_remembered(page: Page, address: str) -> None:
    visit(page, address)
    page.keyboard.press("Shift+D")
    page.keyboard.press("[")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_class(re.compile("menu-narrow"))
