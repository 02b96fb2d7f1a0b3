"""Taking new records back as though they had never been made: for good, and only while nobody added anything to them.

What lies in the trash would still be found as a duplicate, and the mended file could not be imported again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.access import Actor, guarded
from core.access.models import Collaborator
from core.records import verbs
from core.records.base import Stored
from core.records.history import log_each
from core.records.models import Attachment

verbs.declare(take_back=_("Taken back"))

Keys = Mapping[int, int]
"""{key of a record that goes: key of the record that it was made along with, or its own}"""


@transaction.atomic
def records_take_back(
    model: type[Stored], pks: Collection[int], *, by: Actor, along: Mapping[type[Stored], Keys] | None = None
) -> set[int]:
    """Remove new records for good, with what was made along with them, and a line of the log for each.

    Gives the keys of those that stay, with all that is theirs: something refers to them that was not made along with
    them (a contact, a file, a collaborator), or what was made along was changed since. Files are left to whoever added
    them: a record that has any stays.
    """
    going: dict[type[Stored], dict[int, int]] = {model: {pk: pk for pk in pks}}
    for other, keys in (along or {}).items():
        going[other] = {pk: of for pk, of in keys.items() if of in going[model]} | going.get(other, {})
    records = {one: _locked(one, keys) for one, keys in going.items()}
    stay = {
        going[one][pk]
        for one, held in records.items()
        for pk, record in held.items()
        if one is not model and record.version != 1
    }
    for one, keys in going.items():
        stay |= _with_files_or_people(one, keys)
    _keep_what_is_needed(stay, going)
    for one, keys in going.items():
        gone = [record for pk, record in records[one].items() if keys[pk] not in stay]
        log_each("take_back", gone, by=by)
        _remove(one, [record.pk for record in gone])
    return stay


def _remove(model: type[Stored], pks: list[int]) -> None:
    """Remove records to which nothing refers but what goes with them, and their many-to-many links."""
    for field in model._meta.many_to_many:
        through: Any = field.remote_field.through
        links = through._base_manager.filter(**{f"{field.m2m_field_name()}__in": pks})
        links._raw_delete(links.db)
    rows = model._base_manager.filter(pk__in=pks)
    # `delete` would look for what refers to them once more, and part a customer from its primary contact by an update.
    rows._raw_delete(rows.db)


def _locked(model: type[Stored], keys: Keys) -> dict[int, Stored]:
    """The records, locked against changes and against rows that would refer to them."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    return {record.pk: record for record in rows}


def _references(model: type[models.Model]) -> list[Any]:
    """The columns of other tables that refer to this one, without the links of its own many-to-many fields."""
    own = {field.remote_field.through for field in model._meta.many_to_many if field.remote_field.through}
    fields: Any = model._meta.get_fields(include_hidden=True)
    found = [one for one in fields if one.auto_created and not one.concrete]
    columns = [one.field for one in found if one.one_to_many or one.one_to_one]
    return [field for field in columns if field.model not in own]


def _with_files_or_people(model: type[Stored], keys: Keys) -> set[int]:
    """What stays because a record has files or collaborators, which refer to it by module and number."""
    name = guarded(model).name
    found: set[int] = set()
    for table in (Attachment, Collaborator):
        rows = table._base_manager.filter(resource=name, record_id__in=keys).values_list("record_id", flat=True)
        found.update(keys[pk] for pk in rows)
    return found


def _keep_what_is_needed(stay: set[int], going: Mapping[type[Stored], Keys]) -> None:
    """Let stay what other rows refer to: those that do not go, and, over and over, those that stay for that."""
    needed: list[tuple[int, int]] = []
    for one, keys in going.items():
        for field in _references(one):
            own = going.get(field.model, {})
            rows = field.model._base_manager.filter(**{f"{field.name}__in": list(keys)})
            for pk, target in rows.values_list("pk", field.attname):
                if pk in own:
                    needed.append((own[pk], keys[target]))
                else:
                    stay.add(keys[target])
    while more := {target for source, target in needed if source in stay} - stay:
        stay |= more
