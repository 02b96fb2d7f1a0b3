"""The behaviours of the shell, in a real browser under the real content security policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.core.shell_site import BUILD, CHROMIUM, FLAGS, site

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.skipif(not (BUILD / "app.js").exists(), reason="the front end is not built"),
]
PATIENCE = 30_000
"""Milliseconds to wait for what must come: a busy machine is slow, not broken."""

expect.set_options(timeout=PATIENCE)

PAGES = ("", "list/", "record/", "form/", "tree/", "board/", "home/", "bare/", "site/", "?notices=1&acting=1&say=1")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with site() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def faults() -> list[str]:
    """What the console said that it should not; checked at the end of every test."""
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.route_web_socket("**/ws/live/", lambda socket: None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: _note(faults, message.text))
    yield tab
    context.close()
    assert faults == []


def _note(faults: list[str], text: str) -> None:
    if "Content Security Policy" in text or "is not defined" in text:
        faults.append(text)


def visit(page: Page, url: str) -> None:
    """Opens a page and waits until its scripts listen."""
    page.goto(url)
    page.wait_for_selector("html[data-shell=ready]")


def _until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits until the page has made something true here."""
    for _ in range(PATIENCE // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come")


def sent(page: Page, pattern: str) -> list[Request]:
    """The requests made from now on whose address matches."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if re.search(pattern, request.url) else None)
    return found


def test_no_page_breaks_the_policy_throws_or_scrolls_sideways(page: Page, address: str) -> None:
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_is_wider_than_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    for path in PAGES:
        tab.goto(address + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()


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


def test_a_message_offers_to_undo(page: Page, address: str) -> None:
    visit(page, address)
    undone = sent(page, "/undo/")
    page.get_by_text("消息与撤销").click()
    page.locator("[data-undo]").click()
    expect(page.locator("#toasts")).to_contain_text("已撤销")
    assert [request.method for request in undone] == ["POST"]


def test_messages_of_the_server_are_shown(page: Page, address: str) -> None:
    visit(page, address + "?say=1")
    expect(page.locator(".toastx")).to_have_count(2)
    expect(page.locator(".toastx-error")).to_have_text("保存失败")


def test_a_dangerous_step_asks_first(page: Page, address: str) -> None:
    visit(page, address)
    asked = sent(page, "/toast/")
    page.locator("#try-confirm").click()
    dialog = page.locator(".modal.show")
    expect(dialog).to_contain_text("删除 3 个用户？")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_have_count(0)
    assert asked == []
    page.locator("#try-confirm").click()
    dialog.get_by_role("button", name="删除").click()
    expect(page.locator(".toastx")).to_contain_text("已保存")
    assert len(asked) == 1


def test_refusals_and_faults_of_the_server_are_told(page: Page, address: str) -> None:
    visit(page, address)
    page.get_by_role("button", name="403").click()
    expect(page.locator(".toastx-error")).to_contain_text("没有权限")
    page.get_by_role("button", name="500").click()
    expect(page.locator(".toastx-error").last).to_contain_text("系统出错")
    expect(page.locator("h1")).to_have_text("组件")


def test_an_expired_session_is_renewed_in_a_dialog_and_the_request_repeated(page: Page, address: str) -> None:
    visit(page, address)
    asked = sent(page, "/session/")
    page.locator("#try-session").click()
    dialog = page.locator(".modal.show")
    dialog.locator("input[type=password]").fill("wrong")
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_contain_text("密码不正确")
    dialog.locator("input[type=password]").fill("right")
    dialog.get_by_role("button", name="登录").click()
    expect(page.locator("#session")).to_have_text("✓")
    expect(dialog).to_have_count(0)
    assert len(asked) == 2
    assert asked[1].headers["x-csrftoken"] == page.evaluate("document.querySelector('meta[name=csrf-token]').content")


def test_another_user_in_that_dialog_repeats_nothing(page: Page, address: str) -> None:
    visit(page, address)
    page.evaluate("document.body.dataset.user = '2'")
    asked = sent(page, "/session/")
    page.locator("#try-session").click()
    page.locator(".modal.show input[type=password]").fill("right")
    with page.expect_navigation():
        page.locator(".modal.show").get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1


def test_a_draft_is_offered_after_a_reload(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("云岭智能")
    page.locator("#id_level").select_option("2")
    page.locator("#id_tags_1").check()
    _until(page, lambda: page.evaluate("Object.keys(localStorage).some(key => key.startsWith('draft:'))"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_name")).to_have_value("")
    page.get_by_role("button", name="恢复").click()
    expect(page.locator("#id_name")).to_have_value("云岭智能")
    expect(page.locator("#id_level")).to_have_value("2")
    expect(page.locator("#id_tags_1")).to_be_checked()


def test_leaving_a_form_with_changes_asks(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("云岭智能")
    page.locator("#side a", has_text="客户分类").click()
    dialog = page.locator(".modal.show")
    expect(dialog).to_contain_text("不保存就离开？")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#id_name")).to_have_value("云岭智能")
    page.locator("#side a", has_text="客户分类").click()
    page.locator(".modal.show").get_by_role("button", name="离开").click()
    expect(page.locator("h1")).to_have_text("组织管理")


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_note").fill("请联系")
    page.locator("#id_amount").fill("-5")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#id_name_error")).to_be_visible()
    expect(page.locator("#id_amount_error")).to_contain_text("金额不能小于 0")
    expect(page.locator("#id_note")).to_have_value("请联系")


def test_a_saved_form_leads_on_and_forgets_its_draft(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("云岭智能")
    page.locator("#id_level").select_option("1")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("h1")).to_contain_text("深圳市云岭智能科技有限公司")
    expect(page.locator(".toastx")).to_contain_text("保存成功")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


def test_a_stale_edit_asks_whose_value_to_keep(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("409")
    page.locator("#id_level").select_option("1")
    posts = sent(page, "/form/$")
    page.get_by_role("button", name="保存", exact=True).click()
    dialog = page.locator(".modal.show")
    expect(dialog).to_contain_text("同事已先保存")
    dialog.locator("input[value=theirs]").check()
    dialog.get_by_role("button", name="保存所选内容").click()
    expect(page.locator("h1")).to_contain_text("深圳市云岭智能科技有限公司")
    body = [request.post_data or "" for request in posts if request.method == "POST"][-1]
    assert re.search(r'name="level"\r\n\r\n2\r\n', body)
    assert re.search(r'name="version"\r\n\r\n2\r\n', body)


def test_a_form_is_sent_once(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("云岭智能")
    form = page.locator("#form")
    form.evaluate("form => { form.setAttribute('hx-post', '/dev/components/slow/'); htmx.process(form, true) }")
    posts = sent(page, "/slow/")
    for _ in range(3):
        form.evaluate("form => form.requestSubmit()")
    page.wait_for_timeout(1500)
    assert len(posts) == 1


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
    _until(page, lambda: page.evaluate("document.activeElement.closest('.modal') !== null"))
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


def test_the_palette_finds_and_opens(page: Page, address: str) -> None:
    visit(page, address)
    page.keyboard.press("Control+k")
    page.keyboard.type("云岭")
    expect(page.locator(".cmdk .co")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")
    expect(page.locator(".cmdk")).to_have_count(0)


def test_the_bell_drops_down_the_latest_news(page: Page, address: str) -> None:
    visit(page, address)
    page.locator(".topbar button:has([data-badge=inbox])").click()
    expect(page.locator("#bell-menu")).to_contain_text("导出已完成")
    page.keyboard.press("Escape")
    expect(page.locator("#bell-menu")).to_be_hidden()


def test_theme_and_menu_are_remembered(page: Page, address: str) -> None:
    visit(page, address)
    page.keyboard.press("Shift+D")
    page.keyboard.press("[")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_class(re.compile("menu-narrow"))


def test_a_node_of_a_tree_moves_by_keyboard(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    moves = sent(page, "/move/")
    page.locator("li[data-node='3'] > .row-t").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".toastx")).to_contain_text("已移动")
    assert moves[0].post_data == "node=3&parent=1&position=0"


def test_a_node_of_a_tree_moves_by_mouse(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    page.wait_for_load_state("networkidle")
    moves = sent(page, "/move/")
    page.locator("li[data-node='5'] .hold").hover()
    page.mouse.down()
    box = page.locator("li[data-node='2'] > .row-t").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 30, steps=5)
    first = page.locator("li[data-node='1'] > ul > li").first
    for step in range(100):
        # While the items slide, the pointer is not followed: a hand goes on moving until the place is right.
        page.mouse.move(box["x"] + 60, box["y"] + 6 + step % 2)
        if first.get_attribute("data-node") == "5":
            break
        page.wait_for_timeout(50)
    page.mouse.up()
    expect(page.locator(".toastx")).to_contain_text("已移动")
    assert moves[0].post_data == "node=5&parent=1&position=0"


def test_a_refused_move_is_taken_back(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    page.evaluate("document.querySelector('[data-tree=departments]').dataset.move = '/dev/components/refused/'")
    page.locator("li[data-node='3'] > .row-t").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".toastx-error")).to_have_text("refused")
    assert page.evaluate(
        "[...document.querySelectorAll('[data-tree=departments] ul li')].map(item => item.dataset.node)"
    ) == ["2", "3", "4", "5", "6"]


def test_check_boxes_of_a_tree_know_three_states(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    tree = page.locator("[data-tree=permissions]")
    area = tree.locator("> li").nth(0)
    top = area.locator("> .row-t input")
    area.locator("input[value='办公管理公告删除']").check()
    expect(area.locator("input[value='办公管理公告查看']")).to_be_checked()
    assert top.evaluate("box => box.indeterminate")
    top.check()
    expect(area.locator("input:checked")).to_have_count(15)
    area.locator("input[value='办公管理审批导出']").uncheck()
    assert top.evaluate("box => box.indeterminate")


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


def test_a_picker_asks_the_server(page: Page, address: str) -> None:
    visit(page, address)
    page.wait_for_load_state("networkidle")
    control = page.locator("#remote + .ts-wrapper")
    control.click()
    expect(control.locator(".option")).to_have_count(6)
    page.keyboard.type("周")
    expect(control.locator(".option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#remote")).to_have_value("4")


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


def test_being_offline_is_shown(page: Page, address: str) -> None:
    visit(page, address)
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


def test_the_socket_raises_badges_tells_news_and_shows_jobs(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN")
    tab = context.new_page()
    sockets: list[Any] = []
    tab.route_web_socket("**/ws/live/", lambda socket: sockets.append(socket))  # noqa: PLW0108 - Playwright wraps functions, not built-in methods
    visit(tab, address)
    _until(tab, lambda: len(sockets) == 1)
    sockets[0].send('{"type": "badge", "unread": 7}')
    expect(tab.locator(".topbar [data-badge=inbox]")).to_have_text("7")
    sockets[0].send('{"type": "notification", "id": 1, "title": "新公告", "url": "/inbox/", "unread": 8}')
    expect(tab.locator(".toastx")).to_contain_text("新公告")
    expect(tab.locator(".topbar [data-badge=inbox]")).to_have_text("8")
    sockets[0].send('{"type": "job", "id": 5, "label": "导出", "state": "running", "percent": 40}')
    expect(tab.locator("[data-key=job-5] progress")).to_have_attribute("value", "40")
    sockets[0].send('{"type": "job", "id": 5, "label": "导出", "state": "done", "percent": 100}')
    expect(tab.locator("#toasts")).to_contain_text("导出：已完成")
    sockets[0].close(code=1012)
    _until(tab, lambda: len(sockets) == 2)
    sockets[1].close(code=4401)
    tab.wait_for_timeout(1500)
    assert len(sockets) == 2
    context.close()
