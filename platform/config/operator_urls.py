"""The addresses of the operators' host: the console, and what every company has, for the operators' own."""

from django.urls import include, path

from config.urls import urlpatterns as company_urls

urlpatterns = [path("", include("console.operator_urls")), *company_urls]
