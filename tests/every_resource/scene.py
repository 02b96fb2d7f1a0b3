"""Who and what every test of every module needs: a user, rows that the user may see, rows that they may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone

from core.access import CompanyWide, Scope
from core.records.attachments import attachment_add
from core.records.base import Stored, Trashable
from core.records.models import Attachment
from core.resources import Resource
from core.resources.registry import all_permissions
from tenants.people.models import Department, User
from tests.factories import make, make_user

MINE, THEIRS = "MINE", "THEIRS"


@dataclass(frozen=True)
class Scene:
    """A user whose roles reach their own rows only, a row of theirs, and a row of somebody else's."""

    resource: Resource
    me: User
    other: User
    mine: Any
    theirs: Any


def scene_of(resource: Resource, *, without: frozenset[str] = frozenset()) -> Scene:
    """The scene for a resource; `without` are permissions that the user does not have."""
    permissions = sorted(all_permissions() - without)
    me = make_user(*permissions, scope=Scope.OWN, department=make(Department), name=f"{MINE} {resource.name}")
    other = make(User, mark=THEIRS, department=make(Department))
    return Scene(resource, me, other, row_of(resource, me, MINE), row_of(resource, other, THEIRS))


def row_of(resource: Resource, owner: User, mark: str, **values: Any) -> Any:
    """A row that belongs to `owner`, and hangs on rows that do; of users: the owner themselves."""
    if resource.model is User:
        return owner
    return make(resource.model, mark=mark, by=owner, **{**_first_choices(resource), **values})


def full_row(resource: Resource, *, number: int = 0, **values: Any) -> Any:
    """A row with every field filled; columns with choices hold the first of them. `number` as `make` takes it."""
    return make(resource.model, everything=True, number=number, **{**_first_choices(resource), **values})


def _first_choices(resource: Resource) -> dict[str, Any]:
    known = {field.name for field in resource.model._meta.concrete_fields}
    chosen = {name: column.choices[0][0] for name, column in resource.all_columns.items() if column.choices}
    return {name: value for name, value in chosen.items() if name in known}


def hides_rows(resource: Resource) -> bool:
    """Whether the scope of a role leaves out rows of the resource at all."""
    return not isinstance(getattr(resource.model, "access_rule", None), CompanyWide)


def put_in_trash(row: Any) -> None:
    """Put the row in the trash, without any service."""
    type(row)._base_manager.filter(pk=row.pk).update(deleted_at=timezone.now())


def has_trash(resource: Resource) -> bool:
    """Whether rows of the resource come back."""
    return "restore" in resource.all_verbs and issubclass(resource.model, Trashable)


def attach(row: Stored, by: User, mark: str) -> Attachment:
    """A text file on the row, with the mark in its name and content."""
    return attachment_add(row, SimpleUploadedFile(f"{mark}.txt", f"{mark} content".encode()), by=by)


def fingerprint(model: type[models.Model]) -> str:
    """Every value of every row of the model's table, as one text to compare."""
    return "\n".join(str(sorted(row.items())) for row in model._base_manager.order_by("pk").values())


def counted(run: Callable[[], Any]) -> int:
    """How many queries `run` makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)
