"""Projects and milestones, as the world sees them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.resources import Action, Resource, files, history
from tests.samples import services
from tests.samples.models import Milestone, Project


class RemarkForm(forms.Form):
    """What to remark."""

    note = forms.CharField(label=_("Remarks"), max_length=200)


class Milestones(Resource):
    """Steps of projects."""

    model = Milestone
    parent = "project"
    columns = ("title", "project", "reached", "owner")
    filters = ("project", "reached")
    search = ("title", "project__name")
    sections = {_("Basic information"): ("project", "title", "reached", "owner")}
    panels = (history(),)


class Projects(Resource):
    """Every kind of field, actions with and without a form, panels."""

    model = Project
    collaborative = True
    columns = ("name", "state", "kind", "budget", "due", "phone", "owner")
    more_columns = ("starts_at", "urgent", "members", "created_at", "updated_at", "department")
    filters = ("name", "state", "kind", "budget", "due", "created_at", "urgent", "owner", "phone", "members")
    search = ("name", "phone")
    sections = {
        _("Basic information"): ("name", "state", "kind", "budget", "due", "starts_at", "urgent", "owner"),
        _("Contact"): ("phone", "website", "members", "note"),
    }
    verbs = (*Resource.verbs, "import")
    tones = {"state": {"planned": "gray", "active": "blue", "done": "green"}}
    actions = (
        Action(
            "finish",
            _("Finish"),
            services.project_finish,
            when=Project.is_running,
            icon="check",
            primary=True,
            undo="reopen",
        ),
        Action("reopen", _("Reopen"), services.project_reopen, when=Project.is_finished, permission="change"),
        Action("remark", _("Remark"), services.project_remark, form=RemarkForm, permission="change"),
    )
    panels = (files(), history())
