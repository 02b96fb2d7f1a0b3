"""The addresses of customers that go before the generic ones."""

from django.urls import path

from core.pages import trees
from core.resources import registry
from crm.customers import pages

_customers = {"resource": registry.resources["customers"]}
_categories = {"resource": registry.resources["customercategories"]}

urlpatterns = [
    path("customers/duplicates/", pages.duplicates, _customers, "customers-duplicates"),
    path("customercategories/", trees.show, _categories, "customercategories-list"),
    path("customercategories/move/", trees.move, _categories, "customercategories-move"),
]
