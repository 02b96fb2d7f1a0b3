"""A session that runs out under an open page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.core.browser.visits import sent, visit


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
