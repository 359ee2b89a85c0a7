"""A person's identity at an OpenID provider. Only accounts.provider_actions changes it."""

from typing import ClassVar

from django.db import models


class Identity(models.Model):
    """A person as a provider knows them, by issuer and subject. The address does not count."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="identities")
    # the provider's id in the providers' file
    provider = models.SlugField(max_length=60)
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    # The last role that the provider's groups gave. Groups may change it while the person still has it.
    role_given = models.SlugField(max_length=50, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.provider}"
