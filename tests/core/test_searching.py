"""What is typed into a search box finds rows by two characters, initials or digits, in what the user may read."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from core.access import Scope
from core.records.services import record_update
from core.resources import ListQuery, registry
from core.resources.searching import cleaned, matching, searched
from tests.factories import make, make_user
from tests.samples.models import Milestone, Project

pytestmark = pytest.mark.django_db

YUNLING = "深圳市云岭智能科技有限公司"
NAMES = (YUNLING, "重庆３米长ＡＢＣ有限公司", "100%_纯棉 制衣厂", "Tower Bridge", "广州启航电子 12 厂")


@pytest.fixture
def me():
    return make_user("projects.view", "milestones.view", scope=Scope.ALL)


@pytest.fixture
def projects(me):
    phones = ("13812342077", "021-5566 7788", "", "", "")
    return [
        make(Project, owner=me, created_by=me, kind=None, name=name, phone=phone)
        for name, phone in zip(NAMES, phones, strict=True)
    ]


def found(user, term, resource="projects"):
    query = ListQuery(registry.resources[resource], user, QueryDict(mutable=True))
    query.term = cleaned(term)
    return [str(row) for row in query.rows.order_by("pk")]


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("云岭", [NAMES[0]]),
        ("岭", [NAMES[0]]),
        ("云岭智能", [NAMES[0]]),
        ("云 岭", [NAMES[0]]),
        ("岭云", []),
        ("智云", []),
        ("yl", [NAMES[0]]),
        ("YLZN", [NAMES[0]]),
        ("cq", [NAMES[1]]),
        ("abc", [NAMES[1]]),
        ("ＡＢＣ", [NAMES[1]]),
        ("3米", [NAMES[1]]),
        ("３米长", [NAMES[1]]),
        ("100%", [NAMES[2]]),
        ("%", [NAMES[2]]),
        ("_", [NAMES[2]]),
        ("%_", [NAMES[2]]),
        ("_纯棉", [NAMES[2]]),
        ("纯棉制衣", [NAMES[2]]),
        ("纯棉 制衣", [NAMES[2]]),
        ("bridge", [NAMES[3]]),
        ("r b", [NAMES[3]]),
        ("2077", [NAMES[0]]),
        ("138123", [NAMES[0]]),
        ("13812342077", [NAMES[0]]),
        ("55667788", [NAMES[1]]),
        ("207", [NAMES[0]]),
        ("12", [NAMES[0], NAMES[4]]),
        ("有限公司", [NAMES[0], NAMES[1]]),
        ("x" * 100, []),
        ("云" * 100, []),
        ("\x00", list(NAMES)),
        ("", list(NAMES)),
        ("\\", []),
        ("'", []),
    ],
)
def test_a_term_finds_what_holds_it_and_nothing_else(me, projects, term, names):
    assert found(me, term) == names


def test_a_hundred_characters_are_looked_at_and_no_more(me):
    name = "云" * 30 + "岭" * 30
    make(Project, owner=me, created_by=me, kind=None, name=name)
    assert found(me, name) == [name]
    assert len(cleaned("云" * 500)) == 100


def test_a_changed_name_is_found_by_its_new_words_only(me, projects):
    record_update(projects[0], {"name": "北京海淀"}, by=me)
    assert found(me, "云岭") == []
    assert found(me, "海淀") == ["北京海淀"]
    assert found(me, "bjhd") == ["北京海淀"]


def test_another_change_leaves_the_grams_alone(me, projects):
    record_update(projects[0], {"note": "海淀"}, by=me)
    assert found(me, "云岭") == [YUNLING]
    assert found(me, "海淀") == []


@pytest.mark.parametrize("right", ["masked", "hidden"])
@pytest.mark.parametrize("term", ["2077", "13812342077", "138", "77"])
def test_a_phone_that_a_role_covers_is_not_found_by_its_digits(right, term):
    me = make_user("projects.view", field_rights={"projects.phone": right})
    make(Project, owner=me, created_by=me, kind=None, name=YUNLING, phone="13812342077", website="https://a.example/")
    assert found(me, term) == []
    assert found(me, "云岭") == [YUNLING]
    answer = matching(Project, searched(registry.resources["projects"], me), term)
    assert not Project.objects.filter(answer).exists()


def test_letters_never_find_what_a_covered_field_beside_a_readable_one_holds():
    """The grams of phone and website are one array: who may read the phone alone finds by the phone alone."""
    me = make_user("projects.view", field_rights={"projects.website": "masked"})
    make(Project, owner=me, created_by=me, kind=None, name="x", phone="13812342077", website="https://secret.example/")
    assert found(me, "secret") == []
    assert found(me, "2077") == ["x"]


def test_a_hidden_name_is_found_by_neither_words_nor_initials():
    me = make_user("projects.view", field_rights={"projects.name": "hidden"})
    make(Project, owner=me, created_by=me, kind=None, name=YUNLING, phone="13812342077")
    for term in ("云岭", "yl", "云", YUNLING):
        assert found(me, term) == [], term
    assert found(me, "2077") == [YUNLING]


def test_rows_are_found_by_the_name_of_the_record_they_hang_on(me, projects):
    make(Milestone, owner=me, created_by=me, project=projects[0], title="蓝图")
    make(Milestone, owner=me, created_by=me, project=projects[1], title="云岭验收")
    assert found(me, "云岭", "milestones") == ["蓝图", "云岭验收"]
    assert found(me, "yl", "milestones") == ["蓝图"]  # titles of milestones are not kept in grams
    assert found(me, "蓝图", "milestones") == ["蓝图"]


def test_a_name_covered_in_its_own_module_is_not_found_through_another():
    me = make_user("projects.view", "milestones.view", field_rights={"projects.name": "masked"})
    project = make(Project, owner=me, created_by=me, kind=None, name=YUNLING)
    make(Milestone, owner=me, created_by=me, project=project, title="蓝图")
    assert found(me, "云岭", "milestones") == []
    assert found(me, "蓝图", "milestones") == ["蓝图"]


def test_pickers_find_by_the_same_rules(client, me, projects):
    client.force_login(me)
    for term in ("云岭", "yl", "ylzn", "2077"):
        answer = client.get(reverse("projects-choices"), {"q": term}).json()["results"]
        assert [line["text"] for line in answer] == [YUNLING], term


def test_two_characters_are_looked_up_in_the_index(me, projects):
    condition = matching(Project, ["name", "phone"], "云岭")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Project.objects.filter(condition).explain()
    assert "sample_project_search" in plan
