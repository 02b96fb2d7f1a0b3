"""The Python sources that the rules read, and what a rule finds in them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.local.paths import ROOT

PRODUCT = ("platform/config", "platform/core", "platform/console", "tenants", "crm", "billing", "worker")
SKIPPED = frozenset({"node_modules", "__pycache__", "static"})


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Source:
    """One Python file.

    Attributes:
        path: from the checkout, with slashes.
        package: its place as the layers name it, with slashes and without the source root:
            `core/pages/lists.py`, `tenants/people/models.py`.
    """

    path: str
    package: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: str, text: str) -> "Source":
        """Read a file's text.

        Raises:
            SyntaxError: it is not Python.
        """
        return cls(path, path.removeprefix("platform/"), ast.parse(text, path))

    def finding(self, node: ast.AST, message: str) -> Finding:
        """A fault at `node`."""
        return Finding(self.path, getattr(node, "lineno", 1), message)


def product_files(suffix: str, root: Path = ROOT) -> Iterator[Path]:
    """Every file of the product that ends in `suffix`, in a stable order."""
    for package in PRODUCT:
        for path in sorted((root / package).rglob(f"*{suffix}")):
            if not SKIPPED.intersection(path.relative_to(root).parts):
                yield path


def product_sources(root: Path = ROOT) -> Iterator[Source]:
    """Every Python file of the product."""
    for path in product_files(".py", root):
        yield Source.parse(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
