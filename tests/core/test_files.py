"""Uploads: judged by content, named safely, pictures re-encoded."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.records.files import LOGO_SIDE, checked_logo, checked_type, safe_name

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def png(side=10):
    out = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.txt", b"", "empty"),
        ("page.html", b"<html></html>", "wrong_type"),
        ("picture.svg", SVG, "wrong_type"),
        ("program.exe", b"MZ\x90", "wrong_type"),
        ("none", b"x", "wrong_type"),
        ("picture.png", SVG, "wrong_content"),
        ("picture.png", b"\xff\xd8\xff\xe0JFIF", "wrong_content"),
        ("page.txt", b"  <!DOCTYPE html><script>", "wrong_content"),
        ("page.csv", b"a,<svg/onload=alert(1)>", "wrong_content"),
        ("report.pdf", b"<html>", "wrong_content"),
        ("binary.txt", b"abc\x00def", "wrong_content"),
    ],
)
def test_it_refuses(name, content, code):
    with pytest.raises(ValidationError) as refused:
        checked_type(SimpleUploadedFile(name, content))
    assert refused.value.code == code


def test_it_refuses_what_is_too_large(settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    with pytest.raises(ValidationError) as refused:
        checked_type(SimpleUploadedFile("a.txt", b"x" * 11))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.png", png(), "image/png"),
        ("A.PDF", b"%PDF-1.7\n", "application/pdf"),
        ("文本.txt", "正文".encode(), "text/plain"),
    ],
)
def test_it_finds_the_type_from_the_content(name, content, found):
    assert checked_type(SimpleUploadedFile(name, content)) == found


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ('a"b\r\nSet-Cookie: x.txt', "a_b__Set-Cookie_ x.txt"),
        ("photo\u202egnp.exe", "photo_gnp.exe"),
        ("...", "file"),
        ("", "file"),
        ("合同 2026.pdf", "合同 2026.pdf"),
    ],
)
def test_names_lose_what_is_dangerous_in_them(given, safe):
    assert safe_name(given) == safe


def test_long_names_keep_their_extension():
    assert safe_name("长" * 300 + ".pdf").endswith(".pdf")
    assert len(safe_name("长" * 300 + ".pdf")) == 120


def test_a_logo_is_re_encoded_and_made_small():
    hidden = png(2000) + b"<script>alert(1)</script>"
    logo = checked_logo(SimpleUploadedFile("logo.png", hidden)).read()
    assert b"script" not in logo
    with Image.open(io.BytesIO(logo)) as picture:
        assert max(picture.size) == LOGO_SIDE


@pytest.mark.parametrize(
    ("name", "content"), [("logo.svg", SVG), ("logo.pdf", b"%PDF-1.7\n"), ("logo.png", png()[:40])]
)
def test_a_logo_that_is_no_picture_is_refused(name, content):
    with pytest.raises(ValidationError):
        checked_logo(SimpleUploadedFile(name, content))
