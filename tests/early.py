"""Servers before settings: pytest-django reads the settings before any conftest, in each process of a parallel run.

Loaded by the option `-p`, so that every process has a cache and a folder for files of its own.
"""

from tests import ground

ground.start_servers()
