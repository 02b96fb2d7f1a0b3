"""The verbs of a project."""

from __future__ import annotations

from core.access import Actor
from core.records.services import record_update
from core.resources import ActionRefused
from tests.samples.models import Project


def project_finish(project: Project, *, by: Actor) -> Project:
    """Finish it, unless it is urgent: urgent ones are never finished, so that refusals can be tested."""
    if project.urgent:
        raise ActionRefused("urgent projects are never finished")
    return record_update(project, {"state": Project.State.DONE}, by=by, verb="finish")


def project_reopen(project: Project, *, by: Actor) -> Project:
    """Let it run again."""
    return record_update(project, {"state": Project.State.ACTIVE}, by=by, verb="reopen")


def project_remark(project: Project, *, by: Actor, note: str) -> Project:
    """Write a remark on it."""
    return record_update(project, {"note": note}, by=by, verb="remark")
