"""Whether the map of layers in pyproject.toml knows every package there is.

import-linter says so inside a package; between the packages of the source roots nobody does.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from infra.checks.sources import Finding
from infra.local.paths import ROOT, SOURCE_ROOTS

NOT_PRODUCT = frozenset({"infra", "tests"})


def check_root_packages(pyproject: Path = ROOT / "pyproject.toml") -> Iterator[Finding]:
    """Packages that the layers do not name, and folders of `platform/` that would shadow others."""
    named = set(tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"])
    for root in SOURCE_ROOTS:
        for package in sorted(root.glob("*/__init__.py")):
            name = package.parent.name
            if name not in named | NOT_PRODUCT:
                yield Finding("pyproject.toml", 1, f"the package {name} has no place in the layers")
    if (ROOT / "platform" / "__init__.py").exists():
        yield Finding(
            "platform/__init__.py", 1, "platform/ is a source root: a package of that name breaks Python's own"
        )
