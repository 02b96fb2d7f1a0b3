"""The addresses of customers that go before the generic ones."""

from django.urls import path

from core.resources import registry
from crm.customers import pages

_customers = {"resource": registry.resources["customers"]}

urlpatterns = [
    path("customers/duplicates/", pages.duplicates, _customers, "customers-duplicates"),
]
