"""The addresses of users and organisation that go before the generic ones, and of the language."""

from django.urls import path

from core.pages import trees
from core.resources import registry
from tenants.people import pages
from tenants.people.language import choose_language
from tenants.people.organisation import department_move

_users = {"resource": registry.resources["users"]}
_departments = {"resource": registry.resources["departments"]}

urlpatterns = [
    path("language/", choose_language, name="language"),
    path("users/switch-back/", pages.back, name="users-switch-back"),
    path("users/<int:pk>/delete/", pages.delete_user, _users, "users-delete"),
    path("users/<int:pk>/do/reset/", pages.reset_password, _users, "users-reset"),
    path("users/<int:pk>/do/switch/", pages.switch, _users, "users-switch"),
    path("departments/", pages.organisation, _departments, "departments-list"),
    path("departments/move/", trees.move, {**_departments, "by_service": department_move}, "departments-move"),
]
