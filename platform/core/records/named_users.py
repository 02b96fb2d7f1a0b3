"""Users whom custom fields name: read for all records of a list at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model

from core.access import guarded
from core.records.custom import Kind, custom_fields

CACHE = "named_users"


@dataclass(frozen=True, slots=True)
class NamedUsers:
    """The users that one record names, by their keys."""

    pk: int
    users: Mapping[int, Any]

    def get(self, pk: int) -> Any:
        """The user of this key; None for one who is gone."""
        return self.users.get(pk)


class NamesUsers:
    """`record.named_users`. Can be given to `prefetch_related`, as Django's own relations can."""

    def __get__(self, record: Any, owner: type[Any] | None = None) -> Any:
        if record is None:
            return self
        cache = record._state.fields_cache
        if CACHE not in cache:
            (cache[CACHE],) = self._read([record])
        return cache[CACHE]

    def is_cached(self, record: Any) -> bool:
        """Whether the record's users were read already."""
        return CACHE in record._state.fields_cache

    def get_prefetch_querysets(
        self, instances: Sequence[Any], querysets: Any = None
    ) -> tuple[list[NamedUsers], Callable[[Any], Any], Callable[[Any], Any], bool, str, bool]:
        """What Django asks of a relation that it prefetches."""
        return self._read(instances), attrgetter("pk"), attrgetter("pk"), True, CACHE, False

    def _read(self, records: Sequence[Any]) -> list[NamedUsers]:
        fields = [one for one in custom_fields(guarded(type(records[0])).name) if one.type == Kind.USER]
        named = {record.pk: {field.held(record) for field in fields} - {None} for record in records}
        wanted = set().union(*named.values())
        rows = get_user_model()._base_manager.filter(pk__in=wanted) if wanted else ()
        users = {user.pk: user for user in rows}
        return [NamedUsers(pk, {one: users[one] for one in keys if one in users}) for pk, keys in named.items()]
