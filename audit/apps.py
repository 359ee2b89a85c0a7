"""The audit log as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Stores entries; nothing in here points upward."""

    name = "audit"
    label = "audit"
    verbose_name = _("Audit")
