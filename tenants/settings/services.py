"""What is done to a company's settings, option lists and menus; and all that a new company starts with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.records import dictionary
from core.records.custom import stamp_changed
from core.records.custom_lists import field_of_list, option_lists
from core.records.custom_values import option_count
from core.records.models import Option
from core.records.services import record_create, record_delete, record_update
from core.resources import registry
from tenants.people.models import Department, User
from tenants.people.services import user_create
from tenants.roles.starters import starter_roles
from tenants.settings.current import settings_now
from tenants.settings.models import CompanySettings, MenuChoice

FIRST_UNIT_CODE = "10000"


def company_furnish(
    *,
    company_name: str,
    username: str,
    password: str,
    name: str = "",
    phone: str = "",
    email: str = "",
    system_name: str = "",
    language: str = "zh-hans",
    time_zone: str = "Asia/Shanghai",
) -> User:
    """Make everything a new company starts with, and its first user, who is its administrator.

    To be called inside the new company, in the transaction that makes it: basic settings, the topmost unit of the
    organisation, the starter roles, the option lists, the user.

    Args:
        company_name: the company, also the name of the topmost unit.
        username: the login name of the first user (管理员账号).
        password: what that user signs in with.
        name: the first user's name; the login name by default.
        phone: the first user's mobile phone.
        email: the first user's e-mail.
        system_name: what stands at the top of every page; the company's name by default.
        language: of the company's pages and of what is made here: roles, options.
        time_zone: of the company, by its name in the tz database.

    Raises:
        ValidationError: at the fields it concerns.
    """
    with transaction.atomic(), translation.override(language):
        values = {"username": username, "name": name or username, "phone": phone, "email": email}
        user = user_create(values, password=password, by=None)
        settings = CompanySettings(
            pk=1,
            company_name=company_name,
            system_name=(system_name or company_name)[:40],
            phone=phone,
            email=email,
            language=language,
            time_zone=time_zone,
        )
        settings.full_clean()
        record_create(settings, {}, by=user)
        unit = record_create(
            Department(),
            {"name": company_name[:60], "code": FIRST_UNIT_CODE, "kind": Department.Kind.COMPANY, "leader": user},
            by=user,
        )
        record_update(user, {"department": unit}, by=user)
        for role in starter_roles():
            record_create(role, {"users": [user]} if role.is_administrator else {}, by=user)
        options_furnish()
        user.refresh_from_db()
        return user


def options_furnish() -> None:
    """Fill every option list that has none yet with what a new company finds in it."""
    filled = set(Option.objects.values_list("kind", flat=True).distinct())
    Option.objects.bulk_create(
        Option(kind=option_list.kind, name=name, order=order)
        for option_list in dictionary.lists.values()
        if option_list.kind not in filled
        for order, name in enumerate(option_list.defaults)
    )


def settings_update(values: Mapping[str, Any], *, by: User, version: int | None = None) -> CompanySettings:
    """Change the basic settings; `logo` is a checked picture, or None to clear it.

    Raises:
        StaleRecord: the settings were changed since `version`.
    """
    given = dict(values)
    with transaction.atomic():
        before = CompanySettings.objects.get(pk=1)
        former = before.logo.name
        if "logo" in given:
            given["logo"] = given["logo"] or ""
        settings = record_update(before, given, by=by, version=version)
        if former and settings.logo.name != former:
            # Only now does no row name the former picture any more.
            transaction.on_commit(lambda: settings.logo.storage.delete(former))
    return settings


def checklist_put_away(away: bool) -> None:
    """Take the start-up checklist off everybody's home page, or put it back."""
    CompanySettings.objects.filter(pk=1).update(checklist_away=away)


def custom_fields_changed() -> None:
    """Let every process read the company's custom fields anew, once the open transaction has held.

    Changes of the fields wait for one another here, as each writes the same row.
    """
    stamp = uuid.uuid4().hex
    if not CompanySettings.objects.filter(pk=1).update(fields_stamp=stamp):
        settings = settings_now()
        settings.fields_stamp = stamp
        settings.save(force_insert=True)
    stamp_changed()


def option_create(values: Mapping[str, Any], *, by: User) -> Option:
    """Add an option as the last one of its list; ValidationError at `kind` for a list that is not there."""
    kind = values.get("kind", "")
    if kind not in option_lists():
        text = _("There is no option list “%(kind)s”.") % {"kind": str(kind)[:40]}
        raise ValidationError({"kind": ValidationError(text, code="unknown_list")})
    last = Option.objects.filter(kind=kind).aggregate(last=models.Max("order"))["last"]
    return record_create(Option(), {"order": 0 if last is None else last + 1, **values}, by=by)


@transaction.atomic
def options_reorder(kind: str, options: Sequence[int], *, by: User) -> None:
    """Put the options of a list in the order of the given ids; ValidationError unless it is all of them."""
    rows = {option.pk: option for option in Option.objects.select_for_update().filter(kind=kind)}
    if set(options) != set(rows) or len(options) != len(rows):
        raise ValidationError(_("The list was changed in the meantime. Reload the page."), code="stale")
    for order, pk in enumerate(options):
        if rows[pk].order != order:
            record_update(rows[pk], {"order": order}, by=by, verb="move")


@transaction.atomic
def option_delete(option: Option, *, by: User) -> None:
    """Remove an option that no record uses.

    Raises:
        ValidationError: with the number of records that use it; it can be taken out of use instead.
    """
    locked = Option.objects.select_for_update().get(pk=option.pk)
    uses = option_uses(locked)
    if uses:
        text = ngettext(
            "“%(option)s” is used by %(count)s record and can't be deleted. Take it out of use instead.",
            "“%(option)s” is used by %(count)s records and can't be deleted. Take it out of use instead.",
            uses,
        )
        raise ValidationError(text % {"option": locked, "count": uses}, code="in_use")
    record_delete(locked, by=by)


def option_uses(option: Option) -> int:
    """How many records use an option, those in the trash included."""
    if own := field_of_list(option.kind):
        return option_count(registry.resources[own.resource].model, own.name, option.pk)
    return sum(
        resource.model._base_manager.filter(**{field.name: option}).count()
        for resource in registry.resources.values()
        for field in resource.model._meta.concrete_fields
        if isinstance(field, dictionary.OptionField) and field.kind == option.kind
    )


def menu_arrange(*, order: Sequence[str], hidden: Sequence[str], by: User) -> None:
    """Keep how a user wants the menu; names that are no entries are left out."""
    known = {entry.name for _area, _group, entry in registry.in_menu()}
    MenuChoice.objects.update_or_create(
        user=by,
        defaults={
            "order": [name for name in dict.fromkeys(order) if name in known],
            "hidden": sorted(known.intersection(hidden)),
        },
    )


def menu_reset(*, by: User) -> None:
    """Give a user the menu as everybody has it at first."""
    MenuChoice.objects.filter(user=by).delete()
