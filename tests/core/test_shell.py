"""The shell without a browser: what templates render, what headers say, what the build weighs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from core.shell import answers, colours, csp
from core.shell import forms as controls
from core.shell.context import Shell
from core.shell.navigation import Area, Entry, Group, Provider, locate, provider
from core.shell.paging import Paging
from core.shell.showcase.company import ShowcaseProvider
from core.shell.showcase.pages import PARTS
from core.shell.texts import browser_texts
from core.shell.vocabulary import atoms
from core.shell.vocabulary.messages import undo_url
from tenants.people.models import Department
from tests.core.shell_site import BUILD
from tests.factories import make

FRONTEND = Path(colours.__file__).parent / "frontend"


def asked(**query: str) -> HttpRequest:
    """A request for a page, with a nonce."""
    request = RequestFactory().get("/customers/", query)
    request.csp_nonce = "n0"  # type: ignore[attr-defined]
    return request


@pytest.fixture
def request_() -> HttpRequest:
    return asked(q="a", page="3")


@pytest.fixture
def bare_site(settings: Any) -> Iterator[Client]:
    """The shell's own pages without companies or database."""
    settings.ROOT_URLCONF = "tests.core.shell_urls"
    settings.MIDDLEWARE = [
        "core.shell.csp.SecurityHeadersMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
    yield Client()


def rendered(source: str, **context: object) -> str:
    return Template("{% load shell %}" + source).render(Context(context))


@pytest.mark.parametrize("name", ["", *(f"{name}/" for name in PARTS if name not in {"slow", "broken"})])
def test_every_page_of_the_showcase_answers(bare_site: Client, name: str) -> None:
    assert bare_site.get(f"/dev/components/{name}").status_code in {200, 204, 401, 403, 422}


def test_an_unknown_component_is_not_found(bare_site: Client) -> None:
    assert bare_site.get("/dev/components/nothing/").status_code == 404


@pytest.mark.parametrize("path", ["", "list/", "record/", "form/", "tree/", "bare/", "site/"])
def test_pages_hold_no_inline_script_style_or_handler(bare_site: Client, path: str) -> None:
    html = bare_site.get(f"/dev/components/{path}").content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*(\ssrc=|application/json))", html)
    assert not re.search(r"hx-on|js:", html)


@pytest.mark.parametrize("path", ["", "list/", "record/", "form/", "tree/", "board/", "home/"])
def test_no_id_stands_twice_on_a_page(bare_site: Client, path: str) -> None:
    html = bare_site.get(f"/dev/components/{path}").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    twice = {name for name in ids if ids.count(name) > 1}
    assert {name for name in twice if not name.startswith("id_")} == set()  # the form stands there twice on purpose


def test_every_button_without_words_has_a_name(bare_site: Client) -> None:
    for path in ("", "list/", "record/", "tree/"):
        html = bare_site.get(f"/dev/components/{path}").content.decode()
        for attributes, inside in re.findall(r"<button([^>]*)>(.*?)</button>", html, re.DOTALL):
            assert re.sub(r"<[^>]+>", "", inside).strip() or "aria-label" in attributes or "aria-hidden" in attributes


def test_the_policy_allows_nothing_unsafe(bare_site: Client) -> None:
    first, second = (bare_site.get("/dev/components/").headers["Content-Security-Policy"] for _ in range(2))
    assert "unsafe" not in first
    assert "default-src 'none'" in first
    assert "frame-ancestors 'none'" in first
    assert first != second  # a nonce serves once


def test_other_security_headers_stand_beside_it(bare_site: Client) -> None:
    headers = bare_site.get("/dev/components/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_view_may_set_its_own_policy() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"})

    answer = csp.SecurityHeadersMiddleware(view)(RequestFactory().get("/"))
    assert answer["Content-Security-Policy"] == "default-src 'self'"


def test_forms_may_lead_where_the_settings_say(settings: Any) -> None:
    settings.CSP_FORM_ACTION = ["https://*.example.com"]
    answer = csp.SecurityHeadersMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert answer["Content-Security-Policy"].endswith("form-action 'self' https://*.example.com")


def test_templates_render_without_a_build(monkeypatch: pytest.MonkeyPatch, request_: HttpRequest) -> None:
    storage = ManifestStaticFilesStorage()
    storage.hashed_files = {}
    monkeypatch.setattr(atoms, "staticfiles_storage", storage)
    atoms.asset.cache_clear()
    html = render_to_string("shell/base.html", {"shell": Shell(request_, Provider())}, request=request_)
    assert "/static/shell/build/app.js" in html


def test_the_companys_colour_and_its_text_reach_the_page() -> None:
    request = asked(colour="#ffe08a")
    html = render_to_string("shell/bare.html", {"shell": Shell(request, ShowcaseProvider())}, request=request)
    assert '<meta name="brand-colour" content="#ffe08a" data-text="#10151f">' in html


