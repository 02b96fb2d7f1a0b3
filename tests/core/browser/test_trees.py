"""Trees: nodes that move, boxes that know three states."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.core.browser.visits import sent, visit


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


def test_a_box_above_ticks_nothing_that_is_narrowed_away(page: Page, address: str) -> None:
    visit(page, address + "tree/")
    area = page.locator("[data-tree=permissions] > li").nth(0)
    area.locator("li", has=page.locator("input[value='办公管理审批查看']")).last.evaluate(
        "item => { item.hidden = true }"
    )
    before = area.locator("li[hidden] input:checked").count()
    top = area.locator("> .row-t input")
    top.click()
    assert area.locator("li[hidden] input:checked").count() == before
    expect(area.locator("input[value='办公管理公告删除']")).to_be_checked()
    assert top.evaluate("box => box.indeterminate")
    top.click()
    expect(area.locator("input:checked")).to_have_count(before)
