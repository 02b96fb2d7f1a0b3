"""Whether migrations can run while the product is used, and keep the way open past one machine.

A thousand companies migrate one after another beside the running version, so no operation may hold a
long lock, and none may break the code that still runs. Tables must be fit to be moved to another node:
no foreign key from a company's table to a public one, a primary key everywhere, numbers by identity
columns made with their table.
"""

import re
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.contrib.postgres import operations as postgres
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from core.db.router import PUBLIC, is_public
from infra.checks.sources import Finding

ACCEPTED = "accepted_lock"
"""A migration may carry this attribute: why its lock is short or the old code unharmed."""

FORBIDDEN_SQL = {
    r"\bCREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER\b": "makes a trigger",
    r"\bCREATE\s+SEQUENCE\b|\bnextval\(|\b(BIG|SMALL)?SERIAL\b": "numbers rows by a sequence of its own",
    r"\bREFERENCES\s+\"?public\"?\.": "refers to a public table",
    r"\bCREATE\s+EXTENSION\b(?!.*\bSCHEMA\s+\"?public)": "makes an extension outside public",
}
TYPES_THAT_ONLY_WIDEN = (models.CharField, models.TextField)


def check_migrations() -> list[Finding]:
    """All faults of models and migrations of the product. Django must be set up."""
    return [*_missing_migrations(), *check_models(_own_models()), *_check_all_migrations()]


def check_models(all_models: Iterable[type[models.Model]]) -> Iterator[Finding]:
    """Faults of models against the terms of a database of several nodes."""
    for model in all_models:
        options = model._meta
        public = is_public(model)
        where = f"{model.__module__.replace('.', '/')}.py"
        if _is_shared(options.app_label) != public:
            what = "stands in public but is not named with it" if not public else "is named public but is a company's"
            yield Finding(where, 1, f"{model.__name__} {what}: db_table must begin with {PUBLIC!r} exactly when shared")
        for field in options.local_fields:
            if isinstance(field, models.ForeignKey) and not public and _has_constraint(field):
                target = field.related_model
                if isinstance(target, type) and is_public(target):
                    yield Finding(
                        where, 1, f"{model.__name__}.{field.name} is a foreign key into public: store the id instead"
                    )


def check_migration(migration: Migration, state: ProjectState) -> Iterator[Finding]:
    """Faults of one migration. An app's initial ones may do what they like with its empty tables.

    Args:
        state: the project just before it; changed to the project just after it.
    """
    where = f"{migration.app_label}/{migration.name}"
    made: set[str] = set()
    harmless = migration.initial or bool(getattr(migration, ACCEPTED, ""))
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        for fault in _sql_faults(operation):
            yield Finding(where, 1, fault)
        if not harmless and _model_of(operation) not in made:
            for fault in _lock_faults(operation, migration.app_label, state):
                yield Finding(where, 1, f"{fault} (or say in `{ACCEPTED}` why this one is harmless)")
        operation.state_forwards(migration.app_label, state)


def _check_all_migrations() -> Iterator[Finding]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {config.label for config in apps.get_app_configs() if _is_ours(config.name)}
    for label, name in sorted(loader.graph.nodes):
        if label in ours:
            before = loader.project_state((label, name), at_end=False)
            yield from check_migration(loader.graph.nodes[label, name], before)


def _missing_migrations() -> Iterator[Finding]:
    ours = [config.label for config in apps.get_app_configs() if _is_ours(config.name)]
    try:
        call_command("makemigrations", *ours, check_changes=True, dry_run=True, verbosity=0)
    except SystemExit:
        yield Finding("migrations", 1, "models have changed: run ./qiku manage makemigrations")
    except CommandError as error:
        yield Finding("migrations", 1, str(error))


def _lock_faults(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    match operation:
        case postgres.AddIndexConcurrently() | postgres.AddConstraintNotValid():
            return
        case operations.AddIndex():
            yield "AddIndex stops all writing while it builds: use AddIndexConcurrently"
        case operations.AddConstraint():
            yield "AddConstraint reads the whole table under a lock: AddConstraintNotValid, then ValidateConstraint"
        case operations.AddField(field=field):
            yield from _added_field_faults(field)
        case operations.AlterField(field=field):
            before = state.models[app, operation.model_name_lower].fields[operation.name_lower]
            if _rewrites(before, field):
                yield f"AlterField of {operation.name} rewrites the table: add a column, copy, switch, remove"
        case operations.RemoveField() | operations.DeleteModel():
            yield f"{type(operation).__name__} breaks the version that still runs: stop using it a release before"
        case operations.RenameField() | operations.RenameModel() | operations.AlterModelTable():
            yield f"{type(operation).__name__} breaks the version that still runs: add, copy, switch, remove"


def _added_field_faults(field: models.Field) -> Iterator[str]:  # type: ignore[type-arg]
    if isinstance(field, models.ManyToManyField):
        return
    if _is_indexed(field):
        yield f"AddField of {field.name} builds its index under a lock: add it without, then AddIndexConcurrently"
    if not field.null and field.db_default is NOT_PROVIDED:
        yield f"AddField of {field.name}: the version that still runs cannot insert without it: give it a db_default"
    if isinstance(field, models.ForeignKey) and _has_constraint(field):
        yield f"AddField of {field.name} checks its foreign key under a lock: db_constraint=False, then NOT VALID"


def _rewrites(before: models.Field, after: models.Field) -> bool:  # type: ignore[type-arg]
    """Whether PostgreSQL would write or read every row: a changed type, or NOT NULL on a column."""
    if before.null and not after.null:
        return True
    if type(before) is type(after) or {type(before), type(after)} <= set(TYPES_THAT_ONLY_WIDEN):
        old, new = before.max_length, after.max_length
        narrower = new is not None and (old is None or new < old)
        index_added = _is_indexed(after) and not _is_indexed(before)
        digits = [(getattr(f, "max_digits", None), getattr(f, "decimal_places", None)) for f in (before, after)]
        return narrower or index_added or digits[0] != digits[1]
    return True


def _has_constraint(field: models.ForeignKey) -> bool:  # type: ignore[type-arg]
    return bool(getattr(field, "db_constraint", True))


def _is_indexed(field: models.Field) -> bool:  # type: ignore[type-arg]
    return bool(field.unique or getattr(field, "db_index", False))


def _sql_faults(operation: Operation) -> Iterator[str]:
    if not isinstance(operation, operations.RunSQL):
        return
    statements = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
    for statement in statements:
        text = statement if isinstance(statement, str) else str(statement[0])
        for pattern, fault in FORBIDDEN_SQL.items():
            if re.search(pattern, text, re.IGNORECASE | re.DOTALL):
                yield f"RunSQL {fault}"
        if re.search(r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", text, re.IGNORECASE):
            yield "RunSQL builds an index under a lock: CREATE INDEX CONCURRENTLY"


def _model_of(operation: Operation) -> str | None:
    name = getattr(operation, "model_name", None)
    return name.lower() if isinstance(name, str) else None


def _own_models() -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if _is_ours(config.name):
            yield from config.get_models(include_auto_created=True)


def _is_ours(app: str) -> bool:
    return app.split(".", maxsplit=1)[0] in {"core", "console", "tenants", "crm", "billing"}


def _is_shared(label: str) -> bool:
    return apps.get_app_config(label).name in settings.SHARED_APPS
