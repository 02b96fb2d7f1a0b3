"""Pickers in dialogs, in a real browser: what is typed searches at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.core.browser.visits import visit
from tests.core.places.conftest import Place
from tests.journeys.screens import word_composed


def dialog_of(place: Place) -> Page:
    """The dialog that asks for a collaborator, opened from a record's page."""
    page = place.page
    visit(page, f"{place.address}/projects/{place.projects[0]}/?panel=collaborators")
    page.locator("#record-body").get_by_role("link", name="添加").click()
    expect(page.locator(".modal.show .ts-control input")).to_be_focused()
    return page


def test_a_dialog_that_begins_with_a_picker_is_typed_into_without_a_click(place: Place) -> None:
    page = dialog_of(place)
    expect(page.locator(".ts-dropdown:visible")).to_have_count(0)  # nothing covers the buttons before it is asked for
    page.keyboard.type("秦晨03")
    expect(page.locator(".ts-dropdown .option")).to_have_text(["秦晨03"])
    page.keyboard.press("Enter")
    expect(page.locator(".modal .ts-wrapper .item")).to_have_text("秦晨03")
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)
    expect(page.locator("body > .ts-dropdown")).to_have_count(0)


def test_enter_never_takes_what_was_offered_before_the_last_letter(place: Place) -> None:
    page = dialog_of(place)
    page.wait_for_load_state("networkidle")
    page.route("**/choices/?q=%E7%A7%A6*", lambda route: None)  # the answer does not come
    page.keyboard.type("秦晨03")
    page.keyboard.press("Enter")
    expect(page.locator(".modal .ts-wrapper .item")).to_have_count(0)


def test_it_opens_when_it_is_clicked_and_escape_leaves_the_choices_then_the_dialog(place: Place) -> None:
    page = dialog_of(place)
    page.locator(".modal .ts-control").click()
    expect(page.locator(".ts-dropdown:visible .option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".ts-dropdown:visible")).to_have_count(0)
    expect(page.locator(".modal.show")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)


def test_what_an_input_method_composes_is_searched_for_once_it_is_a_word(place: Place) -> None:
    page = dialog_of(place)
    page.wait_for_load_state("networkidle")  # those that are offered before anything is typed
    word_composed(page, ("q", "qin", "qin c"), "秦晨04")
    expect(page.locator(".ts-dropdown .option")).to_have_text(["秦晨04"])
