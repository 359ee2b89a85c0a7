"""Hosts in maintenance: for a while they call for no attention. hosts.actions.hosts.mute_host."""

from django.conf import settings
from django.db import models

from hosts.models.hosts import Host


class HostMute(models.Model):
    """One host, until a time; a row past its time means nothing. All else works as before."""

    host = models.OneToOneField(Host, on_delete=models.CASCADE, related_name="mute")
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    muted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    muted_by_name = models.CharField(max_length=200)
    muted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.host} until {self.until}"
