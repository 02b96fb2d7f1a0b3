"""`{% trans %}` and `{% blocktrans %}` as Django's, each text looked up once in a process for each language.

A list has some fifty of them: Django's take three milliseconds of a core to find again what never changes. Where the
text, or the context it is meant in, is no plain literal, and in plurals, Django's own do it.
"""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, render_value_in_context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

register = template.Library()


class Translated(Node):
    """A literal text in the language of the request; put into the variable `asvar` where there is one."""

    def __init__(self, text: str, meant: str | None, asvar: str | None) -> None:
        self.text, self.meant, self.asvar = text.replace("%", "%%"), meant, asvar
        self.known: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """The text, which is ours and safe."""
        language = get_language()
        found = self.known.get(language)
        if found is None:
            found = self.known[language] = SafeString(_translation(self.text, self.meant).replace("%%", "%"))
        if self.asvar is None:
            return found
        context[self.asvar] = found
        return SafeString()


class TranslatedBlock(i18n.BlockTranslateNode):
    """A text with variables in it; what stays the same of it is worked out once."""

    def __init__(self, *args: Any, meant: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meant = meant
        self.text, self.names = self.render_token_list(self.singular)
        self.known: dict[str | None, str] = {}

    def render(self, context: template.Context, nested: bool = False) -> SafeString:
        """The text with the variables' values, escaped as everywhere."""
        language = get_language()
        found = self.known.get(language)
        if found is None:
            found = self.known[language] = _translation(self.text, self.meant)
        with context.push(**{name: value.resolve(context) for name, value in self.extra_context.items()}):
            shown = found % {name: self._value(name, context) for name in self.names}
        if not self.asvar:
            return cast(SafeString, shown)
        context[self.asvar] = SafeString(shown)
        return SafeString()

    @staticmethod
    def _value(name: str, context: template.Context) -> str:
        if name in context:
            return str(render_value_in_context(context[name], context))
        invalid = cast(template.Template, context.template).engine.string_if_invalid
        return invalid % name if "%s" in invalid else invalid


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """As Django's."""
    node = i18n.do_translate(parser, token)
    text, meant = _literal(node.filter_expression), _literal(node.message_context)
    if node.noop or text is None or (node.message_context is not None and meant is None):
        return node
    return Translated(text, meant, node.asvar)


@register.tag("blocktranslate")
@register.tag("blocktrans")
def block_translate(parser: Parser, token: Token) -> Node:
    """As Django's."""
    node: Any = i18n.do_block_translate(parser, token)
    meant = _literal(node.message_context)
    if node.plural or node.countervar or (node.message_context is not None and meant is None):
        return cast(Node, node)
    alike = {"trimmed": node.trimmed, "asvar": node.asvar, "tag_name": node.tag_name}
    return TranslatedBlock(node.extra_context, node.singular, meant=meant, **alike)


def _translation(text: str, meant: str | None) -> str:
    return gettext(text) if meant is None else pgettext(meant, text)


def _literal(given: FilterExpression | None) -> str | None:
    """The text that was written out between quotes; None for anything else."""
    if given is None or given.filters:
        return None
    literal = getattr(given.var, "literal", given.var)
    return str(literal) if isinstance(literal, str) else None
