"""Registry credentials: sealed, per registry, for all hosts or those of one group."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Group


class RegistryCredential(models.Model):
    """A name and password for a registry; sent with requests, never stored on a host."""

    # host[:port][/path], as at the head of an image's name
    registry = models.CharField(_("registry"), max_length=255)
    username = models.CharField(_("user name"), max_length=255)
    # hosts.vault, purpose "registry"
    sealed_password = models.BinaryField()
    # None: for every host
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="registry_credentials"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["registry", "group__name"]
        constraints = [
            models.UniqueConstraint(fields=["registry", "group"], name="registry_once"),
            # NULLs are distinct in SQL, so "for every host" needs its own rule
            models.UniqueConstraint(
                fields=["registry"], condition=models.Q(group=None), name="registry_once_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.registry}"
