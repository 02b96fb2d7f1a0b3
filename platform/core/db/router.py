"""Which tables stand where: in public, in every company, or nowhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model

from core.db.context import NoCompany, has_company, is_outside_companies

PUBLIC = 'public"."'  # how the table name of a public model begins: quoted by Django it reads "public"."name"


def is_public(model: type[Model]) -> bool:
    """Whether the table stands once, in the schema public."""
    return model._meta.db_table.startswith(PUBLIC)


@cache
def labels(setting: str) -> frozenset[str]:
    """App labels of SHARED_APPS or TENANT_APPS."""
    names = set(getattr(settings, setting))
    return frozenset(
        config.label for config in apps.get_app_configs() if config.name in names or _path(config) in names
    )


def _path(config: Any) -> str:
    return f"{type(config).__module__}.{type(config).__qualname__}"


class CompanyRouter:
    """Refuses a query that has no company, and says which app's tables a migration makes where."""

    def db_for_read(self, model: type[Model], **hints: Any) -> None:
        """Decides nothing, but raises NoCompany, with the model's name, where PostgreSQL would only miss a table."""
        if has_company() or (is_outside_companies() and is_public(model)):
            return
        if is_public(model):
            raise NoCompany(
                f"{model._meta.label} is a public table:"
                " reach it inside a company or through core.db.run_outside_companies"
            )
        raise NoCompany(f"{model._meta.label} belongs to a company: reach it through core.db.run_in_company")

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Inside a company its own apps; elsewhere the shared ones; auth and contenttypes never."""
        return app_label in labels("TENANT_APPS" if has_company() else "SHARED_APPS")
