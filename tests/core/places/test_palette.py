"""The palette and the shortcuts, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.core.browser.visits import sent, visit
from tests.core.places.conftest import Place


def test_the_palette_finds_by_initials_opens_and_remembers(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/users/")
    page.keyboard.press("Control+k")
    expect(page.locator(".cmdk input")).to_be_focused()
    page.keyboard.type("ylzn")
    line = page.locator(".cmdk a.co").first
    expect(line).to_contain_text(place.yunling)
    expect(line.locator("mark")).to_have_text("云岭智能")
    expect(page.locator(".cmdk input")).to_have_attribute("aria-activedescendant", line.get_attribute("id") or "-")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(place.yunling)
    expect(page.locator(".cmdk")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator(".cmdk .cg").first).to_have_text("最近打开")
    expect(page.locator(".cmdk a.co").first).to_contain_text(place.yunling)
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "云岭" not in stored  # which records, never their names
    page.keyboard.press("Escape")
    expect(page.locator(".cmdk")).to_have_count(0)


def test_composing_in_the_palette_sends_nothing_and_keeps_enter_for_the_input_method(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/users/")
    page.keyboard.press("Control+k")
    expect(page.locator(".cmdk a.co").first).to_be_visible()
    requests = sent(page, r"/palette/\?q=.")
    keyboard = page.context.new_cdp_session(page)
    for letters in ("y", "yu", "yun l", "yun li"):
        keyboard.send(
            "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        )
        page.wait_for_timeout(150)
    key = {"windowsVirtualKeyCode": 229, "key": "Enter", "code": "Enter"}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    page.wait_for_timeout(150)
    expect(page.locator(".cmdk")).to_be_visible()
    assert requests == []
    keyboard.send("Input.insertText", {"text": "云岭"})
    expect(page.locator(".cmdk a.co").first).to_contain_text(place.yunling)
    assert [request.url.partition("q=")[2] for request in requests] == ["%E4%BA%91%E5%B2%AD"]
    assert page.url.endswith("/users/")


def test_the_palette_says_when_it_is_offline_and_goes_on_afterwards(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/users/")
    page.keyboard.press("Control+k")
    expect(page.locator(".cmdk a.co").first).to_be_visible()
    page.context.set_offline(True)
    page.keyboard.type("云岭")
    expect(page.locator(".cmdk .late")).to_contain_text("离线")
    page.context.set_offline(False)
    expect(page.locator(".cmdk a.co").first).to_contain_text(place.yunling)


def test_the_palette_waits_visibly_and_tells_of_nothing_found(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/users/")

    def held(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/palette/**", held)
    page.keyboard.press("Control+k")
    expect(page.locator(".cmdk .skel")).to_be_visible()
    page.unroute_all(behavior="wait")
    page.keyboard.type("zzzz")
    expect(page.locator(".cmdk .nothing")).to_contain_text("没有找到“zzzz”")


def test_control_and_enter_preview_a_record_from_anywhere(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("云岭")
    expect(page.locator(".cmdk a.co").first).to_contain_text(place.yunling)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-drawer] h2").first).to_have_text(place.yunling)
    assert page.url == f"{place.address}/"


def test_on_a_phone_the_palette_fills_the_screen(place: Place) -> None:
    page = place.tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit(page, f"{place.address}/users/")
    page.locator(".mtop [data-palette]").tap()
    page.locator(".cmdk input").fill("云岭")
    line = page.locator(".cmdk a.co").first
    expect(line).to_contain_text(place.yunling)
    box, row = page.locator(".cmdk").bounding_box(), line.bounding_box()
    assert box and row
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    assert row["height"] >= 44
    line.tap()
    expect(page.locator("h1")).to_have_text(place.yunling)


def test_g_and_a_letter_open_pages_and_the_sheet_names_them(place: Place) -> None:
    page = place.page
    visit(page, f"{place.address}/projects/")
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_contain_text("角色管理")
    page.keyboard.press("Escape")
    expect(page.locator(".keys")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator("h1")).to_have_text("角色管理")
    page.keyboard.press("/")
    page.keyboard.type("gu?")
    expect(page.locator("#list-search")).to_have_value("gu?")
    expect(page.locator("h1")).to_have_text("角色管理")
