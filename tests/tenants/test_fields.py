"""自定义字段: defined by the company's administrators, bounded, taken out of use or removed with all they hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from core.db import run_in_company
from core.jobs.kinds import kind_named
from core.jobs.models import Job
from core.jobs.run import Run
from core.records import custom
from core.records.custom import MOST, Kind, custom_fields
from core.records.models import Attachment, LogEntry, Option
from core.resources.registry import resources
from crm.customers.models import Customer
from tenants.fields.models import Field
from tenants.fields.services import field_create, field_delete, field_purge, field_restore, field_update, fields_reorder
from tenants.people.models import User
from tenants.roles.models import Role
from tenants.roles.services import role_set_field_rights
from tenants.settings.services import option_create, option_delete
from tests.every_resource.scene import counted
from tests.factories import make, make_administrator, make_user

pytestmark = pytest.mark.django_db

CUSTOMERS = resources["customers"]


@pytest.fixture
def boss(client: Any) -> Any:
    """An administrator who reads English, signed in."""
    user = make_administrator(language="en")
    client.force_login(user)
    with translation.override("en"):
        yield user


def field(boss: User, label: str = "Terms", kind: str = Kind.TEXT, **values: Any) -> Field:
    """A field of customers."""
    return field_create({"module": "customers", "label": label, "kind": kind, **values}, by=boss)


def name_of(one: Field) -> str:
    """What the field is called by programs."""
    return f"c_{one.pk}"


def customer(**custom_values: Any) -> Customer:
    """A customer with these values."""
    return make(Customer, by=make(User), custom=custom_values)


def test_it_is_added_in_the_form_and_shown_at_once(client: Any, boss: User) -> None:
    values = {
        "module": "customers",
        "label": " Terms ",
        "kind": "choice",
        "options": "30 days\n\n 60 days \n30 Days",
        "default": "60 days",
        "help": "As <agreed>",
        "required": "on",
        "active": "on",
    }
    answer = client.post("/fields/new/", values)
    assert answer.status_code == 302, answer.content
    made = Field.objects.get()
    assert (made.label, made.kind, made.default, made.required) == ("Terms", "choice", "60 days", True)
    options = Option.objects.of_list(name_of(made))
    assert list(options.values_list("name", flat=True)) == ["30 Days", "60 days"]
    form = client.get("/customers/new/").content.decode()
    assert "Terms" in form
    assert "As &lt;agreed&gt;" in form
    sixty = options.get(name="60 days")
    assert f'<option value="{sixty.pk}" selected' in form
    page = client.get("/fields/", {"module": "customers"}).content.decode()
    assert "Terms" in page
    assert LogEntry.objects.of("fields", made.pk).get().verb == "create"
    refused = client.post("/customers/new/", {"name": "A new one", name_of(made): ""})
    assert refused.status_code == 422
    assert f'id="id_{name_of(made)}_error"' in refused.content.decode()


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({"label": " "}, "label"),
        ({"module": "nothing"}, "module"),
        ({"module": "fields"}, "module"),
        ({"kind": "formula"}, "kind"),
        ({"kind": "choice", "options": "\n "}, "options"),
        ({"kind": "choice", "options": "x" * 61}, "options"),
        ({"kind": "choice", "options": "A", "default": "B"}, "default"),
        ({"kind": "number", "default": "much"}, "default"),
        ({"kind": "date", "default": "2026-02-30"}, "default"),
        ({"kind": "user", "default": "me"}, "default"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(client: Any, boss: User, values: dict[str, Any], at: str) -> None:
    given = {"module": "customers", "label": "Terms", "kind": "text", "active": "on", **values}
    answer = client.post("/fields/new/", given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [at]
    assert not Field.objects.exists()


def test_a_label_is_given_once_in_a_module(boss: User) -> None:
    first = field(boss)
    with pytest.raises(ValidationError):
        Field(module="customers", label="terms", kind="text").validate_constraints()
    field_delete(first, by=boss)
    field(boss)
    with pytest.raises(ValidationError):
        field_restore(first, by=boss)


def test_module_and_kind_stay_what_they_are(client: Any, boss: User) -> None:
    made = field(boss, kind=Kind.NUMBER)
    sent = {"module": "users", "kind": "text", "label": "Days", "active": "on", "version": made.version}
    assert client.post(f"/fields/{made.pk}/edit/", sent).status_code == 302
    assert client.patch(f"/api/fields/{made.pk}/", {"kind": "text"}, "application/json").status_code in {200, 400}
    made.refresh_from_db()
    assert (made.module, made.kind, made.label) == ("customers", "number", "Days")


def test_a_module_has_a_bounded_number_of_fields(boss: User) -> None:
    Field.objects.bulk_create(
        Field(module="customers", label=f"Field {number}", kind="text", order=number) for number in range(MOST - 1)
    )
    last = field(boss, "The last one")
    with pytest.raises(ValidationError, match="at most 100"):
        field(boss, "One too many")
    field_delete(last, by=boss)
    field(boss, "Another last one")
    with pytest.raises(ValidationError, match="at most 100"):
        field_restore(last, by=boss)


def test_they_are_put_in_order_by_dragging(client: Any, boss: User) -> None:
    first, second = field(boss, "First"), field(boss, "Second")
    client.post("/fields/of/customers/reorder/", {"field": [second.pk, first.pk]})
    assert [one.label for one in Field.objects.of_module("customers")] == ["Second", "First"]
    with pytest.raises(ValidationError):
        fields_reorder("customers", [first.pk], by=boss)
    custom.stamp_changed()
    assert [one.label for one in custom_fields("customers")] == ["Second", "First"]


def test_out_of_use_it_is_shown_nowhere_and_keeps_its_values(client: Any, boss: User) -> None:
    made = field(boss)
    kept = customer(**{name_of(made): "CANARY"})
    client.post(f"/fields/{made.pk}/switch/", {"active": ""})
    for address in (f"/customers/{kept.pk}/", f"/api/customers/{kept.pk}/", f"/customers/{kept.pk}/edit/"):
        assert "CANARY" not in client.get(address).content.decode()
    assert client.get("/api/customers/", {name_of(made): "CANARY"}).status_code == 400
    narrowed = client.get("/customers/", {name_of(made): "CANARY"})
    assert [problem.parameter for problem in narrowed.context["list"].problems] == [name_of(made)]
    client.post(f"/fields/{made.pk}/switch/", {"active": "1"})
    assert "CANARY" in client.get(f"/customers/{kept.pk}/").content.decode()


def test_deleting_asks_with_the_number_of_records_and_can_be_undone(client: Any, boss: User) -> None:
    made = field(boss)
    kept = [customer(**{name_of(made): "CANARY"}) for _number in range(3)]
    customer()
    asked = client.post(f"/fields/{made.pk}/delete/")
    assert "3 records have a value in it" in asked.content.decode()
    assert Field.objects.of_module("customers").exists()
    client.post(f"/fields/{made.pk}/delete/", {"sure": "1"})
    assert "CANARY" not in client.get(f"/customers/{kept[0].pk}/").content.decode()
    client.post(f"/fields/{made.pk}/restore/")
    assert "CANARY" in client.get(f"/customers/{kept[0].pk}/").content.decode()


def test_purged_it_leaves_no_value_no_file_and_no_option(company: Any, boss: User) -> None:
    choice, file = field(boss, "Choice", Kind.CHOICE, options=["A"]), field(boss, "File", Kind.FILE)
    stays = field(boss, "Stays")
    record = customer()
    (option,) = Option.objects.of_list(name_of(choice))
    upload = SimpleUploadedFile("kept.txt", b"CANARY")
    CUSTOMERS.update(record, {name_of(choice): option, name_of(file): upload, name_of(stays): "here"}, by=boss)
    stored = Attachment.objects.get().file.name
    for made in (choice, file):
        field_delete(made, by=boss)
        field_purge(made, by=boss)
    for ordered in Job.rows.filter(kind="fields.clear"):
        run = Run(company=company, user=boss, job_id=ordered.pk, attempt=1)
        kind_named("fields.clear").work(run, **ordered.payload)
    record.refresh_from_db()
    assert record.custom == {name_of(stays): "here"}
    assert not Option.objects.of_list(name_of(choice)).exists()
    assert not Attachment.objects.exists()
    assert default_storage.exists(stored)  # until the transaction holds, which that of a test never does


def test_its_options_stand_in_the_dictionary_and_are_not_deleted_while_used(client: Any, boss: User) -> None:
    made = field(boss, kind=Kind.CHOICES, options=["A", "B"])
    first, second = Option.objects.of_list(name_of(made))
    used = customer(**{name_of(made): [first.pk]})
    page = client.get("/options/", {"kind": name_of(made)}).content.decode()
    assert "Terms" in page
    with pytest.raises(ValidationError, match="1 record"):
        option_delete(first, by=boss)
    option_delete(second, by=boss)
    option_create({"kind": name_of(made), "name": "C"}, by=boss)
    client.post(f"/options/{first.pk}/edit/", {"name": "Renamed"})
    form = client.get(f"/customers/{used.pk}/edit/").content.decode()
    assert "Renamed" in form
    assert ">C<" in form
    assert "Renamed" in client.get(f"/customers/{used.pk}/").content.decode()


def test_a_large_amount_is_kept_to_the_last_digit(boss: User) -> None:
    money, fine = field(boss, "Money", Kind.MONEY), field(boss, "Fine", Kind.NUMBER)
    record = customer()
    values = {name_of(money): Decimal("9999999999999.99"), name_of(fine): Decimal("-12345678901.2345")}
    CUSTOMERS.update(record, values, by=boss)
    record.refresh_from_db()
    found = {one.name: one.of(record) for one in custom_fields("customers")}
    assert found == values


def test_the_same_number_in_another_company_is_another_field(
    client_of: Any, client: Any, company: Any, other_company: Any, boss: User
) -> None:
    made = field(boss, "Ours")
    mine = customer(**{name_of(made): "our value"})

    def there() -> tuple[User, int]:
        user = make_administrator(language="en")
        theirs = field(user, "Theirs")
        Field.objects.filter(pk=theirs.pk).delete()
        theirs.pk = made.pk
        theirs.save(force_insert=True)
        return user, customer(**{name_of(made): "their value"}).pk

    user, theirs = run_in_company(other_company, there)
    beta = client_of(other_company)
    run_in_company(other_company, beta.force_login, user)
    for _again in range(2):  # the answers take turns in one process
        ours = client.get(f"/customers/{mine.pk}/").content.decode()
        others = beta.get(f"/customers/{theirs}/").content.decode()
        assert ("Ours" in ours, "Theirs" in ours) == (True, False)
        assert ("Ours" in others, "Theirs" in others) == (False, True)
    assert "Ours" in str(client.get("/api/schema/").json()["components"]["schemas"]["Customers"])
    assert "Ours" not in str(beta.get("/api/schema/").json())


def test_a_page_asks_for_the_fields_once_and_then_from_memory(client: Any, boss: User) -> None:
    page = f"/api/customers/{customer().pk}/"
    client.get(page)
    without = counted(lambda: client.get(page))
    field(boss, kind=Kind.CHOICE, options=["A"])
    client.get(page)  # reads the catalogue
    assert counted(lambda: client.get(page)) == without


def test_without_the_permission_nobody_defines_fields(client: Any, boss: User) -> None:
    made = field(boss)
    client.force_login(make_user("customers.view", "customers.change", "fields.view"))
    assert client.get("/fields/").status_code == 200
    assert client.post(f"/fields/{made.pk}/switch/", {"active": ""}).status_code == 403
    assert client.post("/fields/of/customers/reorder/", {"field": [made.pk]}).status_code == 403
    assert client.post(f"/fields/{made.pk}/delete/", {"sure": "1"}).status_code == 403
    client.force_login(make_user("customers.view"))
    assert client.get("/fields/").status_code == 403


def test_rights_on_a_field_out_of_use_hold_when_it_comes_back(client: Any, boss: User) -> None:
    made = field(boss)
    role = make(Role, permissions=["customers.view"], field_rights={f"customers.{name_of(made)}": "hidden"})
    field_update(made, {"active": False}, by=boss)
    role_set_field_rights(role, {"customers.phone": "masked"}, by=boss)
    role.refresh_from_db()
    assert role.field_rights == {f"customers.{name_of(made)}": "hidden", "customers.phone": "masked"}


def test_of_a_field_that_is_gone_only_administrators_read_in_the_log(client: Any, boss: User) -> None:
    made = field(boss)
    record = customer()
    CUSTOMERS.update(record, {name_of(made): "CANARY"}, by=boss)
    address = reverse("customers-detail", args=[record.pk])
    reader = make_user("customers.view", field_rights={f"customers.{name_of(made)}": "hidden"})
    field_delete(made, by=boss)
    assert "CANARY" in client.get(address, {"panel": "history"}).content.decode()
    Role.objects.filter(users=reader).update(field_rights={})
    client.force_login(reader)
    assert "CANARY" not in client.get(address, {"panel": "history"}).content.decode()
