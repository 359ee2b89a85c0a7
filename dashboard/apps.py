"""The dashboard as a Django app: commands and template tags."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Holds no models."""

    name = "dashboard"
