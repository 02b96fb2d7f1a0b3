"""Configuration of the app."""

from django.apps import AppConfig


class SamplesConfig(AppConfig):
    name = "tests.samples"
    label = "samples"
