"""Models that put their tables in the wrong place are refused at start-up."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from core.db import checks
from core.db.router import PUBLIC, CompanyRouter


def ids(monkeypatch: pytest.MonkeyPatch, *made: type[models.Model]) -> set[str | None]:
    """What the checks say of these models alone."""
    monkeypatch.setattr(apps, "get_models", lambda **kwargs: list(made))
    return {error.id for error in checks.check_places(None)}


def test_the_models_of_the_product_stand_where_they_should() -> None:
    assert checks.check_places(None) == []


@isolate_apps("tenants.companies", "core.records", "core.shell")
def wrong_models() -> dict[str, list[type[models.Model]]]:
    """A fault each, under the check that names it."""

    class Stray(models.Model):
        class Meta:
            app_label = "shell"

    class PublicInCompany(models.Model):
        class Meta:
            app_label = "records"
            db_table = f"{PUBLIC}records_thing"

    class CompanyInPublic(models.Model):
        class Meta:
            app_label = "companies"

    class Shared(models.Model):
        class Meta:
            app_label = "companies"
            db_table = f"{PUBLIC}records_own"

    class Own(models.Model):
        shared = models.ForeignKey(Shared, models.CASCADE)

        class Meta:
            app_label = "records"
            db_table = "records_own"

    return {
        "core.db.E001": [Stray],
        "core.db.E002": [PublicInCompany, CompanyInPublic],
        "core.db.E003": [Own],
        "core.db.E004": [Shared, Own],
    }


@pytest.mark.parametrize("fault", ["core.db.E001", "core.db.E002", "core.db.E003", "core.db.E004"])
def test_a_wrong_place_is_named(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault in ids(monkeypatch, *wrong_models()[fault])


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["auth", "contenttypes"])
def test_what_libraries_import_has_no_tables_anywhere(app: str, outside: Callable[..., bool]) -> None:
    router = CompanyRouter()
    assert not router.allow_migrate("default", app)
    assert not outside(router.allow_migrate, "default", app)


@pytest.fixture
def outside() -> Callable[..., bool]:
    """Call something outside companies."""
    from core.db import run_outside_companies

    return run_outside_companies
