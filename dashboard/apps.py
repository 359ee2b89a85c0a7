"""The dashboard as a Django app: commands and template tags."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Holds no models."""

    name = "dashboard"

    def ready(self) -> None:
        """Make our Celery the one that `current_app` names, in every process that asks for jobs."""
        from dashboard import celery  # noqa: F401
