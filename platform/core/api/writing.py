"""From the JSON of a request to a stored record, or to a problem that names every fault."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.access import Actor
from core.api import problems
from core.api.base import ResourceView
from core.api.problems import WHOLE, Problem, error
from core.api.values import FormData
from core.records.base import Stored
from core.resources import Resource

WRITE = ("body", "values", "media-type")  # problems of whatever takes values


def readable_names(resource: Resource, user: Actor) -> frozenset[str]:
    """The names in a record's representation, for the user: they are known, whether or not they can be set."""
    return frozenset({"id", "version", *(column.name for column in resource.choosable_columns(user))})


def saved(view: ResourceView, form: forms.BaseForm, data: FormData) -> Any:
    """The record that a valid form made; a Problem with the errors of each field otherwise. Raises StaleRecord."""
    refuse_invalid(form, data)
    record = view.resource.save(form, by=view.user)  # type: ignore[arg-type]
    if record is None:
        refuse_invalid(form, data)
    return record


def refuse_invalid(form: forms.BaseForm, data: FormData) -> None:
    """Raise a Problem with every error of the form and of the JSON it was made from."""
    found = {
        WHOLE if name == NON_FIELD_ERRORS else name: [error(one["code"], one["message"]) for one in errors]
        for name, errors in form.errors.get_json_data().items()
    }
    found |= data.errors
    if found:
        raise problems.refused_values(found)


def no_values(request: Request) -> None:
    """Refuse a body where nothing is asked for."""
    refuse_invalid(forms.Form({}), FormData(forms.Form(), cast("dict[str, Any]", request.data)))


def refusing(do: Any, record: Stored, *, by: Actor) -> None:
    """Delete, restore or purge; a Problem when the record may not go, or come back."""
    try:
        with transaction.atomic():
            do(record, by=by)
    except (ProtectedError, RestrictedError) as used:
        names = {
            str(one._meta.verbose_name_plural)
            for one in (used.protected_objects if isinstance(used, ProtectedError) else used.restricted_objects)
        }
        raise Problem(
            "refused", _("Other records refer to it: %(names)s.") % {"names": "、".join(sorted(names))}
        ) from used
    except ValidationError as refusal:
        raise Problem("refused", " ".join(refusal.messages)) from refusal
