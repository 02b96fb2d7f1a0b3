"""The jobs of the pages, found at start-up."""

from core.pages.export import export, export_expire

__all__ = ["export", "export_expire"]
