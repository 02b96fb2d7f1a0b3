"""Forms: drafts, errors, conflicts, controls."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.core.browser.visits import sent, until, visit


def test_a_draft_is_offered_after_a_reload(page: Page, address: str) -> None:
    visit(page, address + "form/")
    page.locator("#id_name").fill("云岭智能")
    page.locator("#id_level").select_option("2")
    page.locator("#id_tags_1").check()
    until(page, lambda: page.evaluate("Object.keys(localStorage).some(key => key.startsWith('draft:'))"))
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


def test_a_field_is_shown_with_those_choices_that_it_belongs_to(page: Page, address: str) -> None:
    visit(page, address + "form/")
    note = page.locator("#id_note")
    note.evaluate("area => (area.dataset.onlyWith = 'level 1')")
    level = page.locator("[name=level]")
    level.select_option("2")
    expect(note).to_be_hidden()
    level.select_option("1")
    expect(note).to_be_visible()


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


def test_escape_does_not_take_away_a_dialog_in_which_something_was_typed(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    opener = page.locator("[data-new]")
    opener.click()
    field = page.locator("#demo-name")
    expect(field).to_be_focused()
    field.fill("华南分公司")
    page.keyboard.press("Escape")
    question = page.locator(".modal.show", has_text="不保存就离开？")
    question.get_by_role("button", name="取消").click()
    expect(question).to_have_count(0)
    expect(field).to_have_value("华南分公司")
    page.locator(".modal.show [data-bs-dismiss]").first.click()
    question.get_by_role("button", name="离开").click()
    expect(page.locator(".modal")).to_have_count(0)
    opener.click()
    page.locator(".modal.show").get_by_role("button", name="恢复").click()
    expect(field).to_have_value("华南分公司")
    page.locator(".modal.show").get_by_role("button", name="确定").click()
    expect(page.locator(".modal")).to_have_count(0)
    expect(page.locator(".toastx")).to_contain_text("已保存")


def test_a_dialog_in_which_nothing_was_typed_closes_at_once(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    page.locator("[data-new]").click()
    expect(page.locator("#demo-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)
