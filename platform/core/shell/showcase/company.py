"""A company for the shell to show: its menu, notices and badges."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from core.shell.navigation import Account, Area, Brand, Entry, Group, Notice, Provider


class ShowcaseProvider(Provider):
    """A made-up company, so that the shell has something to show."""

    def areas(self, request: HttpRequest) -> Sequence[Area]:
        """The manual's seven modules; the pages of the showcase stand in the third."""
        shown = {
            name: reverse("shell:component", args=[name])
            for name in ("list", "record", "form", "tree", "board", "home")
        }
        pages = (
            Group(
                "客户管理",
                (
                    Entry("客户", shown["list"], icon="users", count=1286),
                    Entry("客户资料", shown["record"], icon="building"),
                    Entry("新建客户", shown["form"], icon="address-book"),
                    Entry("客户分类", shown["tree"], icon="category", count=36),
                ),
            ),
            Group(
                "机会管理",
                (
                    Entry("机会", shown["board"], icon="target-arrow", count=86),
                    Entry("首页", shown["home"], icon="home"),
                    Entry("合同订单", "#", icon="clipboard-list", count=3, hot=True),
                ),
            ),
            Group("组件", (Entry("全部组件", reverse("shell:components"), icon="components"),)),
        )
        names = ("首页", "办公管理", "客户管理", "进销存管理", "财务管理", "统计分析", "系统设置")
        return [
            Area(str(number), name, reverse("shell:components") if number == 2 else "#", pages if number == 2 else ())
            for number, name in enumerate(names)
        ]

    def brand(self, request: HttpRequest) -> Brand:
        """The name of the demo company; ?colour= tries another colour."""
        return Brand(name="创之新国际", colour=request.GET.get("colour", ""))

    def account(self, request: HttpRequest) -> Account | None:
        """The demo company's administrator; ?acting shows what another user would see of it."""
        links = (Entry("个人资料", "#", icon="user-circle"), Entry("修改密码", "#", icon="key"))
        return Account(
            id=1,
            name="秦晨",
            detail="业务部",
            links=links,
            sign_out_url="#",
            impersonator="符蓉" if "acting" in request.GET else "",
            stop_impersonating_url="#",
        )

    def notices(self, request: HttpRequest) -> Sequence[Notice]:
        """?notices shows each level."""
        if "notices" not in request.GET:
            return ()
        return (
            Notice("系统将于今晚 23:00 维护十分钟。"),
            Notice("授权已过期，目前只能查看。", "danger", "#", "续费"),
            Notice("授权将于 7 天后到期。", "warning", "#", "查看"),
        )

    def create(self, request: HttpRequest) -> Sequence[Entry]:
        """Two of the quick-create entries."""
        return (
            Entry("客户", reverse("shell:component", args=["form"]), icon="users"),
            Entry("联系人", "#", icon="address-book"),
        )

    def urls(self, request: HttpRequest) -> dict[str, str]:
        """All buttons."""
        page = reverse("shell:components")
        return {
            "home": page,
            "search": f"{page}palette/",
            "menu": "#",
            "inbox": "#inbox",
            "bell": f"{page}bell/",
            "approvals": "#approvals",
            "chat": f"{page}chat/",
            "language": "#",
        }

    def unread(self, request: HttpRequest) -> dict[str, int]:
        """Two badges."""
        return {"inbox": 5, "approvals": 3}