@pytest.mark.parametrize("colour", ["red", "#12345", "#2b5fe3;}*{display:none", "url(x)", "#2b5fe3\n"])
def test_a_malformed_colour_is_not_written(colour: str) -> None:
    assert Shell(asked(colour=colour), ShowcaseProvider()).brand_colour == ""


def test_the_provider_of_the_settings_must_be_one(settings: Any) -> None:
    settings.SHELL_PROVIDER = "tests.core.test_shell.FRONTEND"
    with pytest.raises(TypeError):
        provider()


def test_the_entry_whose_address_covers_most_is_active() -> None:
    group = Group("g", (Entry("Users", "/users/"), Entry("Log", "/users/log/"), Entry("Home", "/")))
    found = locate([Area("system", "System", "/users/", (group,))], "/users/log/7/")
    assert found[0].active
    assert [entry.active for entry in found[0].groups[0].entries] == [False, True, False]


def test_nothing_is_active_elsewhere() -> None:
    areas = [Area("system", "System", "/users/", (Group("g", (Entry("Users", "/users/"), Entry("Home", "/"))),))]
    assert locate(areas, "/usersx/") is areas


def test_the_root_covers_itself_only() -> None:
    areas = [Area("home", "Home", "/"), Area("system", "System", "/users/")]
    assert [area.active for area in locate(areas, "/")] == [True, False]


@pytest.mark.parametrize(
    ("page", "pages", "window"),
    [
        (1, 1, [1]),
        (1, 11, [1, 2, 3, 4, None, 11]),
        (6, 11, [1, None, 5, 6, 7, None, 11]),
        (11, 11, [1, None, 8, 9, 10, 11]),
        (3, 5, [1, 2, 3, 4, 5]),
    ],
)
def test_page_links_leave_out_the_middle(page: int, pages: int, window: list[int | None]) -> None:
    assert Paging(page, 10, pages * 10).window == window


def test_an_empty_list_starts_at_nothing() -> None:
    paging = Paging(1, 20, 0)
    assert (paging.start, paging.end, paging.pages, paging.has_next) == (0, 0, 1, False)


def test_an_inexact_total_always_has_a_next_page() -> None:
    assert Paging(500, 20, 10_000, exact=False).has_next


def test_the_footer_keeps_the_other_parameters(request_: HttpRequest) -> None:
    html = Template("{% load shell %}{% pager paging target='#panel' %}").render(
        Context({"request": request_, "paging": Paging(3, 20, 214)})
    )
    assert 'href="/customers/?q=a&amp;page=4"' in html
    assert 'hx-target="#panel"' in html
    assert 'href="/customers/?q=a&amp;page=1&amp;size=50"' in html
    assert "总共 <b>214</b> 条记录" in html


def test_what_users_type_is_text() -> None:
    evil = '<b onx="1">&'
    for source in (
        "{% avatar x %}",
        "{% state x %}",
        "{% tag x %}",
        "{% button x %}",
        "{% toast x %}",
        "{% card x %}{% endcard %}",
        "{% drawer x %}{% enddrawer %}",
        "{% modal x %}{% endmodal %}",
        "{% stat x x %}",
        "{% empty 'none' title=x text=x %}",
        "<i {% confirm x detail=x %}></i>",
        "{% button x title=x data_x=x %}",
        "{% dropdown x %}{% enddropdown %}",
        "{% banner 'info' action=x url='/' %}{{ x }}{% endbanner %}",
    ):
        assert "<b onx" not in rendered(source, x=evil), source


def test_an_avatar_keeps_its_colour() -> None:
    assert rendered("{% avatar '秦晨' 7 %}") == rendered("{% avatar '秦晨' 7 %}")
    assert ">秦<" in rendered("{% avatar '秦晨' 7 %}")


def test_an_unknown_colour_is_grey() -> None:
    assert "c-gray" in rendered("{% state 'x' 'pink' %}")


@pytest.mark.parametrize("name", ["", "undo:https://evil.example/", "undo://evil.example/"])
def test_undo_leads_to_this_host_only(name: str) -> None:
    assert undo_url(name) == ""


def test_undo_reads_the_tags_of_a_message() -> None:
    assert undo_url("undo:/users/7/undo/ other") == "/users/7/undo/"


def test_a_field_shows_star_help_and_errors_that_screen_readers_find() -> None:
    class Form(forms.Form):
        name = forms.CharField(label="姓名", help_text="help")

    html = Form({}, renderer=controls.ShellRenderer())["name"].as_field_group()
    assert 'class="req"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert "is-invalid" in html


