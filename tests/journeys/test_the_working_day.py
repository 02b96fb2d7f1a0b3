"""A day of a sales person: a customer, its people, a follow-up that reminds, a shared view, many at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.companies import Office, office
from tests.journeys.product import Product
from tests.journeys.screens import ask, now_here, save, search_for, share_a_view, visit, word_composed

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("up")]

NEW = "东莞市恒盛精密五金制品厂"


def test_the_working_day(product: Product, browser: Browser, faults: list[str]) -> None:
    company = office(product, browser, faults, "恒达精工")
    page = company.at_desk("符蓉")
    visit(page, f"{company.address}/customers/")
    page.evaluate("window.sameDocument = true")  # one page from here on: what comes, comes without a reload

    _a_customer_that_is_there_already(page)
    _its_people(page)
    _a_follow_up_reminds(page)
    _more_customers(page)
    visit(page, f"{company.address}/customers/")
    share_a_view(page, "华南在谈", rows=6)
    _seen_by_colleagues(company)
    _three_handed_over_and_back(page)
    _in_the_trash_and_out(page)
    _typed_with_an_input_method(page)


def _a_customer_that_is_there_already(page: Page) -> None:
    page.get_by_role("link", name="新建客户").click()
    name = page.locator("[name=name]")
    name.press_sequentially("深圳市云岭智能科技")
    told = page.locator("#duplicates .attn")
    expect(told).to_contain_text("已存在")
    expect(told).to_contain_text("林超")
    expect(told.get_by_role("link")).to_have_count(0)  # whose it is, and nothing more
    name.fill(NEW)
    expect(told).to_have_count(0)
    page.fill("[name=contact_name]", "何建国")
    page.fill("[name=phone]", "13566120001")
    save(page)
    expect(page.locator("h1")).to_contain_text(NEW)
    expect(page.locator("dd[data-cell=primary_contact]")).to_have_text("何建国")


def _its_people(page: Page) -> None:
    menu = page.locator(".quick")
    menu.get_by_role("link", name="联系人").click()
    expect(page.locator("#record-body").get_by_role("link", name="何建国")).to_be_visible()
    page.locator("#record-body").get_by_role("link", name="添加").click()
    page.fill("[name=name]", "陈晓敏")
    page.fill("[name=title]", "采购经理")
    page.fill("[name=phone]", "13812342077")
    save(page)
    expect(page.locator("h1")).to_contain_text(NEW)
    menu.get_by_role("link", name="联系人").click()
    page.locator("#record-body").get_by_role("link", name="陈晓敏").click()
    expect(page.locator("h1")).to_contain_text("陈晓敏")
    page.get_by_role("button", name="快捷操作").click()
    page.get_by_role("button", name="设为首要联系人").click()
    expect(page.locator(".toastx", has_text="完成")).to_be_visible()
    page.locator("dd[data-cell=customer]").get_by_role("link", name=NEW).click()
    expect(page.locator("dd[data-cell=primary_contact]")).to_contain_text("陈晓敏")
    expect(page.locator("dd[data-cell=phone]")).to_contain_text("13812342077")


def _a_follow_up_reminds(page: Page) -> None:
    advice = page.locator(".attn", has_text="还没有人联系过该客户")
    advice.get_by_role("link").click()
    composer = page.locator("#composer")
    expect(composer.locator("textarea")).to_be_focused()
    composer.get_by_text("拜访", exact=True).click()
    composer.locator("textarea").fill("看了样品间，下午再给报价")
    composer.locator("[name=next_at]").fill(now_here())
    composer.locator("[name=next_plan]").fill("发报价单")
    composer.get_by_role("button", name="提交").click()
    story = page.locator("#story")
    expect(story).to_contain_text("看了样品间，下午再给报价")
    expect(story.locator(".it").first).to_contain_text("拜访")
    expect(story.locator(".it").first).to_contain_text("发报价单")
    told = page.locator(".toastx-info", has_text=NEW)
    expect(told).to_contain_text("到期")
    badge = page.locator(".topbar [data-badge=inbox]")
    expect(badge).to_have_text("1")
    assert page.evaluate("window.sameDocument") is True
    told.get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text(NEW)
    page.locator(".topbar").get_by_role("button", name="站内信").click()
    page.get_by_role("link", name="全部站内信").click()
    line = page.locator("#notifications .it")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("发报价单")
    line.get_by_role("button", name=re.compile(NEW)).click()
    expect(page.locator("h1")).to_contain_text(NEW)
    expect(badge).to_be_hidden()


def _more_customers(page: Page) -> None:
    for number, city in enumerate(("广州", "深圳", "珠海", "惠州", "中山", "佛山")):
        values = {"name": f"{city}启航电子商务有限公司", "phone": f"1380000{number:04}", "status": "developing"}
        status, answer = ask(page, "/api/customers/", values)
        assert status == 201, answer


def _seen_by_colleagues(company: Office) -> None:
    for name, rows in (("符达", 6), ("何云", 0)):
        theirs = company.at_desk(name)
        visit(theirs, f"{company.address}/customers/")
        theirs.locator(".views").get_by_role("link", name="华南在谈").click()
        expect(theirs.locator(".views .on")).to_contain_text("华南在谈")
        expect(theirs.locator("tr[data-row]")).to_have_count(rows)
        theirs.context.close()


def _three_handed_over_and_back(page: Page) -> None:
    for place in range(3):
        page.locator("tr[data-row] [data-pick]").nth(place).check()
    expect(page.locator("[data-count]")).to_have_text("3")
    handing_over = page.locator("[data-bulk]").get_by_role("button", name="转移负责人")
    handing_over.click()
    dialog = page.locator(".modal.show")
    expect(dialog.locator(".ts-control input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)
    expect(page.locator("[data-count]")).to_have_text("3")  # thinking again loses nothing
    handing_over.click()
    expect(dialog).to_be_visible()
    search_for(page, "owner", "符达")
    dialog.get_by_role("button", name="转移负责人").click()
    owners = page.locator("td[data-cell=owner]")
    expect(owners.filter(has_text="符达")).to_have_count(3)
    page.locator(".toastx [data-undo]").click()
    expect(owners.filter(has_text="符蓉")).to_have_count(6)


def _in_the_trash_and_out(page: Page) -> None:
    row = page.get_by_role("row", name=re.compile("珠海启航"))
    row.get_by_role("button", name="删除").click()
    page.locator(".modal.show").get_by_role("button", name="删除").click()
    expect(page.locator("tr[data-row]")).to_have_count(5)
    page.locator(".side").get_by_role("link", name="客户回收站").click()
    expect(page.locator("h1")).to_have_text("客户回收站")
    page.get_by_role("row", name=re.compile("珠海启航")).get_by_role("button", name="恢复").click()
    expect(page.locator("tr[data-row]")).to_have_count(0)
    page.locator(".side").get_by_role("link", name="客户", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("珠海启航"))).to_be_visible()


def _typed_with_an_input_method(page: Page) -> None:
    page.keyboard.press("/")
    asked = word_composed(page, ("z", "zh", "zhu", "zhu h", "zhu hai"), "珠海")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("tr[data-row]")).to_contain_text("珠海启航")
    assert len(asked) == 1
