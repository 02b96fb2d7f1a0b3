"""Whether every text of the product has its Chinese, and every Chinese its text.

Source strings are English. They are found without GNU gettext: in Python by its syntax tree, in
templates through Django's own `templatize`, in the front end's scripts by their calls.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from infra.checks.sources import Finding, product_files
from infra.local.paths import ROOT

LANGUAGE = "zh_Hans"

# What a function's arguments are, up to the last one that is text: c context, s singular, p plural.
FUNCTIONS = {
    "gettext": "s",
    "gettext_lazy": "s",
    "gettext_noop": "s",
    "_": "s",
    "ngettext": "sp",
    "ngettext_lazy": "sp",
    "pgettext": "cs",
    "pgettext_lazy": "cs",
    "npgettext": "csp",
    "npgettext_lazy": "csp",
}
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-zA-Z]|(?<!%)%[sd]|\{(\w*)[^{}]*\}")
IN_TEMPLATE = re.compile(r"\b(gettext|ngettext|pgettext|npgettext|_)\(")


@dataclass(frozen=True)
class Text:
    """One text to translate, as gettext knows it."""

    singular: str
    plural: str | None = None
    context: str | None = None

    def __str__(self) -> str:
        return repr(self.singular) if self.context is None else f"{self.singular!r} ({self.context})"


@dataclass(frozen=True)
class Use:
    """Where a text stands in the sources."""

    path: str
    line: int
    text: Text


def check_translations(root: Path = ROOT) -> list[Finding]:
    """All faults of the translations of the product below `root`."""
    findings: list[Finding] = []
    uses = list(_uses(root, findings))
    entries = dict(_entries(root, findings))
    wanted: dict[Text, Use] = {}
    for use in uses:
        wanted.setdefault(use.text, use)
        if CHINESE.search(use.text.singular):
            findings.append(Finding(use.path, use.line, f"{use.text}: source texts are English"))
    known = {(text.context, text.singular): text for text in entries}
    for text, use in wanted.items():
        if text in entries:
            continue
        near = known.get((text.context, text.singular))
        if near is not None and (text.plural is None or near.plural == text.plural):
            continue  # a text that is used with and without a number has one entry, which has the plural
        findings.append(Finding(use.path, use.line, f"{text} has no {LANGUAGE} translation"))
    used = {(text.context, text.singular) for text in wanted}
    for text, path_line in entries.items():
        if (text.context, text.singular) not in used and path_line is not None:
            findings.append(Finding(*path_line, f"{text} is translated but nowhere used"))
    findings.extend(_chinese_in_templates(root))
    return findings


def _uses(root: Path, findings: list[Finding]) -> Iterator[Use]:
    for path in product_files(".py", root):
        name = path.relative_to(root).as_posix()
        yield from texts_in_python(name, path.read_text(encoding="utf-8"), findings)
    for suffix in (".html", ".txt"):
        for path in product_files(suffix, root):
            if "templates" in path.parts:
                name = path.relative_to(root).as_posix()
                yield from texts_in_template(name, path.read_text(encoding="utf-8"))


def texts_in_python(name: str, text: str, findings: list[Finding]) -> Iterator[Use]:
    """The texts that a Python file hands to gettext. A text that is put together is a fault: nobody
    can translate it."""
    tree = ast.parse(text, name)
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=alias) if alias in aliases:
                function = aliases[alias]
            case ast.Attribute(value=ast.Name(id="translation"), attr=attribute) if attribute in FUNCTIONS:
                function = attribute
            case _:
                continue
        found = _text_of(node, FUNCTIONS[function])
        if found is None:
            if not all(isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) for argument in node.args[:1]):
                findings.append(Finding(name, node.lineno, f"{function}() of a text that is put together"))
        else:
            yield Use(name, node.lineno, found)


def texts_in_template(name: str, text: str) -> Iterator[Use]:
    """The texts of a Django template. `templatize` turns them into calls of gettext, amid noise."""
    lines = templatize(text, origin=name)
    for match in IN_TEMPLATE.finditer(lines):
        call = _whole_call(lines[match.start() :])
        try:
            node = ast.parse(call, mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            found = _text_of(node, FUNCTIONS[match[1]])
            if found is not None:
                yield Use(name, lines.count("\n", 0, match.start()) + 1, found)


def _text_of(call: ast.Call, shape: str) -> Text | None:
    values: dict[str, str] = {}
    for kind, argument in zip(shape, call.args, strict=False):
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            return None
        values[kind] = argument.value
    if "s" not in values:
        return None
    return Text(values["s"], values.get("p"), values.get("c"))


def _whole_call(text: str) -> str:
    """The call that `text` begins with, up to its closing bracket."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.string == "(":
                depth += 1
            elif token.string == ")":
                depth -= 1
                if depth == 0:
                    lines = text.splitlines(keepends=True)[: token.end[0]]
                    return "".join([*lines[:-1], lines[-1][: token.end[1]]])
    except (tokenize.TokenError, IndentationError):
        return ""
    return ""


def _entries(root: Path, findings: list[Finding]) -> Iterator[tuple[Text, tuple[str, int] | None]]:
    """The translated texts and where their entries stand; None for those of other people's texts."""
    said: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
    for path in _catalogues(root):
        name = path.relative_to(root).as_posix()
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                findings.append(Finding(name, entry.linenum, f"{entry.msgid!r} is obsolete: remove it"))
                continue
            findings.extend(Finding(name, entry.linenum, f"{entry.msgid!r} {fault}") for fault in _faults_of(entry))
            if _is_translated(entry):
                said[entry.msgctxt, entry.msgid][entry.msgstr or str(entry.msgstr_plural)] = name
                is_ours = root / "locale" not in path.parents
                text = Text(entry.msgid, entry.msgid_plural or None, entry.msgctxt)
                yield text, (name, entry.linenum) if is_ours else None
    for (_context, msgid), translations in said.items():
        if len(translations) > 1:
            both = " and ".join(f"{text!r} in {name}" for text, name in translations.items())
            findings.append(
                Finding(next(iter(translations.values())), 1, f"{msgid!r} is translated differently: {both}")
            )


def _catalogues(root: Path) -> Iterable[Path]:
    yield from (path for path in product_files(".po", root) if LANGUAGE in path.parts)
    yield from sorted((root / "locale" / LANGUAGE).rglob("*.po"))


def _is_translated(entry: polib.POEntry) -> bool:
    if entry.msgid_plural:
        return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def _faults_of(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "is fuzzy"
    if not _is_translated(entry):
        yield "has an empty translation"
        return
    originals = [entry.msgid, *([entry.msgid_plural] if entry.msgid_plural else [])]
    allowed = set[str]().union(*(_placeholders(text) for text in originals))
    needed = _placeholders(originals[-1])
    for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        found = _placeholders(text)
        if not needed <= found <= allowed:
            yield f"has other placeholders in its translation: {sorted(found)} for {sorted(needed)}"


def _placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text)}


def _chinese_in_templates(root: Path) -> Iterator[Finding]:
    for path in product_files(".html", root):
        if path.stem.endswith("_zh_hans"):
            continue  # a legal text is a document of its own in each language
        if path.parent.name == "showcase":
            continue  # the mock-ups of the design system show the records of a Chinese company
        text = path.read_text(encoding="utf-8")
        bare = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
        for number, line in enumerate(bare.splitlines(), 1):
            if CHINESE.search(line):
                name = path.relative_to(root).as_posix()
                yield Finding(name, number, "Chinese in a template: source texts are English")
