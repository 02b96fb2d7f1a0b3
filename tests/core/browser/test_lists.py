"""Lists: search, selection, keys, preview, columns."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.core.browser.visits import sent, until, visit


def test_composing_chinese_sends_one_request(page: Page, address: str) -> None:
    visit(page, address + "list/")
    asked = sent(page, r"[?&]q=")
    page.locator("#list-search").click()
    keyboard = page.context.new_cdp_session(page)
    for letters in ("k", "ke", "ke h", "ke hu"):
        keyboard.send(
            "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        )
        page.wait_for_timeout(300)
    keyboard.send("Input.insertText", {"text": "客户"})
    page.wait_for_url("**q=**")
    assert [request.url.partition("q=")[2] for request in asked] == ["%E5%AE%A2%E6%88%B7"]


def test_shift_selects_a_range_and_the_bulk_bar_sends_it(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.locator("#row-3 [data-pick]").click()
    page.locator("#row-6 [data-pick]").click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("4")
    posts = sent(page, "/toast/")
    page.get_by_role("button", name="转移负责人").click()
    expect(page.locator(".toastx")).to_be_visible()
    assert posts[0].post_data == "ids=3&ids=4&ids=5&ids=6"
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).to_be_hidden()


def test_all_records_that_match_can_be_selected(page: Page, address: str) -> None:
    visit(page, address + "list/?q=x")
    page.locator("[data-pick-page]").check()
    expect(page.locator("[data-count]")).to_have_text("20")
    page.locator("[data-pick-all]").click()
    expect(page.locator("[data-count]")).to_have_text("214")
    posts = sent(page, "/toast/")
    page.get_by_role("button", name="转移负责人").click()
    expect(page.locator(".toastx")).to_be_visible()
    assert posts[0].post_data == "all=1&q=x"


def test_a_selection_outlives_a_change_of_page(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.locator("#row-3 [data-pick]").click()
    page.locator(".pagination a", has_text="2").first.click()
    page.wait_for_url("**page=2**")
    expect(page.locator("[data-count]")).to_have_text("1")


def test_keys_walk_open_and_select_rows(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("#row-1")).to_have_class(re.compile("sel"))
    page.keyboard.press("p")
    expect(page.locator("[data-drawer]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawer]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).to_be_hidden()
    page.keyboard.press("?")
    until(page, lambda: page.evaluate("document.activeElement.closest('.modal') !== null"))
    page.keyboard.press("Escape")
    expect(page.locator(".keys")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    expect(page.locator("#list-search")).to_have_value("jx?")


def test_o_opens_the_current_row_and_c_makes_a_new_record(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/record/")
    visit(page, address + "list/")
    page.keyboard.press("c")
    page.wait_for_url("**/form/")


def test_a_row_opens_its_preview_and_the_buttons_walk(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.locator("#row-2 td").nth(4).click()
    expect(page.locator("[data-drawer] h2").first).to_contain_text("云岭")
    page.locator("[data-walk='1']").click()
    expect(page.locator("#row-3")).to_have_class(re.compile("cur"))
    page.locator("#side a", has_text="客户分类").click()
    expect(page.locator("[data-drawer]")).to_have_count(0)


def test_the_preview_leads_to_the_page_without_loading_the_document(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.evaluate("window.sameDocument = true")
    page.locator("#row-2 td").nth(4).click()
    page.locator("[data-drawer] a[title^=整页打开]").click()
    expect(page.locator(".rechead h1")).to_be_visible()
    expect(page.locator("[data-drawer]")).to_have_count(0)
    page.go_back()
    expect(page.locator("#row-2")).to_be_visible()
    page.locator("#row-2 td").nth(4).click()
    expect(page.locator("[data-drawer]")).to_be_visible()
    page.go_forward()
    expect(page.locator("[data-drawer]")).to_have_count(0)
    assert page.evaluate("window.sameDocument") is True


def test_columns_are_ordered_by_keyboard(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="列", exact=True).click()
    page.locator(".cols li").nth(2).locator("[data-grip]").focus()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("[...document.querySelectorAll('.cols input')].map(box => box.value).slice(0, 3)") == [
        "1",
        "3",
        "2",
    ]


def test_the_menu_of_a_row_is_opened_and_walked_by_keyboard(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.locator("#row-2 .ops .dropdown button").focus()
    page.keyboard.press("Enter")
    menu = page.locator("#row-2 .ops .dropdown-menu")
    expect(menu).to_be_visible()
    expect(menu.locator("li")).to_have_text(["查看", "预览"])
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_text("查看")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("#row-2 .ops .dropdown button")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")


def test_on_a_phone_the_menu_of_a_row_holds_all_that_the_row_offers(phone: Page, address: str) -> None:
    visit(phone, address + "list/")
    row = phone.locator("#row-2 .ops")
    expect(row.get_by_text("编辑")).to_be_hidden()
    row.locator(".dropdown button").tap()
    expect(row.locator(".dropdown-menu li")).to_have_text(["编辑", "删除", "查看", "预览"])
    expect(row.get_by_text("编辑")).to_be_visible()
    deleted = sent(phone, "/toast/")
    row.get_by_text("删除").tap()
    expect(phone.locator(".toastx")).to_contain_text("已保存")
    assert [request.method for request in deleted] == ["POST"]


def test_what_scripts_styled_is_swapped_without_a_word_from_the_policy(page: Page, address: str) -> None:
    visit(page, address + "list/")
    page.evaluate("document.getElementById('row-3').style.color = 'red'")
    page.locator(".pagination a", has_text="2").first.click()
    page.wait_for_url("**page=2**")
    expect(page.locator("#row-3")).not_to_have_attribute("style", re.compile("."))
