"""What reaches users by e-mail beside their inbox: what each has chosen, and nothing else."""

from typing import Any

import pytest
from django.core import mail

from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Run
from core.live.services import notify
from tenants.people.notices import MAIL
from tests.tenants.people import fresh, make_person

pytestmark = pytest.mark.django_db


def tell(user: Any, kind: str = "mention") -> None:
    """Tell the user something."""
    params = {"who": "秦晨", "about": "云岭"}
    notify([user], kind=kind, title="%(who)s mentioned you: %(about)s", params=params, url="/x/")


def test_only_the_kinds_chosen_are_sent(company: Any) -> None:
    user = make_person("fu.rui", email="fu.rui@example.com", mailed=["mention"])
    tell(user)
    tell(user, kind="comment")
    [ordered] = Job.rows.filter(kind=MAIL)
    kind_named(MAIL).work(Run(company=company, user=None, job_id=ordered.pk, attempt=1), **ordered.payload)
    [sent] = mail.outbox
    assert sent.to == ["fu.rui@example.com"]
    assert sent.subject == "秦晨 在“云岭”中提到了您"
    assert f"{company.url.rstrip('/')}/x/" in sent.body


@pytest.mark.parametrize("values", [{"mailed": []}, {"mailed": ["mention"], "email": ""}, {"is_active": False}])
def test_who_does_not_want_it_or_can_not_get_it_gets_none(values: dict[str, Any]) -> None:
    tell(make_person("fu.rui", **{"email": "fu.rui@example.com", "mailed": ["mention"], **values}))
    assert not Job.rows.filter(kind=MAIL).exists()


def test_users_choose_in_their_profile(client: Any) -> None:
    user = make_person("fu.rui")
    client.force_login(user)
    page = client.get("/profile/").content.decode()
    assert "同事 @ 我" in page
    sent = {"name": "符睿", "phone": "", "email": "a@example.com", "language": "", "mailed": ["mention", "comment"]}
    assert client.post("/profile/", sent).status_code == 302
    assert fresh(user).mailed == ["mention", "comment"]
    assert client.post("/profile/", {**sent, "mailed": ["nonsense"]}).status_code == 422
