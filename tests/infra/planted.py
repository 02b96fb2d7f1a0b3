"""Planting a fault in the text of a file, to see that a check finds it."""

from infra.checks.house_rules import house_rules
from infra.checks.sources import Source


def faults(path: str, text: str) -> list[str]:
    """What the house rules say about a file of this text at `path`, as `line: message`."""
    source = Source.parse(path, text)
    return [f"{found.line}: {found.message}" for rule in house_rules() for found in rule(source)]
