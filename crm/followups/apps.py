"""Configuration of the app."""

from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "crm.followups"
    label = "followups"
