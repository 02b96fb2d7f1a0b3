"""Addresses of the public site."""

from django.urls import path
from django.views.i18n import set_language

from console import finder, pages, signup

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("sign-up/", signup.sign_up, name="sign-up"),
    path("sign-up/address/", signup.address, name="sign-up-address"),
    path("find/", finder.find, name="find"),
    path("find/sent/", finder.sent, name="find-sent"),
    path("terms/", pages.terms, name="terms"),
    path("privacy/", pages.privacy, name="privacy"),
    path("language/", set_language, name="language"),
]
