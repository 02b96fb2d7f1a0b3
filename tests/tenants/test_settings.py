"""基本设置: every field of the manual, errors at the field, the logo, licence figures nobody edits."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.records.models import LogEntry
from tenants.settings.current import settings_now
from tenants.settings.models import CompanySettings
from tenants.settings.services import company_furnish
from tests.tenants.people import make_person, make_role

pytestmark = pytest.mark.django_db
BACKEND = "tenants.people.authentication.AnyNameBackend"


def picture(kind="PNG", size=(900, 300)):
    file = io.BytesIO()
    Image.new("RGB", size, "#2b5fe3").save(file, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", file.getvalue(), content_type=f"image/{kind.lower()}")


@pytest.fixture
def boss(client):
    user = company_furnish(
        company_name="创之新科技", system_name="创之新国际", username="qin.chen", password="Kx7-nine-fish", name="秦晨"
    )
    client.force_login(user, BACKEND)
    return user


def filled(**values):
    """A form as the page sends it."""
    usual = {"system_name": "创之新国际", "company_name": "创之新", "language": "zh-hans", "time_zone": "Asia/Shanghai"}
    return {**usual, "currency": "CNY", "version": settings_now().version, **values}


def test_the_page_has_every_word_of_the_manual(client, boss):
    page = client.get("/settings/").content.decode()
    for word in [
        "系统名称",
        "公司名称",
        "公司英文名",
        "手机",
        "电话",
        "传真",
        "邮箱",
        "地址",
        "网址",
        "开户银行",
        "开户帐号",
        "公司LOGO",
        "选择",
        "管理员账号",
        "授权用户数",
        "当前用户数",
        "状态",
        "API接口权限",
        "请联系平台方授权",
    ]:
        assert word in page, word
    assert "qin.chen" in page


def test_what_is_stored_is_shown_everywhere_and_logged(client, boss):
    answer = client.post("/settings/", filled(system_name="新系统", bank="招商银行", phone="+86 186 8066 7650"))
    assert answer.status_code == 302
    stored = settings_now()
    assert (stored.system_name, stored.bank, stored.phone) == ("新系统", "招商银行", "18680667650")
    assert "新系统" in client.get("/").content.decode()
    entry = LogEntry.objects.filter(resource="settings", verb="change").get()
    assert entry.changes["bank"] == ["", "招商银行"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("system_name", ""),
        ("system_name", "x" * 41),
        ("email", "nobody"),
        ("website", "javascript:alert(1)"),
        ("phone", "abc"),
        ("colour", "red"),
        ("time_zone", "Mars/Olympus"),
        ("currency", "XXX"),
        ("language", "fr"),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_nothing_is_stored(client, boss, field, value):
    answer = client.post("/settings/", filled(bank="招商银行", **{field: value}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "招商银行" in answer.content.decode()
    assert settings_now().bank == ""


def test_the_licence_can_not_be_changed_from_here(client, boss, company):
    client.post("/settings/", filled(seats="9999", state="active", api_granted="on"))
    page = client.get("/settings/")
    assert page.context["licence"].seats == company.licence.seats
    assert not page.context["licence"].api_granted


def test_a_logo_is_made_small_shown_replaced_and_cleared(client, boss, client_of, company):
    assert client.post("/settings/", filled(logo=picture())).status_code == 302
    first = settings_now().logo
    assert first.name.startswith(f"{company.uuid}/logo/")
    with first.open("rb") as content, Image.open(content) as stored:
        assert (stored.format, stored.size) == ("PNG", (512, 171))
    url = f"/logo/{first.name.rpartition('/')[2]}"
    assert url in client.get("/").content.decode()
    shown = client_of(company).get(url)  # the sign-in page shows it, too
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert client.post("/settings/", filled(logo=picture("JPEG"))).status_code == 302
    assert client.get(url).status_code == 404
    client.post("/settings/", filled(**{"logo-clear": "on"}))
    assert not settings_now().logo
    assert "/logo/" not in client.get("/").content.decode()


def test_saving_without_choosing_keeps_the_logo(client, boss):
    client.post("/settings/", filled(logo=picture()))
    name = settings_now().logo.name
    client.post("/settings/", filled(bank="招商银行"))
    assert settings_now().logo.name == name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("logo.png", b"<html><script>alert(1)</script></html>"),
        ("logo.png", b"\x89PNG\r\n\x1a\n broken"),
        ("logo.pdf", b"%PDF-1.7 nothing"),
        ("logo.exe", b"MZ"),
        ("logo.png", b""),
    ],
)
def test_it_refuses_what_is_no_picture(client, boss, name, content):
    answer = client.post("/settings/", filled(logo=SimpleUploadedFile(name, content)))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["logo"]
    assert not settings_now().logo


def test_another_companys_logo_does_not_exist_here(client, boss, client_of, other_company):
    client.post("/settings/", filled(logo=picture()))
    name = settings_now().logo.name.rpartition("/")[2]
    assert client_of(other_company).get(f"/logo/{name}").status_code == 404
    assert client.get("/logo/..%2F..%2Fsecret").status_code == 404


def test_a_stale_edit_shows_what_the_colleague_stored(client, boss):
    old = settings_now().version
    client.post("/settings/", filled(bank="招商银行"))
    answer = client.post("/settings/", filled(bank="工商银行", version=old))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "招商银行" in page
    assert "工商银行" in page
    assert settings_now().bank == "招商银行"


def test_who_may_only_look_changes_nothing(client, boss):
    looker = make_person("looker")
    make_role(looker, code="looker", permissions=("settings.view",))
    client.force_login(looker, BACKEND)
    page = client.get("/settings/")
    assert "<fieldset disabled>" in page.content.decode()
    assert client.post("/settings/", filled(bank="x")).status_code == 403
    client.force_login(make_person("nobody"), BACKEND)
    assert client.get("/settings/").status_code == 403


def test_the_time_zone_of_the_company_is_the_one_of_its_pages(client, boss):
    client.post("/settings/", filled(time_zone="America/New_York"))
    entry = LogEntry.objects.order_by("pk").last()
    page = client.get("/log/").content.decode()
    import zoneinfo

    local = entry.at.astimezone(zoneinfo.ZoneInfo("America/New_York"))
    assert f"{local:%Y-%m-%d %H:%M}" in page


def test_languages_the_users_then_the_browsers_then_the_companys(client, boss):
    client.post("/settings/", filled(language="en"))
    assert "Basic settings" in client.get("/settings/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/settings/"})
    assert "基本设置" in client.get("/settings/").content.decode()
    boss.refresh_from_db()
    assert boss.language == "zh-hans"
    assert client.post("/language/", {"language": "fr"}).status_code == 400
    assert client.post("/language/", {"language": "en", "next": "https://evil.example/"})["Location"] == "/"


def test_a_new_company_has_everything_it_starts_with(boss):
    from core.records.models import Option
    from tenants.people.models import Department
    from tenants.roles.models import Role

    assert CompanySettings.objects.get().company_name == "创之新科技"
    unit = Department.objects.get()
    assert (unit.code, unit.kind, unit.leader) == ("10000", "company", boss)
    boss.refresh_from_db()
    assert boss.department == unit
    assert [role.name for role in boss.roles.all()] == ["系统管理员"]
    assert set(Role.objects.values_list("name", flat=True)) >= {"系统管理员", "部门经理", "业务代表"}
    assert Option.objects.filter(kind="position").count() == 7
    assert LogEntry.objects.filter(actor_id=None).count() == 0
