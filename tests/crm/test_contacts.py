"""What is peculiar to contacts: one primary contact, whatever is done to the others and by how many at once."""

from __future__ import annotations

from typing import Any

from core.db import run_in_company
from crm.contacts.models import Contact
from crm.contacts.services import contact_create, contact_delete, contact_restore
from crm.customers.models import Customer
from tests.crm.people import customer_of, seller
from tests.together import together


def test_several_who_add_a_contact_at_once_do_not_stand_in_each_others_way(live_ground: Any, company: Any) -> None:
    me = seller()
    customer = customer_of(me)

    def add(number: int) -> Any:
        return run_in_company(company, contact_create, {"customer": customer, "name": f"杨{number}"}, by=me)

    for _turn in range(5):
        assert not [one for one in together(add, 4) if isinstance(one, Exception)]
    assert Contact.objects.filter(customer=customer).count() == 20
    assert Customer.objects.get().primary_contact.customer == customer


def test_a_contact_that_comes_back_to_a_customer_without_any_is_the_primary_one(db: None) -> None:
    me = seller()
    customer = customer_of(me)
    contact = contact_create({"customer": customer, "name": "杨韬", "phone": "18665091989"}, by=me)
    contact_delete(contact, by=me)
    assert Customer.objects.get().primary_contact is None
    contact_restore(Contact.objects.get(), by=me)
    assert Customer.objects.get().primary_contact == contact


def test_a_contact_leads_to_its_customer_where_that_is_seen(client: Any, db: None) -> None:
    me, colleague = seller(), seller("林超")
    mine, theirs = customer_of(me), customer_of(colleague, "东莞市恒盛精密五金制品厂")
    contact_create({"customer": mine, "name": "杨韬"}, by=me)
    contact_create({"customer": theirs, "name": "何建国"}, by=colleague)
    Contact.objects.filter(name="何建国").update(owner=me)  # one sees one's own contact, and not whom it belongs to
    client.force_login(me)
    page = client.get("/contacts/").content.decode()
    assert "杨韬" in page and "何建国" in page
    assert f'<a href="/customers/{mine.pk}/">{mine}</a>' in page
    assert f"/customers/{theirs.pk}/" not in page