@pytest.mark.django_db
def test_a_picker_with_an_address_holds_chosen_options_only() -> None:
    first, second = (make(Department, name=name) for name in ("业务部", "财务部"))
    field = forms.ModelChoiceField(Department.objects.get_queryset(), widget=controls.Picker(url="/find/"))
    html = field.widget.render("department", str(second.pk))
    assert second.name in html
    assert first.name not in html
    assert 'data-picker="/find/"' in html


def test_a_toast_joins_other_events_of_the_answer() -> None:
    answer = answers.with_toast(answers.close_dialog(HttpResponse(status=204)), "已保存", undo_url="/undo/")
    events = json.loads(answer["HX-Trigger"])
    assert events["close-dialog"] is True
    assert events["toast"] == {"text": "已保存", "level": "success", "undo": "/undo/"}
    assert answer["HX-Trigger"].isascii()


def test_events_named_in_plain_words_are_kept() -> None:
    answer = HttpResponse(headers={"HX-Trigger": "a, b"})
    assert json.loads(answers.trigger(answer, "c")["HX-Trigger"]) == {"a": True, "b": True, "c": True}


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_nothing_but_themselves(name: str) -> None:
    assert 'class="bare-card fault"' in render_to_string(f"{name}.html")


def test_scripts_and_server_agree_on_the_strings() -> None:
    scripts = "".join(path.read_text() for path in (FRONTEND / "js").glob("*.js"))
    told = set(browser_texts())
    asked = set(re.findall(r'text\(\s*"(\w+)"', scripts))
    assert asked <= told
    assert {key for key in told if f'"{key}"' not in scripts} == set()


def _colours(part: str) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6}|[0-9a-f]{3});", part)
    return {
        name: "#" + (colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)) for name, colour in found
    }


def _tokens() -> dict[str, dict[str, str]]:
    light, dark = (FRONTEND / "scss/_tokens.scss").read_text().split('[data-bs-theme="dark"] {')
    return {"light": _colours(light), "dark": _colours(light) | _colours(dark)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_are_readable_on_every_surface(theme: str) -> None:
    tokens = _tokens()[theme]
    pairs = [(text, surface) for text in ("t1", "t2", "t3", "ph") for surface in ("bg", "surface", "surface-2")]
    pairs += [(text, "surface-3") for text in ("t1", "t2", "t3")]
    pairs += [(f"{name}-t", f"{name}-bg") for name in ("green", "amber", "red", "violet", "cyan", "gray")]
    pairs += [(f"{name}-t", "surface") for name in ("green", "amber", "red")]
    pairs += [("pri-t", "pri-50"), ("pri-t", "surface"), ("bar-t", "bar")]
    low = [pair for pair in pairs if colours.contrast(tokens[pair[0]], tokens[pair[1]]) < 4.5]
    low += [
        (name, "white")
        for name in ("pri-btn", "count", "danger-btn")
        if colours.contrast(tokens[name], "#ffffff") < 4.5
    ]
    assert low == []


def test_icons_are_visible_on_every_surface() -> None:
    for tokens in _tokens().values():
        assert colours.contrast(tokens["t4"], tokens["surface"]) >= 3


def test_what_has_a_colour_of_its_own_is_shown_in_it() -> None:
    red, coloured_otherwise = SimpleNamespace(colour="red"), SimpleNamespace(colour="#ff0000")
    assert "tag-red" in rendered("{% avatar x 7 %}", x=red)
    assert "#ff" not in rendered("{% avatar x 7 %}", x=coloured_otherwise)


def test_avatars_carry_readable_letters() -> None:
    found = re.findall(r"\.ac\d \{ background: (#\w{6})", (FRONTEND / "scss/_atoms.scss").read_text())
    assert len(found) == colours.AVATAR_COLOURS
    assert [colour for colour in found if colours.contrast(colour, "#ffffff") < 4.5] == []


def test_styles_neither_space_nor_slant_nor_shrink_chinese() -> None:
    styles = "".join(path.read_text() for path in (FRONTEND / "scss").glob("*.scss"))
    assert "letter-spacing" not in styles
    assert "italic" not in styles
    assert not re.search(r"font-size: (?:[0-9]|1[01])(?:\.\d+)?px", styles)


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert all("resolved" not in package and package["integrity"] for package in packages)


def test_versions_are_exact() -> None:
    package = json.loads((FRONTEND / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [version for version in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.skipif(not (BUILD / "weights.json").exists(), reason="the front end is not built")
def test_the_build_keeps_its_budgets() -> None:
    built = json.loads((BUILD / "weights.json").read_text())
    weights = built["weights"]
    assert {name: weights[name] for name, budget in built["budgets"].items() if weights[name] > budget} == {}
    # A list page, cold: styles, scripts, icons, and the page itself under 15 KB.
    assert weights["app.css"] + weights["app.js"] + weights["icons.svg"] + 15 <= 140
