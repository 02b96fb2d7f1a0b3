"""Every component in every state, and a list, record, form and tree page made of them. Not served in production."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.shell import forms as controls
from core.shell.answers import close_dialog, sign_in_again, signed_in, with_toast
from core.shell.context import Shell
from core.shell.navigation import Account, Area, Brand, Entry, Group, Notice, Provider
from core.shell.paging import Paging

CUSTOMERS = (
    (
        "云",
        "深圳市云岭智能科技有限公司",
        "blue",
        "开发中",
        (("好沟通", "green"), ("复购", "blue")),
        "刘志远",
        "总经理",
        "186****1989",
        "2 小时前",
        "明天 15:00",
        "amber",
        "186,000",
        "符蓉",
    ),
    (
        "启",
        "广州启航电子商务有限公司",
        "green",
        "已成交",
        (("大客户", "violet"),),
        "陈晓敏",
        "采购",
        "138****2077",
        "今天 08:40",
        "今天 16:30",
        "red",
        "92,500",
        "秦晨",
    ),
    (
        "恒",
        "东莞恒盛精密五金制品厂",
        "blue",
        "开发中",
        (("价格敏感", "amber"),),
        "何建国",
        "厂长",
        "135****6612",
        "昨天 16:22",
        "11-26",
        "",
        "340,000",
        "周文博",
    ),
    (
        "锦",
        "佛山市锦绣家居有限公司",
        "green",
        "已成交",
        (),
        "林雅婷",
        "总监",
        "139****0458",
        "昨天 10:05",
        "11-27",
        "",
        "—",
        "符蓉",
    ),
    (
        "青",
        "杭州青禾文化传媒有限公司",
        "blue",
        "开发中",
        (("转介绍", "cyan"),),
        "吴思源",
        "CEO",
        "150****3321",
        "2 天前",
        "已逾期 2 天",
        "red",
        "58,800",
        "秦晨",
    ),
    (
        "博",
        "苏州博远自动化设备有限公司",
        "blue",
        "开发中",
        (("大客户", "violet"), ("招投标", "amber")),
        "郑海波",
        "工程部",
        "136****8870",
        "2 天前",
        "11-30",
        "",
        "428,000",
        "符蓉",
    ),
    (
        "海",
        "厦门海峰国际货运代理",
        "green",
        "已成交",
        (("好沟通", "green"),),
        "黄珊",
        "商务",
        "187****1145",
        "3 天前",
        "—",
        "",
        "36,000",
        "秦晨",
    ),
    (
        "蜀",
        "成都蜀味源食品有限公司",
        "blue",
        "开发中",
        (("价格敏感", "amber"),),
        "罗大勇",
        "老板",
        "133****9026",
        "3 天前",
        "12-01",
        "",
        "12,600",
        "周文博",
    ),
)
PEOPLE = ("秦晨", "符睿", "符蓉", "周文博", "沈洁", "林雅婷")

WORDS = {
    "states": ("潜在客户", "开发中", "已成交", "失效"),
    "departments": ("业务部", "人事部", "销售部", "财务部", "技术部"),
    "areas": ("办公管理", "客户管理"),
    "screens": ("公告", "审批"),
    "verbs": ("查看", "添加", "修改", "删除", "导入", "导出"),
    "lanes": ("初步接洽", "需求确认", "方案报价", "商务谈判", "赢单"),
    "figures": ("新增客户", "跟进次数", "新增机会", "成交金额"),
    "features": ("客户管理", "进销存管理", "财务管理"),
}


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


@dataclass(frozen=True)
class Tab:
    """A saved view in the mock-up."""

    label: str
    count: int | None = None
    active: bool = False
    url: str = "?"


class Sample(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="客户名称", max_length=60, help_text="与营业执照一致")
    level = forms.ChoiceField(label="客户级别", choices=[("", "—"), ("1", "重点"), ("2", "普通")])
    owner = forms.ChoiceField(
        label="负责人",
        choices=[(str(number), name) for number, name in enumerate(PEOPLE, 1)],
        widget=controls.Picker(),
        required=False,
    )
    amount = forms.DecimalField(
        label="预计金额", widget=controls.MoneyInput, max_digits=12, decimal_places=2, required=False
    )
    count = forms.IntegerField(label="员工人数", required=False, min_value=1)
    due = forms.DateField(label="下次联系", widget=controls.DateInput, required=False)
    when = forms.DateTimeField(label="提醒时间", widget=controls.DateTimeInput, required=False)
    kind = forms.ChoiceField(
        label="公司性质", choices=[("a", "民营"), ("b", "国企"), ("c", "外资")], widget=controls.RadioCards, initial="a"
    )
    tags = forms.MultipleChoiceField(
        label="客户标签",
        choices=[("1", "好沟通"), ("2", "大客户"), ("3", "价格敏感")],
        widget=controls.CheckList,
        required=False,
    )
    team = forms.MultipleChoiceField(
        label="协作人",
        choices=[(str(number), name) for number, name in enumerate(PEOPLE, 1)],
        widget=controls.MultiPicker(),
        required=False,
    )
    logo = forms.FileField(label="公司LOGO", widget=controls.FileChoose(preview=True), required=False)
    active = forms.BooleanField(label="允许登录", widget=controls.Switch, required=False, initial=True)
    agreed = forms.BooleanField(label="已核对", required=False)
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False, initial="1")

    def clean_amount(self) -> Decimal | None:
        """Refuses an amount below zero, to show an error at a field."""
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError("金额不能小于 0")
        return amount


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    return {
        "shell": Shell(request, ShowcaseProvider()),
        "customers": CUSTOMERS,
        "people": list(enumerate(PEOPLE, 1)),
        "words": WORDS,
        **more,
    }


def components(request: HttpRequest) -> HttpResponse:
    """The page with every component; ?say=… shows a message of each level."""
    if "say" in request.GET:
        messages.success(
            request, "已将 3 家客户转移给 周文博", extra_tags=f"undo:{reverse('shell:component', args=['undo'])}"
        )
        messages.error(request, "保存失败")
    return render(
        request,
        "shell/showcase/components.html",
        _context(
            request,
            form=Sample(),
            wrong=Sample({"name": "", "amount": "-1", "count": "x"}),
            many=Paging(3, 20, 10_000, exact=False),
            none=Paging(1, 20, 0),
        ),
    )


def _list(request: HttpRequest) -> HttpResponse:
    views = (
        Tab("全部客户", 1286),
        Tab("我负责的", 214, True),
        Tab("我关注的", 36),
        Tab("本周待跟进", 19),
        Tab("30 天未联系", 57),
    )
    page = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdigit() else 1
    columns = (
        ("客户名称", True, True),
        ("客户状态", True, False),
        ("客户级别", True, False),
        ("客户标签", True, False),
        ("首要联系人", True, False),
        ("手机", True, False),
        ("客户来源", False, False),
        ("创建时间", False, False),
    )
    rows = [(number, *CUSTOMERS[number % len(CUSTOMERS)]) for number in range(1, 21)]
    return render(
        request,
        "shell/showcase/list.html",
        _context(
            request,
            views=views,
            rows=rows,
            columns=columns,
            paging=Paging(page, 20, 214),
            chosen=request.GET.get("q", ""),
        ),
    )


def _form(request: HttpRequest) -> HttpResponse:
    form = Sample(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["name"] == "409" and form.cleaned_data["version"] == "1":
            clashes = [
                {"name": "level", "label": "客户级别", "mine": "重点", "theirs": "普通", "theirs_raw": json.dumps("2")}
            ]
            return render(
                request,
                "shell/parts/clash.html",
                {"version": "2", "who": "符蓉", "when": timezone.now(), "clashes": clashes},
                status=409,
            )
        messages.success(request, "保存成功")
        response = HttpResponse(status=204)
        response.headers["HX-Location"] = json.dumps(
            {
                "path": reverse("shell:component", args=["record"]),
                "target": "#app",
                "select": "#app",
                "swap": "outerHTML",
            }
        )
        return response
    return render(request, "shell/showcase/form.html", _context(request, form=form), status=422 if form.errors else 200)


def _template(name: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: render(request, f"shell/showcase/{name}.html", _context(request))


def _palette(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    return render(
        request,
        "shell/showcase/palette.html",
        _context(request, found=[one for one in CUSTOMERS if asked in one[1]][:5], asked=asked),
    )


def _picker(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")
    return JsonResponse(
        {
            "results": [
                {"id": number, "text": name, "detail": "业务部"}
                for number, name in enumerate(PEOPLE, 1)
                if asked in name
            ]
        }
    )


def _session(request: HttpRequest) -> HttpResponse:
    """Answers 401 until the dialog has signed in, which sets a cookie here."""
    if request.COOKIES.get("showcase") == "in":
        return with_toast(HttpResponse("<b>✓</b>"), "请求已重新发送")
    return sign_in_again(reverse("shell:component", args=["sign-in"]))


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.POST.get("password") == "wrong" or request.method != "POST":
        return render(
            request,
            "shell/showcase/sign_in.html",
            {"wrong": request.method == "POST"},
            status=422 if request.method == "POST" else 200,
        )
    response = signed_in(1, get_token(request))
    response.set_cookie("showcase", "in", max_age=60)
    return response


def _slow(request: HttpRequest) -> HttpResponse:
    time.sleep(1)
    return with_toast(HttpResponse("<b>✓</b>"), "完成")


def _status(status: int) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: HttpResponse("refused" if status == 422 else "", status=status, content_type="text/plain")


PARTS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "list": _list,
    "form": _form,
    **{
        name: _template(name)
        for name in ("record", "tree", "board", "home", "drawer", "modal", "chat", "bell", "bare", "site")
    },
    "palette": _palette,
    "picker": _picker,
    "session": _session,
    "sign-in": _sign_in,
    "slow": _slow,
    "toast": lambda request: with_toast(
        close_dialog(HttpResponse(status=204)), "已保存", undo_url=reverse("shell:component", args=["undo"])
    ),
    "undo": _status(204),
    "move": _status(204),
    "refused": _status(422),
    "forbidden": _status(403),
    "broken": _status(500),
}


def part(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the showcase, or an answer of the kind that its buttons try."""
    if name not in PARTS:
        raise Http404(name)
    return PARTS[name](request)
