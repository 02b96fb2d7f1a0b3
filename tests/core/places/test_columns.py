"""The columns of a list: their widths, their order, those that stay in sight; in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.core.browser.visits import visit
from tests.core.places.conftest import Place


def test_what_is_done_to_a_row_stays_in_sight_however_wide_the_table(place: Place) -> None:
    page = place.tab(viewport={"width": 1000, "height": 700})
    visit(page, f"{place.address}/projects/?sort=name")
    table = page.locator("[data-list] .tw")
    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    expect(page.locator(place.row(0)).get_by_role("link", name="编辑")).to_be_in_viewport(ratio=1)


def test_columns_are_sized_by_mouse_and_keys_and_stay_so_on_another_device(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    head = page.locator("th[data-column=phone]")
    edge = head.locator(".grab")
    box = edge.bounding_box()
    assert box
    start = head.bounding_box()
    assert start
    with page.expect_request("**/columns/"):
        page.mouse.move(box["x"] + 4, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 64, box["y"] + 5, steps=4)
        page.mouse.up()
    wider = head.bounding_box()
    assert wider
    assert wider["width"] == pytest.approx(start["width"] + 60, abs=3)
    with page.expect_request("**/columns/"):
        edge.focus()
        page.keyboard.press("ArrowRight")
    other = place.tab()
    visit(other, f"{place.address}/projects/")
    kept = other.locator("th[data-column=phone]").bounding_box()
    assert kept
    assert kept["width"] == pytest.approx(wider["width"] + 16, abs=3)


def test_widths_and_the_selection_outlive_a_search(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    page.locator(f"{place.row(1)} [data-pick]").click()
    with page.expect_request("**/columns/"):
        page.locator("th[data-column=phone] .grab").focus()
        page.keyboard.press("Shift+ArrowRight")
    width = page.locator("th[data-column=phone]").bounding_box()
    page.locator("#list-search").fill("之0")
    page.wait_for_url("**q=**")
    page.locator("#list-search").fill("")
    page.wait_for_url(re.compile(r"/projects/(\?q=)?$"))
    expect(page.locator("tr[data-row]")).to_have_count(12)
    expect(page.locator("th[data-column=phone] .grab")).to_have_count(1)
    assert page.locator("th[data-column=phone]").bounding_box() == width


def test_a_head_is_dragged_to_another_place(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("th[data-column]").nth(1)).to_have_attribute("data-column", "state")
    start = page.locator("th[data-column=owner]").bounding_box()
    end = page.locator("th[data-column=state]").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 15)
    page.mouse.down()
    with page.expect_response("**/columns/"):
        for step in range(60):
            page.mouse.move(end["x"] + 12 + step % 2, end["y"] + 15, steps=3)
            if page.locator("th[data-column]").nth(1).get_attribute("data-column") == "owner":
                break
            page.wait_for_timeout(50)
        page.mouse.up()
    expect(page.locator("th[data-column]").nth(1)).to_have_attribute("data-column", "owner")
    page.reload()
    expect(page.locator("th[data-column]").nth(1)).to_have_attribute("data-column", "owner")


def test_frozen_columns_stay_in_sight(place: Place) -> None:
    page = place.tab(viewport={"width": 800, "height": 700})
    visit(page, f"{place.address}/projects/")
    page.get_by_role("button", name="列", exact=True).click()
    page.locator("select[name=frozen]").select_option("2")
    page.get_by_role("button", name="仅自己").click()
    expect(page.locator("th.stick")).to_have_count(3)
    before = page.locator("th[data-column=state]").bounding_box()
    page.locator(".tw").evaluate("box => box.scrollLeft = 200")
    after = page.locator("th[data-column=state]").bounding_box()
    assert before
    assert after
    name = page.locator("th[data-column=name]").bounding_box()
    assert name
    assert after["x"] == pytest.approx(name["x"] + name["width"], abs=2)
    assert page.locator("th[data-column=phone]").bounding_box() != before


def test_however_low_the_window_what_stores_the_columns_stays_in_sight(place: Place) -> None:
    page = place.page
    page.set_viewport_size({"width": 1440, "height": 480})
    visit(page, f"{place.address}/projects/")
    page.get_by_role("button", name="列", exact=True).click()
    expect(page.get_by_role("button", name="仅自己")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("项目名称", exact=True)).to_be_in_viewport()
