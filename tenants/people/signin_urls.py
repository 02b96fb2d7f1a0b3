"""Addresses of signing in, of passwords and of one's own profile; the names are those allauth asks for."""

from django.urls import path, re_path

from tenants.people import profile, signin

urlpatterns = [
    path("sign-in/", signin.sign_in, name="account_login"),
    path("sign-out/", signin.sign_out, name="account_logout"),
    path("welcome/", signin.welcome, name="welcome"),
    path("password/reset/", signin.reset_request, name="account_reset_password"),
    path("password/reset/sent/", signin.reset_requested, name="account_reset_password_done"),
    path("password/reset/done/", signin.reset_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signin.reset_password,
        name="account_reset_password_from_key",
    ),
    path("password/change/", signin.change_password, name="account_change_password"),
    path("profile/", profile.profile, name="profile"),
]
