"""Each house rule, with a fault planted and beside it what is meant to pass."""

import pytest

from infra.checks.house_rules import house_rules
from tests.infra.planted import faults

ASYNC_FAULTS = {
    "a manager": "Customer.objects.first()",
    "an awaited query": "await rows.afirst()",
    "an awaited save": "await record.asave()",
    "a save": "record.save()",
    "a related query": "order.lines.order_by('pk')",
    "a scope": "customers.visible_to(user)",
    "a company set without a thread": "run_in_company(company, read)",
    "a query handed over bare": "await sync_to_async(Customer.objects.get)(pk=1)",
}


@pytest.mark.parametrize("statement", ASYNC_FAULTS.values(), ids=ASYNC_FAULTS.keys())
def test_it_finds_the_orm_in_async_code(statement: str) -> None:
    text = f"async def receive(self, company, record, rows):\n    {statement}\n"
    assert any("in async code" in fault for fault in faults("platform/core/live/consumers.py", text))


def test_it_lets_async_code_hand_over_one_synchronous_function() -> None:
    text = (
        "async def receive(self, company):\n"
        "    def read():\n"
        "        return Note.objects.order_by('pk').first()\n"
        "    note = await sync_to_async(run_in_company)(company, read)\n"
        "    await cache.aset('a', await cache.aget('b'))\n"
        "    await self.send(note)\n"
    )
    assert faults("platform/core/live/consumers.py", text) == []


@pytest.mark.parametrize("manager", ["objects", "rows", "_default_manager", "_base_manager"])
@pytest.mark.parametrize(
    "path",
    [
        "crm/customers/pages.py",
        "platform/core/pages/lists.py",
        "platform/core/api/rows.py",
        "platform/console/views.py",
    ],
)
def test_it_finds_a_manager_outside_the_access_layer(path: str, manager: str) -> None:
    found = faults(path, f"\n\nrows = Customer.{manager}.filter(name='a')\n")
    assert [fault[:1] for fault in found] == ["3"]


def test_it_lets_a_lookup_start_with_the_scope() -> None:
    assert faults("crm/customers/pages.py", "rows = Customer.objects.visible_to(user, 'view')\n") == []
    assert faults("crm/customers/pages.py", "rows = resource.rows(user, 'view')\n") == []


@pytest.mark.parametrize("read", ["objects.due()", "objects.get_queryset().due()", "rows.of(user)"])
def test_it_lets_a_lookup_start_with_a_read_that_has_a_name(read: str) -> None:
    assert faults("crm/customers/pages.py", f"rows = Customer.{read}.filter(name='a')\n") == []


@pytest.mark.parametrize("read", ["objects.get(pk=1)", "objects.get_queryset().first()", "_base_manager.due()"])
def test_it_finds_a_lookup_that_starts_with_djangos_own(read: str) -> None:
    assert len(faults("crm/customers/pages.py", f"row = Customer.{read}\n")) == 1


@pytest.mark.parametrize(
    "path", ["crm/customers/models.py", "crm/customers/services.py", "platform/core/access/visibility.py"]
)
def test_it_lets_models_verbs_and_the_access_layer_use_managers(path: str) -> None:
    assert faults(path, "rows = Customer.objects.all()\n") == []


@pytest.mark.parametrize(
    "line", ["everybody = CustomerQuerySet.as_manager()", "everything: ClassVar[Any] = models.Manager()"]
)
def test_it_finds_a_manager_that_goes_by_another_name(line: str) -> None:
    found = faults("crm/customers/models.py", f"class Customer(Record):\n    {line}\n")
    assert len(found) == 1
    assert "managers are named objects" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "with tenant:\n    pass\n",
        "with self.company:\n    pass\n",
        "from django_tenants.utils import schema_context\n",
        "from django_tenants import utils\nutils.tenant_context(company)\n",
        "connection.set_schema('c_1')\n",
    ],
)
def test_it_finds_another_way_into_a_company(text: str) -> None:
    found = faults("tenants/people/services.py", text)
    assert any("use run_in_company" in fault for fault in found)


@pytest.mark.parametrize(
    "text",
    [
        "with connection.cursor() as cursor:\n    pass\n",
        "rows = Customer.objects.raw('SELECT 1')\n",
        "rows = customers.rows.extra(where=['1=1'])\n",
        "value = RawSQL('now()', ())\n",
    ],
)
def test_it_finds_handwritten_sql(text: str) -> None:
    assert any("outside core/db" in fault for fault in faults("crm/customers/services.py", text))


def test_it_finds_a_trigger() -> None:
    text = "STATEMENT = '''create or  replace\n trigger t before insert'''\n"
    assert any("a trigger" in fault for fault in faults("crm/stock/models.py", text))


def test_every_rule_has_a_docstring_that_says_why() -> None:
    assert all(rule.__doc__ and len(rule.__doc__) > 40 for rule in house_rules())
