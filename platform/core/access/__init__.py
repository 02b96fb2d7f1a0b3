"""Who may do what, and on which rows. The only place that answers either question."""

from core.access.catalogue import Guarded, guard, guarded, model_guarded_as
from core.access.grants import Access, Actor, FieldRight, Grant
from core.access.rules import CompanyWide, Owned, Personal, Rule
from core.access.scopes import Reach, Scope
from core.access.visibility import READING, GuardedQuerySet

__all__ = [
    "READING",
    "Access",
    "Actor",
    "CompanyWide",
    "FieldRight",
    "Grant",
    "Guarded",
    "GuardedQuerySet",
    "Owned",
    "Personal",
    "Reach",
    "Rule",
    "Scope",
    "guard",
    "guarded",
    "model_guarded_as",
]
