"""The sign-in page is the company's own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from tenants.settings.models import CompanySettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def branded(company: Any) -> CompanySettings:
    """Settings with a name, a colour and a logo."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "#c2410c").save(picture, "PNG")
    settings = CompanySettings(pk=1, system_name="创之新 <CRM>", company_name="创之新国际", colour="#c2410c")
    settings.logo.save("logo.png", ContentFile(picture.getvalue()), save=False)
    settings.save()
    return settings


def test_it_shows_name_colour_and_logo_to_who_is_not_signed_in(client: Client, branded: CompanySettings) -> None:
    page = client.get("/sign-in/").content.decode()
    assert "创之新 &lt;CRM&gt;" in page
    assert "#c2410c" in page
    address = page.split('class="logo" src="')[1].split('"')[0]
    logo = client.get(address)
    assert (logo.status_code, logo["Content-Type"]) == (200, "image/png")
    assert logo.content.startswith(b"\x89PNG")


def test_the_name_of_one_company_is_not_on_the_page_of_another(
    client_of: Any, other_company: Any, branded: CompanySettings
) -> None:
    page = client_of(other_company).get("/sign-in/").content.decode()
    assert "创之新" not in page
    assert "Beta" in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_speaks_the_companys_language(client: Client, language: str) -> None:
    CompanySettings(pk=1, system_name="x", company_name="x", language=language).save()
    page = client.get("/sign-in/").content.decode()
    assert f'<html lang="{language}"' in page
    assert ("登录名 / 手机 / 邮箱" in page) == (language == "zh-hans")
