"""Previews of the rows of a list, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.core.browser.visits import sent, visit
from tests.core.places.conftest import Place


def test_a_preview_is_walked_over_the_edge_of_the_page_and_left_at_its_row(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/?size=10&sort=name")
    names = page.locator("tr[data-row] .nm a").all_inner_texts()
    for _ in range(9):
        page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator("[data-drawer] h2").first).to_have_text(names[8])
    page.keyboard.press("j")
    expect(page.locator("[data-drawer] h2").first).to_have_text(names[9])
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**page=2**")
    eleventh = page.locator("tr[data-row] .nm a").first
    expect(page.locator("[data-drawer] h2").first).to_have_text(eleventh.inner_text())
    page.keyboard.press("k")
    page.wait_for_url("**page=1**")
    expect(page.locator("[data-drawer] h2").first).to_have_text(names[9])
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawer]")).to_have_count(0)
    expect(page.locator("tr.cur")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("1")
    page.keyboard.press("Space")
    expect(page.locator("[data-drawer]")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("[data-drawer]")).to_have_count(0)


def test_rows_that_a_held_key_runs_past_are_not_asked_for(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/?size=20&sort=name")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator("[data-drawer]")).to_be_visible()
    previews = sent(page, "part=drawer")
    for _ in range(8):
        page.keyboard.press("j")
    last = page.locator("tr.cur .nm a").inner_text()
    expect(page.locator("[data-drawer] h2").first).to_have_text(last)
    assert len(previews) < 8


def test_a_tab_of_the_preview_opens_in_it(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    page.locator(f"{place.row(0)} td").nth(5).click()
    page.locator("[data-drawer] .dt a", has_text="操作日志").click()
    expect(page.locator("[data-drawer] .dt a.on")).to_have_text("操作日志")
    expect(page.locator("[data-drawer] .hd h2")).to_have_text("操作日志")
    assert page.url.endswith("/projects/")
