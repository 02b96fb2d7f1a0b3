"""From the public site to a working company: sign-up, settings, people up to the licence, an operator, another user."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.product import PATIENCE, Product, tab_of
from tests.journeys.screens import PASSWORD, ask, choose, save, sign_in, sign_up

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("up")]


def picture(path: Path) -> Path:
    content = io.BytesIO()
    Image.new("RGB", (64, 64), "#2b5fe3").save(content, "PNG")
    path.write_bytes(content.getvalue())
    return path


def add_user(page: Page, address: str, username: str, name: str, *, roles: tuple[str, ...] = ()) -> None:
    page.goto(f"{address}/users/new/")
    page.fill("[name=username]", username)
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    for role in roles:
        choose(page, "roles", role)
    save(page)


def test_a_company_begins(product: Product, browser: Browser, faults: list[str], tmp_path: Path) -> None:
    _own, page = tab_of(browser, faults)

    # Sign-up on the public site, with the subdomain suggested from the name.
    address = sign_up(page, product, "云岭智能")
    assert address == product.url("yunlingzhineng")
    expect(page.get_by_text("填写企业信息")).to_be_visible()

    # Basic settings with the logo.
    page.goto(f"{address}/settings/")
    page.fill("[name=system_name]", "云岭工作台")
    page.fill("[name=address]", "深圳市南山区科苑路 15 号")
    page.set_input_files("input[name=logo]", picture(tmp_path / "logo.png"))
    save(page)
    expect(page.locator(".brand")).to_contain_text("云岭工作台")
    logo = page.locator(".brand img")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64

    # A department.
    page.goto(f"{address}/departments/new/")
    page.fill("[name=name]", "销售部")
    page.fill("[name=code]", "10000004")
    choose(page, "parent", "云岭智能")
    save(page)
    page.goto(f"{address}/departments/")
    expect(page.get_by_role("link", name="销售部", exact=True)).to_be_visible()

    # A role that sees its own department.
    page.goto(f"{address}/roles/new/")
    page.fill("[name=name]", "部门助理")
    page.fill("[name=code]", "assistant")
    choose(page, "scope", "本部门")
    save(page)
    page.goto(f"{address}/roles/")
    page.get_by_role("row", name=re.compile("部门助理")).get_by_role("link", name="权限设置").click()
    dialog = page.locator(".modal.show")
    dialog.locator("[value='users.view']").check()
    dialog.locator("[value='users.export']").check()
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text("分配资源成功")).to_be_visible()
    expect(dialog).to_have_count(0)

    # Users until the licence refuses: ten seats, one taken.
    add_user(page, address, "fuda", "符达", roles=("部门助理",))
    expect(page.get_by_text("保存成功").first).to_be_visible()
    for number in range(8):
        body = {"username": f"user{number}", "name": f"同事{number}", "password": PASSWORD}
        assert ask(page, "/api/users/", body)[0] == 201
    add_user(page, address, "toomany", "多余")
    expect(page.get_by_text(re.compile("授权用户数")).first).to_be_visible()
    assert page.locator("[name=username]").input_value() == "toomany"

    # An operator extends the licence.
    _operators, console = tab_of(browser, faults)
    sign_in(console, product.url("ops"), "operator", product.password_of("operator"))
    console.goto(f"{product.url('ops')}/companies/?q=云岭智能")
    console.get_by_role("link", name="云岭智能").first.click()
    console.get_by_role("button", name="快捷操作").click()
    console.get_by_role("link", name="调整用户数").click()
    console.fill("[name=seats]", "12")
    console.fill("[name=reason]", "增购 2 个用户")
    console.locator("#dialog").get_by_role("button", name="调整用户数").click()
    expect(console.get_by_text("增购 2 个用户")).to_be_visible()

    # One more fits now, at once.
    add_user(page, address, "oneforall", "符蓉")
    expect(page.get_by_text("保存成功").first).to_be_visible()

    # That user sees only what the role gives.
    _theirs, desk = tab_of(browser, faults)
    sign_in(desk, address, "fuda", PASSWORD)
    desk.goto(f"{address}/users/")
    expect(desk.get_by_role("row", name=re.compile("符达"))).to_be_visible()
    expect(desk.get_by_text("同事0")).to_have_count(0)
    assert ask(desk, "/roles/")[0] == 403
    assert ask(desk, "/settings/")[0] == 403

    # 切换用户, and back.
    page.goto(f"{address}/users/?q=fuda")
    row = page.get_by_role("row", name=re.compile("符达"))
    row.get_by_role("button", name="更多操作").click()
    row.get_by_text("切换用户").click()
    back = page.get_by_role("button", name="返回我的账号")
    expect(back).to_be_visible()
    page.goto(f"{address}/users/")
    expect(page.get_by_text("同事0")).to_have_count(0)
    back.click()
    expect(back).to_have_count(0)

    # The export holds the rows of the list.
    page.goto(f"{address}/users/?q=同事")
    page.get_by_role("button", name="导出").first.click()
    page.get_by_role("button", name="导出为 Excel (XLSX)").click()
    page.goto(f"{address}/jobs/")
    download = page.get_by_role("link", name="下载")
    for _ in range(30):
        if download.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download(timeout=PATIENCE) as waiting:
        download.first.click()
    waiting.value.save_as(tmp_path / "users.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "users.xlsx", read_only=True)
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "登录名"
    assert {row[0] for row in rows[1:]} == {f"user{number}" for number in range(8)}

    # English.
    page.goto(f"{address}/users/")
    page.locator(".me").first.click()
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", name="User management")).to_be_visible()
