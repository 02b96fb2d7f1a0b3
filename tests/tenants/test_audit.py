"""操作日志: in words, searched and filtered, never changed, and no way round field rights."""

import pytest
from django.urls import NoReverseMatch, reverse

from core.pages.table import phone_places
from core.records.models import LogEntry
from core.resources import registry
from tenants.people.services import user_update
from tenants.settings.services import company_furnish, settings_update
from tests.tenants.people import make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


@pytest.fixture
def boss(client):
    user = company_furnish(company_name="创之新科技", username="qin.chen", password="Kx7-nine-fish", name="秦晨")
    client.force_login(user, BACKEND)
    return user


def lines(client, query=""):
    return [(line.verb, line.record_text) for line in client.get(f"/log/?{query}").context["list"].page.records]


def test_verbs_and_modules_are_words(client, boss):
    page = client.get("/log/").content.decode()
    for word in ("创建", "用户管理", "角色管理", "组织管理", "系统管理员"):
        assert word in page
    table = page.split("<tbody")[1].split("</tbody")[0]
    for word in (">create<", ">users<", ">departments<"):
        assert word not in table


def test_a_card_on_a_phone_says_when_who_did_what_and_to_which_record(boss):
    resource = registry.resources["log"]
    placed = {column.name for column, place in phone_places(resource, resource.columns_for(boss)) if place}
    assert placed >= {"at", "actor_name", "verb", "resource", "record_text"}


def test_it_is_filtered_by_user_module_verb_and_time_and_searched(client, boss):
    user = make_person("fu.rui", name="符睿")
    user_update(user, {"name": "符蓉"}, by=boss)
    assert lines(client, "resource=users&verb=change")[0] == ("change", "符蓉")
    assert lines(client, "q=符蓉") == [("change", "符蓉")]
    assert ("create", "创之新科技") in lines(client, "actor_name=秦晨&resource=departments")
    assert lines(client, "at=2001-01-01..2001-12-31") == []
    assert lines(client, "verb=fly") == lines(client)  # told as not understood, not obeyed
    assert "fly" in client.get("/log/?verb=fly").content.decode()


def test_a_line_shows_what_was_and_what_became(client, boss):
    user = make_person("fu.rui", name="符睿")
    user_update(user, {"name": "符蓉", "is_active": False}, by=boss)
    entry = LogEntry.objects.get(verb="change", resource="users", record_id=user.pk)
    page = client.get(f"/log/{entry.pk}/").content.decode()
    for word in ("姓名", "符睿", "符蓉", "变更前", "变更后"):
        assert word in page
    settings_update({"bank": "招商银行"}, by=boss)
    entry = LogEntry.objects.get(verb="change", resource="settings")
    page = client.get(f"/log/{entry.pk}/").content.decode()
    assert "开户银行" in page
    assert "招商银行" in page


def test_the_log_is_no_way_round_field_rights(client, boss):
    user = make_person("fu.rui", phone="18665091989")
    user_update(user, {"phone": "13800138000", "email": "fu@example.com"}, by=boss)
    entry = LogEntry.objects.get(verb="change", resource="users", record_id=user.pk)
    auditor = make_person("auditor")
    rights = {"users.phone": "masked", "users.email": "hidden"}
    role = make_role(auditor, code="audit", permissions=("log.view", "users.view"), field_rights=rights)
    client.force_login(auditor, BACKEND)
    url = f"/log/{entry.pk}/"
    page = client.get(url).content.decode()
    assert "138****8000" in page
    for secret in ("13800138000", "18665091989", "fu@example.com"):
        assert secret not in page
        assert secret not in client.get("/log/").content.decode()
        assert secret not in client.get("/api/log/").content.decode()
    role.permissions = ["log.view"]
    role.save()
    assert "138****8000" not in client.get(url).content.decode()


def test_nobody_writes_to_it(client, boss):
    entry = LogEntry.objects.order_by("pk").first()
    for name in ("log-new", "log-edit", "log-delete", "log-bulk"):
        with pytest.raises(NoReverseMatch):
            reverse(name, args=[entry.pk] if name in {"log-edit", "log-delete"} else [])
    for method in ("put", "patch", "delete"):
        answer = getattr(client, method)(f"/api/log/{entry.pk}/", {}, content_type="application/json")
        assert answer.status_code in {403, 405}
    assert client.post("/api/log/", {}, content_type="application/json").status_code in {403, 405}


def test_only_with_the_permission(client, boss):
    client.force_login(make_person("nobody"), BACKEND)
    assert client.get("/log/").status_code == 403
    entry = LogEntry.objects.order_by("pk").first()
    assert client.get(f"/log/{entry.pk}/").status_code in {403, 404}
