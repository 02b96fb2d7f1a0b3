"""The jobs of the pages, found at start-up."""

from core.pages.bulk_job import bulk
from core.pages.export import export, export_expire

__all__ = ["bulk", "export", "export_expire"]
