"""首页: a greeting, the start-up checklist with real states, and a helpful page for who has no role."""

import datetime

import pytest
from django.utils import timezone

from tenants.companies.models import Licence
from tenants.settings.current import settings_now
from tenants.settings.models import CompanySettings
from tenants.settings.services import company_furnish, settings_update
from tests.tenants.people import make_person, make_role, make_unit

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss(client):
    user = company_furnish(company_name="创之新科技", username="qin.chen", password="Kx7-nine-fish", name="秦晨")
    client.force_login(user, BACKEND)
    return user


def states(client):
    return {str(step.label): step.done for step in client.get("/").context["steps"]}


def test_the_checklist_tells_what_is_really_done(client, boss):
    assert states(client) == {
        "填写企业信息": False,
        "上传 LOGO": False,
        "建立部门": False,
        "建立角色并分配用户": False,
        "邀请同事加入": False,
    }
    settings_update({"address": "深圳", "telephone": "0755-88668866"}, by=boss)
    make_unit("销售部", "10000002")
    colleague = make_person("fu.rui")
    make_role(colleague, code="own")
    done = states(client)
    assert done == {**done, "填写企业信息": True, "建立部门": True, "建立角色并分配用户": True, "邀请同事加入": True}
    assert not done["上传 LOGO"]


def test_the_checklist_can_be_put_away_and_brought_back(client, boss):
    assert 'id="checklist"' in client.get("/").content.decode()
    client.post("/checklist/", {"away": "1"})
    assert 'id="checklist"' not in client.get("/").content.decode()
    client.post("/checklist/", {})
    assert 'id="checklist"' in client.get("/").content.decode()


def test_only_who_may_change_the_settings_puts_the_checklist_away(client, boss):
    client.force_login(make_person("nobody"), BACKEND)
    assert client.post("/checklist/", {"away": "1"}).status_code == 403
    assert not CompanySettings.objects.get().checklist_away


def test_who_has_no_role_sees_no_module_but_whom_to_ask(client, boss):
    client.force_login(make_person("fu.rui"), BACKEND)
    page = client.get("/").content.decode()
    assert "您还没有角色" in page
    assert "秦晨" in page
    assert "/users/" not in page
    assert "系统设置" not in page
    for url in ("/profile/", "/password/change/", "/inbox/", "/menu/"):
        assert client.get(url).status_code == 200, url


def test_an_empty_role_shows_no_module_either(client, boss):
    user = make_person("fu.rui")
    make_role(user, code="empty")
    client.force_login(user, BACKEND)
    assert "您还没有角色" in client.get("/").content.decode()


def test_strangers_are_asked_to_sign_in(client, boss):
    client.logout()
    assert client.get("/")["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize(("hour", "words"), [(3, "晚上好"), (9, "上午好"), (13, "下午好"), (20, "晚上好")])
def test_it_greets_by_the_companys_clock(client, boss, monkeypatch, hour, words):
    moment = datetime.datetime(2026, 11, 23, hour, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr("tenants.settings.home.timezone.localtime", lambda *given: moment)
    assert f"{words}，秦晨" in client.get("/").content.decode()


def licence(company, **values):
    from core.db import run_outside_companies
    from tenants.companies.lookup import restart

    run_outside_companies(lambda: Licence.objects.filter(pk=company.id).update(**values))
    restart()


def test_a_licence_that_ends_soon_is_told_to_administrators_only(client, boss, company):
    soon = timezone.localdate() + datetime.timedelta(days=5)
    licence(company, valid_until=soon)
    assert f"试用将于 {soon} 结束" in client.get("/").content.decode()
    client.force_login(make_person("fu.rui"), BACKEND)
    assert "试用将于" not in client.get("/").content.decode()


def test_an_expired_licence_is_told_to_everybody_and_bars_changes(client, boss, company):
    licence(company, valid_until=timezone.localdate() - datetime.timedelta(days=30))
    client.force_login(make_person("fu.rui"), BACKEND)
    assert "授权已过期" in client.get("/").content.decode()
    client.force_login(boss, BACKEND)
    version = settings_now().version
    assert client.post("/checklist/", {"away": "1"}).status_code == 403
    assert settings_now().version == version


def test_a_temporary_password_is_pointed_out_until_it_is_changed(client_of, company, boss):
    from tenants.people.services import user_reset_password

    user = make_person("fu.rui")
    password = user_reset_password(user, by=boss)
    client = client_of(company)
    client.post("/sign-in/", {"login": "fu.rui", "password": password})
    assert "临时密码" in client.get("/").content.decode()
    new = "Kx7-other-fish"
    answer = client.post("/password/change/", {"oldpassword": password, "password1": new, "password2": new})
    assert answer.status_code == 302, answer.context["form"].errors
    assert "临时密码" not in client.get("/").content.decode()
