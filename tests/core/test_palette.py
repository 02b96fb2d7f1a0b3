"""Ctrl+K finds records, pages and actions, each as far as the user may see it, with few and bounded queries."""

import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.access import Scope
from core.db.limits import within
from core.pages import palette
from core.resources import registry
from core.shell.highlighting import found_at, highlighted, is_meant
from crm.customers.services import customer_create
from crm.followups.services import follow_up_create
from tests.core.page_answers import body
from tests.factories import make, make_administrator, make_user
from tests.samples.models import Project

pytestmark = pytest.mark.django_db

YUNLING = "深圳市云岭智能科技有限公司"


def asked(client, term="", **params):
    answer = client.get(reverse("palette"), {"q": term, **params})
    assert answer.status_code == 200
    return answer


def lines(answer):
    """The names of the lines, without marks."""
    shown = re.findall(r'<a class="co[^"]*" href="([^"]+)".*?<span class="ell">(.*?)</span>', body(answer))
    return {re.sub(r"</?mark>", "", name): url for url, name in shown}


def project(owner, name, **values):
    return make(Project, owner=owner, created_by=owner, kind=None, department=None, **{"name": name, **values})


@pytest.fixture
def me(client):
    user = make_user("projects.view", "projects.add", "users.view", scope=Scope.ALL)
    client.force_login(user)
    return user


@pytest.mark.parametrize("term", ["云岭", "yl", "YLZN", "2077", "ｙｌ", "云 岭"])
def test_a_record_is_found_however_it_is_meant(client, me, term):
    found = project(me, YUNLING, phone="13812342077")
    project(me, "别的公司")
    answer = asked(client, term)
    assert [name for name, url in lines(answer).items() if url == f"/projects/{found.pk}/"] == [YUNLING]
    assert "别的公司" not in body(answer)
    assert f'data-preview="/projects/{found.pk}/?part=drawer"' in body(answer)


def test_a_term_too_short_for_the_index_is_not_looked_for_in_prose(client):
    user = make_administrator()
    client.force_login(user)
    customer = customer_create({"name": "岭南照明", "owner": user, "phone": "13812342077"}, by=user)
    follow_up_create({"customer": customer, "content": "到岭南拜访, 138"}, by=user)
    for term in ("岭", "138"):
        with CaptureQueriesContext(connection) as queries:
            assert any(url == f"/customers/{customer.pk}/" for url in lines(asked(client, term)).values())
        assert not any("content" in query["sql"] for query in queries)
    assert any(url.startswith("/followups/") for url in lines(asked(client, "岭南")).values())


def test_the_part_found_is_marked_and_nothing_typed_is_taken_for_html(client, me):
    project(me, "<b>云岭</b>&co")
    assert "&lt;b&gt;<mark>云岭</mark>&lt;/b&gt;&amp;co" in asked(client, "云岭").content.decode()
    assert "<script>" not in asked(client, "<script>alert(1)</script>").content.decode()


def test_records_out_of_reach_are_not_told(client, other_company):
    mine = make_user("projects.view", scope=Scope.OWN)
    client.force_login(mine)
    project(mine, "云岭一")
    project(make_user(), "云岭二")
    project(mine, "云岭三", deleted_at="2026-01-01T00:00Z")
    assert [name for name in lines(asked(client, "云岭")) if name.startswith("云岭")] == ["云岭一"]


def test_modules_that_the_roles_do_not_show_are_not_asked(client):
    user = make_user("users.view")
    client.force_login(user)
    project(user, "云岭")
    assert "云岭" not in lines(asked(client, "云岭"))
    assert f"projects:{Project.objects.get().pk}" not in body(
        asked(client, recent=f"projects:{Project.objects.get().pk}")
    )


@pytest.mark.parametrize("right", ["masked", "hidden"])
def test_a_covered_phone_is_neither_found_nor_told(client, right):
    user = make_user("projects.view", field_rights={"projects.phone": right})
    client.force_login(user)
    project(user, YUNLING, phone="13812342077")
    for term in ("2077", "138", "13812342077"):
        assert YUNLING not in lines(asked(client, term))
    assert "2077" not in body(asked(client, "云岭"))


def test_what_was_found_in_another_field_is_told_beside_the_name(client, me):
    project(me, YUNLING, phone="13812342077")
    assert "13812342077 · " in body(asked(client, "2077"))


