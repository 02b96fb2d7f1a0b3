"""Values changed where they stand, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.core.browser.visits import sent, visit
from tests.core.places.conftest import Place


def test_a_value_of_a_page_is_changed_in_its_place_and_back(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/{place.projects[0]}/")
    page.evaluate("window.sameDocument = true")
    name = page.locator("dd[data-cell=name]")
    name.dblclick()
    box = page.locator("[data-inline-form] input[name=name]")
    expect(box).to_be_focused()
    box.fill("")
    page.keyboard.press("Enter")
    expect(page.locator("[data-inline-form] .err")).to_contain_text("必填")
    expect(box).to_be_focused()
    box.fill("昆明云岭花卉")
    page.keyboard.press("Enter")
    expect(name).to_have_text("昆明云岭花卉")
    expect(page.locator("h1")).to_have_text("昆明云岭花卉")
    expect(page.locator("[data-field-edit]:focus")).to_have_count(1)
    page.locator(".toastx [data-undo]").click()
    expect(page.locator("h1")).to_have_text(place.yunling)
    assert page.evaluate("window.sameDocument") is True


def test_escape_leaves_a_value_as_it_was(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/{place.projects[0]}/")
    posts = sent(page, "/field/")
    page.locator("dl > div:has(dd[data-cell=name])").hover()
    page.locator("dl > div:has(dd[data-cell=name]) [data-field-edit]").click()
    page.locator("[data-inline-form] input[name=name]").fill("x")
    page.keyboard.press("Escape")
    expect(page.locator("dd[data-cell=name]")).to_have_text(place.yunling)
    assert [request.method for request in posts] == ["GET"]


def test_cells_of_a_list_are_walked_and_changed_with_keys(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    row = page.locator("tr.cur")
    expect(row.locator("td[data-cell=name]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(row.locator("td[data-cell=budget]")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.locator("[data-inline-form] input[name=budget]")
    expect(box).to_be_focused()
    box.fill("-3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-inline-form] .err")).to_contain_text("不能为负数")
    page.locator("[data-inline-form] input[name=budget]").fill("2500")
    page.keyboard.press("Enter")
    expect(row.locator("td[data-cell=budget]")).to_have_text("2,500.00")
    expect(row.locator("td[data-cell=budget]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr[data-row]").nth(1).locator("td[data-cell=budget]")).to_be_focused()


def test_a_double_click_changes_a_cell_and_opens_no_preview(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    previews = sent(page, "part=drawer")
    cell = page.locator(f"{place.row(3)} td[data-cell=phone]")
    cell.dblclick()
    page.locator("[data-inline-form] input[name=phone]").fill("13900000000")
    page.locator("h1").click()  # clicking elsewhere keeps what was typed
    expect(cell).to_have_text("13900000000")
    expect(page.locator(".toastx")).to_contain_text("已修改手机")
    assert previews == []
    cell.click()
    expect(page.locator("[data-drawer]")).to_be_visible()


def test_no_column_moves_while_a_value_is_edited_and_a_searched_choice_is_typed_at_once(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/?q=云岭")
    lefts = "[...document.querySelectorAll('[data-list] th')].map(head => head.getBoundingClientRect().left)"
    before = page.evaluate(lefts)
    for key in ("j", "F2", "Enter"):
        page.keyboard.press(key)
    row = page.locator(place.row(0))
    expect(row.locator("input[name=name]")).to_be_focused()
    assert page.evaluate(lefts) == before
    page.keyboard.press("Escape")
    row.locator("[data-cell=owner]").dblclick()
    expect(row.locator("[data-cell=owner] input[role=combobox]")).to_be_focused()
    assert page.evaluate(lefts) == before


def test_a_choice_shows_at_once_and_is_visibly_taken_back_when_it_is_not_kept(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    cell = page.locator(f"{place.row(2)} td[data-cell=state]")
    expect(cell).to_have_text("进行中")
    cell.dblclick()
    choice = page.locator("[data-inline-form] select[name=state]")
    choice.wait_for()
    page.route("**/field/state/", lambda route: route.abort())
    choice.select_option("done")
    expect(page.locator(".toastx-error")).to_be_visible()
    expect(cell).to_have_text("进行中")
    page.unroute("**/field/state/")
    cell.dblclick()
    page.locator("[data-inline-form] select[name=state]").select_option("done")
    expect(cell.locator(".st.c-green")).to_have_text("已完成")
    page.reload()
    expect(cell).to_have_text("已完成")


def test_a_colleagues_value_is_shown_and_one_chooses(place: Place) -> None:
    page, other = place.page, place.tab()
    url = f"{place.address}/projects/{place.projects[0]}/"
    for tab in (page, other):
        visit(tab, url)
        tab.locator("dd[data-cell=name]").dblclick()
        tab.locator("[data-inline-form] input[name=name]").wait_for()
    other.locator("[data-inline-form] input[name=name]").fill("她的")
    other.keyboard.press("Enter")
    expect(other.locator("h1")).to_have_text("她的")
    page.locator("[data-inline-form] input[name=name]").fill("我的")
    page.keyboard.press("Enter")
    dialog = page.locator(".modal.show")
    expect(dialog).to_contain_text("同事已先保存")
    expect(dialog).to_contain_text("她的")
    dialog.get_by_role("button", name="保存所选内容").click()
    expect(page.locator("h1")).to_have_text("我的")


def test_a_value_changed_in_the_preview_changes_in_the_list_behind_it(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    page.locator(f"{place.row(0)} td").nth(7).click()
    page.locator("[data-drawer] dd[data-cell=budget]").dblclick()
    page.locator("[data-drawer] input[name=budget]").fill("777")
    page.keyboard.press("Enter")
    expect(page.locator("[data-drawer] dd[data-cell=budget]")).to_have_text("777.00")
    expect(page.locator(f"{place.row(0)} td[data-cell=budget]")).to_have_text("777.00")
    expect(page.locator("tr.cur")).to_have_id(place.row(0)[1:])
