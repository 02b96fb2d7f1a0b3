"""A verb of the domain, declared once: a button, a bulk action, an API call, a permission, a line of the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class ActionRefused(Exception):
    """The service won't do it now; the message says why, in the user's language."""


DONE = _("Done.")


def _always(record: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """What a module's records can do.

    `run(record, *, by, **values)` is the service; `when(record)` tells whether it makes sense for this record;
    `form` asks for the values first; `confirm` is the question asked before; `bulk` offers it for many rows at once,
    in the background where there are very many, with the values of the form kept until then;
    `permission` names another verb that covers it (`change`), else the action's own name is the verb;
    `undo` names the action that takes it back, offered for a while in the message after it; an action that does no more
    than set the fields named in `changes` needs none: their former values are put back.
    """

    name: str
    label: StrOrPromise
    run: Callable[..., Any]
    when: Callable[[Any], bool] = _always
    form: type[Form] | None = None
    icon: str = ""
    confirm: StrOrPromise = ""
    done: StrOrPromise = DONE
    bulk: bool = True
    primary: bool = False
    danger: bool = False
    permission: str = ""
    undo: str = ""
    changes: Sequence[str] = ()

    @property
    def verb(self) -> str:
        """The verb of the permission that covers the action."""
        return self.permission or self.name

    @property
    def asks(self) -> bool:
        """Whether a form asks for values first. A template that named the form would make one."""
        return self.form is not None