def test_the_best_five_come_first_and_the_list_holds_the_rest(client, me):
    for number in range(8):
        project(me, f"第{number}家云岭分公司")
    project(me, "云岭")
    shown = list(lines(asked(client, "云岭")).items())[:6]
    assert shown[0][0] == "云岭"
    assert len([name for name, _url in shown if "分公司" in name]) == 4
    assert shown[5][1] == "/projects/?q=%E4%BA%91%E5%B2%AD"


def test_pages_are_found_by_word_initials_and_pinyin_and_only_those_one_may_see(client, me):
    for term in ("用户", "yhgl", "yonghu"):
        assert lines(asked(client, term))["用户管理"] == "/users/", term
    assert "角色管理" not in lines(asked(client, "角色"))
    client.force_login(make_administrator())
    assert lines(asked(client, "角色"))["角色管理"] == "/roles/"


def test_what_can_be_made_is_offered_with_the_name_that_was_looked_for(client):
    client.force_login(make_administrator())
    assert lines(asked(client, "新建用户"))["新建用户"] == "/users/new/"
    answer = lines(asked(client))
    assert answer["新建客户"] == "/customers/new/"
    sought = lines(asked(client, "zhoujielun"))
    assert sought["新建用户“zhoujielun”"] == "/users/new/?username=zhoujielun"
    assert "没有找到“zhoujielun”" in body(asked(client, "zhoujielun"))


def test_without_words_the_records_last_opened_come_in_their_order(client, me):
    first, second, third = (project(me, name) for name in ("甲", "乙", "丙"))
    third.delete()
    recent = (
        f"projects:{second.pk},users:{me.pk},projects:{first.pk},projects:{third.pk},projects:x,nothing:1,,users:9e9"
    )
    assert list(lines(asked(client, recent=recent)))[:3] == ["乙", me.name, "甲"]
    assert "丙" not in lines(asked(client, recent=recent))


def test_who_is_not_signed_in_is_asked_to(client):
    assert client.get(reverse("palette"), headers={"HX-Request": "true"}).status_code == 401


def test_the_answer_is_nobody_elses(client, me):
    assert "no-store" in asked(client, "云")["Cache-Control"]


def test_queries_do_not_grow_with_what_is_found(client):
    user = make_administrator()
    client.force_login(user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            asked(client, "云岭")
        return len(captured)

    project(user, "云岭")
    few = queries()
    for number in range(30):
        project(user, f"云岭{number}")
    assert queries() == few
    modules = len(list(palette._searchable(user)))
    assert few <= 20 + 7 * modules  # of each: one that finds, and those that bound it


def test_a_module_that_takes_too_long_is_named_and_the_others_answer(client, me, monkeypatch):
    project(me, "云岭")
    found = palette._found

    def slow(resource, user, term):
        if resource is registry.resources["users"]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(5)")
        return found(resource, user, term)

    monkeypatch.setattr(palette, "_found", slow)
    start = time.monotonic()
    answer = asked(client, "云岭")
    assert time.monotonic() - start < 3
    assert "云岭" in lines(answer)
    assert "搜索“用户管理”超时" in body(answer)


def test_a_time_limit_ends_with_what_it_was_for(me):
    def timeout():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            return cursor.fetchone()[0]

    before = timeout()
    assert within(50, timeout) == "50ms"
    assert timeout() == before

    def sleep():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")

    assert within(50, sleep) is None
    assert timeout() == before
    with pytest.raises(ZeroDivisionError):
        within(50, lambda: 1 // 0)
    assert timeout() == before


@pytest.mark.parametrize(
    ("text", "term", "marked"),
    [
        (YUNLING, "云岭", "云岭"),
        (YUNLING, "yl", "云岭"),
        ("ＡＢＣ公司", "abc", "ＡＢＣ"),
        ("云 岭", "云岭", "云 岭"),
        ("Tower Bridge", "bridge", "Bridge"),
        ("Tower", "x", ""),
        ("Tower", "", ""),
    ],
)
def test_the_part_found_is_known(text, term, marked):
    place = found_at(text, term)
    assert (text[place[0] : place[1]] if place else "") == marked
    assert ("<mark>" in highlighted(text, term)) == bool(marked)


def test_a_word_is_meant_by_its_pinyin_from_the_start():
    assert is_meant("用户管理", "yonghug")
    assert not is_meant("用户管理", "hug")
