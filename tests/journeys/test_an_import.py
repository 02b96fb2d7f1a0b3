"""A table of five thousand customers comes in, two hundred of its rows mended on the way, and goes again."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from crm.demo import names
from tests.journeys.product import PATIENCE, Product, tab_of
from tests.journeys.screens import sign_up, visit

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("up")]

ROWS, BAD = 5_000, 200
LONG = 5 * PATIENCE
"""Thousands of rows on a busy machine."""
HEADINGS = (
    *("公司全称", "联系方式", "客户状态", "客户级别", "客户行业"),
    *("公司电话", "所在地区", "详细地址", "下次联系时间"),
)
NAME, PHONE, STATE, LEVEL, NEXT = 0, 1, 2, 3, 8
WRONG = ((NAME, ""), (PHONE, "无"), (STATE, "在谈中"), (LEVEL, "特级"), (NEXT, "下周三"))
"""What people write into such tables: a cell, and what stands in it in every fifth of the bad rows."""


def customers() -> Iterator[list[str]]:
    """The rows as they should be."""
    for number in range(ROWS):
        chance = random.Random(number)
        company = names.company(number, chance)
        _code, district = company.city.districts[number % len(company.city.districts)]
        yield [
            company.name,
            names.mobile(number),
            ("潜在客户", "开发中", "已成交", "失效")[number % 4],
            ("重点", "普通", "一般", "")[number % 4],
            company.industry,
            names.landline(company.city, chance),
            company.city.name,
            names.address(district, chance),
            f"2027/{number % 12 + 1}/{number % 28 + 1} 09:30",
        ]


def table(path: Path, good: list[list[str]]) -> Path:
    """The rows as they are sent, every twenty-fifth of them with something wrong in it."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number, cells in enumerate(good):
            sent = list(cells)
            if number % (ROWS // BAD) == 0:
                place, text = WRONG[number // (ROWS // BAD) % len(WRONG)]
                sent[place] = text
            writer.writerow(sent)
    return path


def mended(path: Path, good: list[list[str]]) -> Path:
    """The file of errors with every wrong cell put right, its reasons left where they are."""
    right = {cells[names_by]: cells for cells in good for names_by in (NAME, PHONE)}
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][: len(HEADINGS)] == list(HEADINGS)
    assert sheet.max_row == BAD + 1
    for row in sheet.iter_rows(min_row=2):
        assert row[len(HEADINGS)].value, "a row without its reason"
        known = right.get(row[NAME].value) or right[row[PHONE].value]
        for cell, text in zip(row, known, strict=False):
            cell.value = text or None
    book.save(path)
    return path


def send(page: Page, file: Path) -> None:
    """Upload a file and have its rows checked, as its headings are understood."""
    page.set_input_files("input[name=file]", file)
    expect(page.get_by_role("heading", name="匹配列与字段")).to_be_visible()
    page.locator("select[name=column-0]").select_option("name")
    page.get_by_role("button", name="检查数据").click()


def begin(page: Page) -> None:
    """Let the rows in and wait until they are."""
    page.get_by_role("button", name="开始导入").click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible(timeout=LONG)


def figure(page: Page, label: str) -> int:
    """A number of the wizard."""
    told = page.locator(".kv .x", has_text=label).locator("b").inner_text()
    return int(told.replace(",", ""))


def listed(page: Page, address: str) -> int:
    """How many customers the list counts."""
    visit(page, f"{address}/customers/")
    found = re.search(r"([\d,]+)", page.locator(".phead .sub").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def take_back(page: Page, url: str) -> None:
    """Undo an import from its own page."""
    visit(page, url)
    page.get_by_role("button", name="撤销导入").click()
    page.locator(".modal.show").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name="导入已撤销")).to_be_visible(timeout=LONG)


def test_an_import_mended_sent_again_and_undone(
    product: Product, browser: Browser, faults: list[str], tmp_path: Path
) -> None:
    good = list(customers())
    _context, page = tab_of(browser, faults)
    address = sign_up(page, product, "珠江贸易")
    assert listed(page, address) == 0

    page.get_by_role("button", name="导入").click()
    page.locator("#list-head").get_by_role("link", name="导入文件").click()
    send(page, table(tmp_path / "customers.csv", good))
    expect(page.get_by_role("button", name="开始导入")).to_be_visible(timeout=LONG)
    assert (figure(page, "可导入"), figure(page, "有错误")) == (ROWS - BAD, BAD)
    expect(page.locator("td.wrong", has_text="特级").first).to_contain_text("有效")
    begin(page)
    first = page.url
    assert (figure(page, "新建"), figure(page, "失败")) == (ROWS - BAD, BAD)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载失败的行").click()
    waiting.value.save_as(tmp_path / "failed.xlsx")
    assert listed(page, address) == ROWS - BAD

    visit(page, f"{address}/customers/import/")
    send(page, mended(tmp_path / "failed.xlsx", good))
    expect(page.get_by_role("button", name="开始导入")).to_be_visible(timeout=LONG)
    assert (figure(page, "可导入"), figure(page, "有错误")) == (BAD, 0)
    begin(page)
    second = page.url
    assert listed(page, address) == ROWS

    take_back(page, second)
    assert listed(page, address) == ROWS - BAD
    take_back(page, first)
    assert listed(page, address) == 0
