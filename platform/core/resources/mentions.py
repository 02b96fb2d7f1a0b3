"""@ colleagues: who is named in a text, and telling those of them who may see what it is about."""

from __future__ import annotations

import re
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_noop

from core.access import Actor
from core.live.services import notify
from core.records.base import Stored
from core.resources.registry import resource_of

AT = re.compile(r"[@＠]([^\s@＠,.;:!?()，。；：！？、（）]{1,40})")
MOST = 20  # people that one text names; a list of everybody is no mention
EXCERPT = 200


def named_in(text: str, *, by: Actor) -> list[Any]:
    """The colleagues whose names stand after an @ in the text, whatever follows them; of two names the longer one.

    Those who share a name are all meant: nothing tells them apart.
    """
    tails = AT.findall(text)
    starts = {tail[:length] for tail in tails for length in range(1, len(tail) + 1)}
    if not starts:
        return []
    people = resource_of(cast("type[Stored]", get_user_model())).offered(by).filter(name__in=starts)
    known: dict[str, list[Any]] = {}
    for person in people[: MOST * 10]:
        known.setdefault(person.name, []).append(person)
    found: dict[int, Any] = {}
    for tail in tails:
        longest = next((tail[:end] for end in range(len(tail), 0, -1) if tail[:end] in known), "")
        found.update({person.pk: person for person in known.get(longest, ())})
    return list(found.values())[:MOST]


def tell_named(text: str, record: Stored, *, about: Stored, url: str, by: Actor) -> list[Any]:
    """Tell the colleagues named in the text, if they may see both the record it stands in and what that is about.

    Who is named without being able to see it hears nothing: not even that it is there. Returns who was told.
    """
    told = [
        person
        for person in named_in(text, by=by)
        if person.pk != by.pk
        and all(resource_of(type(row)).rows(person).filter(pk=row.pk).exists() for row in {about, record})
    ]
    notify(
        told,
        kind="mention",
        title=gettext_noop("%(who)s mentioned you: %(about)s"),
        body=gettext_noop("%(text)s"),
        params={"who": str(by), "about": str(about), "text": text[:EXCERPT]},
        url=url,
    )
    return told
