"""The jobs of the pages, found at start-up."""

from core.pages.bulk_job import bulk
from core.pages.export import export, export_expire
from core.pages.imports.checking import import_check
from core.pages.imports.running import import_run
from core.pages.imports.undoing import import_undo

__all__ = ["bulk", "export", "export_expire", "import_check", "import_run", "import_undo"]
