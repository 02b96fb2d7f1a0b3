"""Words typed into a search box, made a condition on the fields that the user may read.

A field that the user's roles hide or mask is never looked into. What a model keeps in grams is found through their
index. Grams mix the fields they are made of: they decide alone only where the user may read all of these, otherwise
the text of a field that may be read has to hold the words as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import Contains, GreaterThanOrEqual

from core.access import Actor, FieldRight
from core.records.searching import GramsField, PinyinField, grams_of_term, is_latin, normal, spelled_with_initials

if TYPE_CHECKING:
    from core.resources.resource import Resource

TERM_LENGTH = 100
NOT_PLAIN = r"[^!-~\u4e00-\u9fff]"  # what `normal` changes in a text, apart from its case, is among these


def cleaned(term: str) -> str:
    """What was typed, as it may be asked of the database."""
    return term.replace("\x00", "").strip()[:TERM_LENGTH]


def searched(resource: Resource, user: Actor) -> list[str]:
    """Those of the paths in `Resource.search` that the user may look into.

    Some rows are offered to everybody (colleagues in forms), and rows name others that one may not open: without the
    permission to view, plain names only are looked into, not phones or addresses, which are fields of types of their
    own.
    """
    return [path for path in resource.search if _may_search(resource, user, path)]


def searched_at_once(resource: Resource, user: Actor, term: str) -> list[str]:
    """Those of them that answer somebody who is still typing: prose is not gone through for what has no grams."""
    paths = searched(resource, user)
    if grams_of_term(term):
        return paths
    fields = resource.model._meta.concrete_fields
    prose = {name for field in fields if isinstance(field, GramsField) and not field.pinyin for name in field.sources}
    return [path for path in paths if path not in prose]


def _may_search(resource: Resource, user: Actor, path: str) -> bool:
    name, _, rest = path.partition("__")
    field: Any = resource.model._meta.get_field(name)
    if not user.access.may(resource.permission("view")):
        return not rest and type(field) is models.CharField
    if resource.right(user, name) < FieldRight.READ_ONLY:
        return False
    target = _declared(field.related_model) if rest else None
    return target is None or _may_search(target, user, rest)


def _declared(model: type[Any]) -> Resource | None:
    from core.resources.registry import resources

    return next((resource for resource in resources.values() if resource.model is model), None)


def matching(model: type[models.Model], paths: Sequence[str], term: str) -> Q:
    """The condition that one of the paths holds the term. Nothing matches where there are no paths.

    Joined by OR only what one index can answer; other ways to a row are joined by ids (see `visible_to`).
    """
    own = {path for path in paths if "__" not in path}
    pieces = grams_of_term(term)
    by_grams = Q(pk__in=[])
    covered: set[str] = set()
    for field in model._meta.concrete_fields:
        if pieces and isinstance(field, GramsField) and own.intersection(field.sources):
            by_grams |= _by_grams(field, own, pieces, term)
            covered.update(field.sources)
    ways = [by_grams] if covered else []
    rest = _by_text(own - covered, term)
    beyond: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        name, _, further = path.partition("__")
        if further:
            beyond[name].append(further)
    if not covered and not any(_has_grams(model, name) for name in beyond):
        return rest | _by_text({path for path in paths if "__" in path}, term)
    if own - covered:
        ways.append(rest)
    for name, further_paths in beyond.items():
        related: Any = model._meta.get_field(name).related_model
        found = related._base_manager.filter(matching(related, further_paths, term))
        ways.append(Q(**{f"{name}__in": found.order_by().values("pk")}))
    if len(ways) == 1:
        return ways[0]
    first, *others = (model._base_manager.filter(way).order_by().values("pk") for way in ways)
    return Q(pk__in=first.union(*others))


def _by_grams(field: GramsField, readable: set[str], pieces: list[str], term: str) -> Q:
    condition = Q(**{f"{field.name}__contains": pieces})
    sources, whole = readable.intersection(field.sources), readable.issuperset(field.sources)
    if whole and pieces == [normal(term)]:  # a single piece is what the grams say exactly
        return condition
    if not (field.pinyin and is_latin(term)):
        return condition & _by_text(sources, term)
    # Initials of pinyin stand in no text: that they follow one another, the key that lists sort by can tell.
    keys = [key for key in field.model._meta.concrete_fields if isinstance(key, PinyinField)]
    spelled = [key for key in keys if sources.intersection(key.sources)]
    if whole and len(spelled) < len(sources):
        return condition
    exactly = _by_text(sources, term)
    for key in spelled:
        exactly |= Q(**{f"{key.name}__regex": spelled_with_initials(term)})
        exactly |= Q(GreaterThanOrEqual(Length(key.name), key.max_length))  # cut off: what follows is not known
    return condition & exactly


def _by_text(names: set[str], term: str) -> Q:
    condition = Q(pk__in=[])
    word = normal(term)
    for name in sorted(names):
        condition |= Q(**{f"{name}__icontains": term})
        if word and word != term.casefold():
            condition |= Q(**{f"{name}__icontains": word})
        if (
            word
        ):  # stored in full-width forms, or with spaces in between: seldom, so the others are not brought into form
            condition |= Q(**{f"{name}__regex": NOT_PLAIN}) & Q(Contains(_Normal(F(name)), word))
    return condition


class _Normal(Func):
    """The text of a column as `normal` has it; for the few rows that an index has found, as it is slow."""

    template = r"regexp_replace(lower(normalize(%(expressions)s, NFKC)), '\s', '', 'g')"
    output_field = models.TextField()


def _has_grams(model: type[models.Model], relation: str) -> bool:
    related: Any = model._meta.get_field(relation).related_model
    return any(isinstance(field, GramsField) for field in related._meta.concrete_fields)
