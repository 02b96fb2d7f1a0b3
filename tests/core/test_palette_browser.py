"""Palette, shortcuts, previews, changing in place and columns, in a real browser on the product's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from core.access import Scope
from core.resources.registry import all_permissions
from tests.core.browser.visits import sent, visit
from tests.core.live_pages import chromium, cookies_of, inside_alpha, tab_of
from tests.core.shell_site import BUILD, CHROMIUM, listening
from tests.factories import make, make_user
from tests.samples.models import Project

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
    pytest.mark.skipif(not (BUILD / "app.js").exists(), reason="the front end is not built"),
]

PLACES = 24  # tests at most; the database is asked before the browser starts


@dataclass
class Place:
    """Somebody in front of the product who sees 12 projects, the first of them of the name `yunling`."""

    number: int
    projects: list[int]
    cookies: list[Any]
    address: str
    browser: Browser
    page: Page = field(init=False)
    faults: list[str] = field(default_factory=list)

    @property
    def yunling(self) -> str:
        """The name of the first project."""
        return f"深圳市云岭智能科技有限公司{self.number:02}"

    def row(self, number: int) -> str:
        """The selector of the row of a project, counted from 0."""
        return f"#row-{self.projects[number]}"

    def tab(self, **options: Any) -> Page:
        """Another browser of the same person."""
        return tab_of(self.browser, self.cookies, self.faults, **options)


@pytest.fixture(scope="module")
def places(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Place]]:
    with django_db_blocker.unblock(), inside_alpha() as company, listening() as port:
        address = f"http://{company.host}:{port}"
        made = []
        for number in range(PLACES):
            user = make_user(*sorted(all_permissions()), scope=Scope.OWN, name=f"秦晨{number:02}")
            shared: Any = {"owner": user, "created_by": user, "kind": None, "state": "active", "budget": 100}
            names = [f"深圳市云岭智能科技有限公司{number:02}", *(f"项目{number:02}之{one:02}" for one in range(1, 12))]
            pks = [make(Project, name=name, phone="13812342077", **shared).pk for name in names]
            made.append((number, pks, cookies_of(user, company, address)))
        with chromium() as browser:
            yield [Place(*one, address, browser) for one in made]


@pytest.fixture
def place(places: list[Place]) -> Iterator[Place]:
    """A place that no test has used."""
    mine = places.pop()
    mine.page = mine.tab()
    yield mine
    for context in mine.browser.contexts:
        context.close()
    assert mine.faults == []


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


def test_what_is_done_to_a_row_stays_in_sight_however_wide_the_table(place: Place) -> None:
    page = place.tab(viewport={"width": 1000, "height": 700})
    visit(page, f"{place.address}/projects/?sort=name")
    table = page.locator("[data-list] .tw")
    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    expect(page.locator(place.row(0)).get_by_role("link", name="编辑")).to_be_in_viewport(ratio=1)


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
