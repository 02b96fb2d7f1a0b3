"""The check of translations, on small trees with one fault each."""

from pathlib import Path

import pytest

from infra.checks.translations import check_translations

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
SOURCE = "from django.utils.translation import gettext_lazy as _\n\nlabel = _('Customer')\n"
ENTRY = 'msgid "Customer"\nmsgstr "客户"\n'


def _tree(root: Path, *, python: str = SOURCE, template: str = "", po: str = ENTRY) -> list[str]:
    app = root / "crm" / "customers"
    catalogue = app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    (app / "templates" / "customers").mkdir(parents=True)
    (app / "models.py").write_text(python, encoding="utf-8")
    (app / "templates" / "customers" / "page.html").write_text(template, encoding="utf-8")
    catalogue.write_text(HEADER + po, encoding="utf-8")
    return [str(finding) for finding in check_translations(root)]


def test_it_is_silent_when_all_is_translated(tmp_path: Path) -> None:
    template = (
        "{% load i18n %}{% translate 'Customer' %}{{ _('Customer') }}"
        "{% blocktranslate count n=n trimmed %}\n  {{ n }} customer\n"
        "{% plural %}\n  {{ n }} customers\n{% endblocktranslate %}"
        "{% translate 'Open' context 'a case' %}{# 说明 #}"
    )
    po = (
        ENTRY
        + '\nmsgid "%(n)s customer"\nmsgid_plural "%(n)s customers"\nmsgstr[0] "%(n)s 位客户"\n'
        + '\nmsgctxt "a case"\nmsgid "Open"\nmsgstr "未结"\n'
    )
    assert _tree(tmp_path, template=template, po=po) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"python": SOURCE + "more = _('Supplier')\n"}, "'Supplier' has no zh_Hans translation"),
        ({"template": "{% load i18n %}{% translate 'Stock' %}"}, "page.html:1: 'Stock' has no"),
        (
            {"template": "{% load i18n %}\n\n{% translate 'Open' context 'a case' %}"},
            "page.html:3: 'Open' (a case) has no",
        ),
        ({"po": ENTRY.replace("客户", "")}, "has an empty translation"),
        ({"po": "#, fuzzy\n" + ENTRY}, "is fuzzy"),
        ({"po": ENTRY + '\n#~ msgid "Old"\n#~ msgstr "旧"\n'}, "is obsolete"),
        ({"po": ENTRY + '\nmsgid "Old"\nmsgstr "旧"\n'}, "is translated but nowhere used"),
        ({"python": SOURCE + "more = _(f'Supplier {n}')\n"}, "put together"),
        ({"python": SOURCE + "more = _('客户')\n"}, "source texts are English"),
        ({"template": "\n<b>客户</b>"}, "page.html:2: Chinese in a template"),
        (
            {"python": SOURCE + "n = _('%(n)s rows')\n", "po": ENTRY + '\nmsgid "%(n)s rows"\nmsgstr "%(m)s 行"\n'},
            "has other placeholders",
        ),
        (
            {"python": SOURCE + "n = _('{n} rows')\n", "po": ENTRY + '\nmsgid "{n} rows"\nmsgstr "行"\n'},
            "has other placeholders",
        ),
    ],
)
def test_it_finds(tmp_path: Path, change: dict[str, str], complaint: str) -> None:
    found = _tree(tmp_path, **change)
    assert any(complaint in finding for finding in found), found


def test_it_finds_two_translations_of_one_text(tmp_path: Path) -> None:
    _tree(tmp_path)
    other = tmp_path / "crm" / "contacts" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    other.parent.mkdir(parents=True)
    other.write_text(HEADER + ENTRY.replace("客户", "顾客"), encoding="utf-8")
    assert any("translated differently" in str(finding) for finding in check_translations(tmp_path))


def test_texts_of_other_people_need_no_use(tmp_path: Path) -> None:
    _tree(tmp_path)
    other = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    other.parent.mkdir(parents=True)
    other.write_text(HEADER + 'msgid "Enter a valid value."\nmsgstr "请输入有效的值。"\n', encoding="utf-8")
    assert check_translations(tmp_path) == []
