"""The database and the company: every query belongs to the company that was set, or fails."""

from core.db.context import (
    Company,
    CompanySwitchRefused,
    NoCompany,
    current_company,
    has_company,
    is_outside_companies,
    kept_here,
    run_in_company,
    run_outside_companies,
)

__all__ = [
    "Company",
    "CompanySwitchRefused",
    "NoCompany",
    "current_company",
    "has_company",
    "is_outside_companies",
    "kept_here",
    "run_in_company",
    "run_outside_companies",
]
