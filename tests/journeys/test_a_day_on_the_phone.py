"""The working day on a telephone: what a sales person does between two visits, with a thumb."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.companies import office
from tests.journeys.product import Product
from tests.journeys.screens import ask, now_here, save, search_for, share_a_view, visit, word_composed

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("up")]

WIDTH = 390
PHONE: dict[str, object] = {"viewport": {"width": WIDTH, "height": 844}, "has_touch": True, "is_mobile": True}
NEW = "惠州市南旋照明有限公司"


def test_a_day_on_the_phone(product: Product, browser: Browser, faults: list[str]) -> None:
    company = office(product, browser, faults, "恒达照明")
    page = company.at_desk("符蓉", **PHONE)
    visit(page, f"{company.address}/")
    page.evaluate("window.sameDocument = true")

    _a_customer_by_thumb(page)
    _a_contact(page)
    _a_follow_up_reminds(page)
    _two_more_in_a_shared_view(page, company.address)
    theirs = company.at_desk("符达", **PHONE)
    visit(theirs, f"{company.address}/customers/")
    theirs.locator(".views").get_by_role("link", name="在谈").tap()
    expect(cards(theirs)).to_have_count(2)
    theirs.context.close()
    _handed_over_and_back(page)
    _in_the_trash_and_out(page)
    _found_by_a_composed_word(page)


def cards(page: Page) -> Locator:
    """The customers shown, each on a card."""
    return page.locator("tr[data-row]")


def nothing_sticks_out(page: Page) -> None:
    """The page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def _a_customer_by_thumb(page: Page) -> None:
    page.locator(".mnav").get_by_role("button", name="新建").tap()
    page.locator(".mnav").get_by_role("link", name="客户", exact=True).tap()
    page.locator("[name=name]").fill("深圳市云岭智能科技有限公司")
    told = page.locator("#duplicates .attn")
    expect(told).to_contain_text("林超")
    page.locator("[name=name]").fill(NEW)
    expect(told).to_have_count(0)
    page.locator("[name=status]").select_option("developing")
    page.fill("[name=phone]", "13928007712")
    nothing_sticks_out(page)
    save(page)
    expect(page.locator("h1")).to_contain_text(NEW)
    expect(page.locator("dd[data-cell=phone] a")).to_have_attribute("href", "tel:13928007712")
    nothing_sticks_out(page)


def _a_contact(page: Page) -> None:
    page.locator(".quick").get_by_role("link", name="联系人").tap()
    page.locator("#record-body").get_by_role("link", name="添加").tap()
    page.fill("[name=name]", "赖志明")
    page.fill("[name=phone]", "13928007713")
    save(page)
    expect(page.locator("dd[data-cell=primary_contact]")).to_have_text("赖志明")


def _a_follow_up_reminds(page: Page) -> None:
    page.get_by_role("link", name="写跟进记录").tap()
    composer = page.locator("#composer")
    expect(composer.locator("textarea")).to_be_focused()
    composer.locator("textarea").fill("送了样灯，等工程部回复")
    composer.locator("[name=next_at]").fill(now_here())
    composer.locator("[name=next_plan]").fill("问工程部")
    composer.get_by_role("button", name="提交").tap()
    expect(page.locator("#story")).to_contain_text("送了样灯，等工程部回复")
    told = page.locator(".toastx-info", has_text=NEW)
    expect(told).to_contain_text("到期")
    assert page.evaluate("window.sameDocument") is True
    inbox = page.locator(".mnav").get_by_role("link", name="消息")
    expect(inbox.locator("[data-badge=inbox]")).to_have_text("1")
    inbox.tap()
    expect(page.locator("#notifications .it")).to_contain_text("问工程部")
    nothing_sticks_out(page)


def _two_more_in_a_shared_view(page: Page, address: str) -> None:
    status, answer = ask(page, "/api/customers/", {"name": "河源亿星照明有限公司", "status": "developing"})
    assert status == 201, answer
    ask(page, "/api/customers/", {"name": "汕头旭光灯饰有限公司"})
    visit(page, f"{address}/customers/")
    expect(cards(page)).to_have_count(3)
    nothing_sticks_out(page)
    share_a_view(page, "在谈", rows=2, press=Locator.tap)


def _handed_over_and_back(page: Page) -> None:
    page.get_by_role("link", name=NEW).tap()
    page.get_by_role("button", name="快捷操作").tap()
    page.get_by_role("link", name="转移负责人").tap()
    dialog = page.locator(".modal.show")
    expect(dialog).to_be_visible()
    search_for(page, "owner", "符达")
    dialog.get_by_role("button", name="转移负责人").tap()
    owner = page.locator("dd[data-cell=owner]")
    expect(owner).to_contain_text("符达")
    page.locator(".toastx [data-undo]").tap()
    expect(owner).to_contain_text("符蓉")


def _in_the_trash_and_out(page: Page) -> None:
    page.get_by_role("button", name="快捷操作").tap()
    page.get_by_role("button", name="删除").tap()
    page.locator(".modal.show").get_by_role("button", name="删除").tap()
    expect(page.locator(".toastx", has_text="删除")).to_be_visible()
    expect(cards(page)).to_have_count(2)
    page.locator(".mnav").get_by_role("button", name="菜单").tap()
    page.locator(".side").get_by_role("link", name="客户回收站").tap()
    card = page.get_by_role("row", name=re.compile(NEW))
    card.get_by_role("button", name=re.compile("更多操作")).tap()
    card.get_by_role("button", name="恢复").tap()
    expect(cards(page)).to_have_count(0)
    page.locator(".mnav").get_by_role("button", name="菜单").tap()
    page.locator(".side").get_by_role("link", name="客户", exact=True).tap()
    expect(cards(page)).to_have_count(3)


def _found_by_a_composed_word(page: Page) -> None:
    page.locator("#list-search").tap()
    asked = word_composed(page, ("n", "nan", "nan x", "nan xuan"), "南旋")
    expect(cards(page)).to_have_count(1)
    expect(cards(page)).to_contain_text(NEW)
    assert len(asked) == 1
