"""What the shell tells and asks: messages, questions, faults, news."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.core.browser.visits import sent, until, visit


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


def test_being_offline_is_shown(page: Page, address: str) -> None:
    visit(page, address)
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


def test_the_bell_drops_down_the_latest_news(page: Page, address: str) -> None:
    visit(page, address)
    page.locator(".topbar button:has([data-badge=inbox])").click()
    expect(page.locator("#bell-menu")).to_contain_text("导出已完成")
    page.keyboard.press("Escape")
    expect(page.locator("#bell-menu")).to_be_hidden()


def test_the_socket_raises_badges_tells_news_and_shows_jobs(page: Page, address: str) -> None:
    sockets: list[Any] = []
    page.route_web_socket("**/ws/live/", lambda socket: sockets.append(socket))  # noqa: PLW0108 - Playwright wraps functions, not built-in methods
    visit(page, address)
    until(page, lambda: len(sockets) == 1)
    sockets[0].send('{"type": "badge", "unread": 7}')
    expect(page.locator(".topbar [data-badge=inbox]")).to_have_text("7")
    sockets[0].send('{"type": "notification", "id": 1, "title": "新公告", "url": "/inbox/", "unread": 8}')
    expect(page.locator(".toastx")).to_contain_text("新公告")
    expect(page.locator(".topbar [data-badge=inbox]")).to_have_text("8")
    page.evaluate("document.querySelector('main').dataset.toldHere = '/imports/3/'")
    sockets[0].send('{"type": "notification", "id": 2, "title": "已导入", "url": "/imports/3/", "unread": 9}')
    expect(page.locator(".topbar [data-badge=inbox]")).to_have_text("9")
    expect(page.locator("#toasts")).not_to_contain_text("已导入")  # the page says so itself
    sockets[0].send('{"type": "job", "id": 5, "label": "导出", "state": "running", "percent": 40}')
    expect(page.locator("[data-key=job-5] progress")).to_have_attribute("value", "40")
    sockets[0].send('{"type": "job", "id": 5, "label": "导出", "state": "done", "percent": 100}')
    expect(page.locator("#toasts")).to_contain_text("导出：已完成")
    sockets[0].close(code=1012)
    until(page, lambda: len(sockets) == 2)
    sockets[1].close(code=4401)
    page.wait_for_timeout(1500)
    assert len(sockets) == 2
