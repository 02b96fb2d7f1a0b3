"""Every test here that asks for `resource` runs once for each module of the registry.

A file of tests that `concerns` some of them alone says which by a function of that name.
"""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run for every declared resource; tests of what is hidden, for those whose rows a scope can hide."""
    from core.resources.registry import resources
    from tests.every_resource.scene import hides_rows

    if "resource" in metafunc.fixturenames:
        concerns = getattr(metafunc.module, "concerns", lambda resource: True)
        every = [one for one in resources.values() if concerns(one)]
        if "scene" in metafunc.fixturenames:
            every = [one for one in every if hides_rows(one)]
        metafunc.parametrize("resource", every, ids=[one.name for one in every])
