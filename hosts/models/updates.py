"""What registries say about the tags that containers use. hosts.registries writes these rows, in a worker."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Endpoint


class TagCheck(models.Model):
    """A tag at a registry, and what it names there."""

    # registry/path:tag
    reference = models.CharField(max_length=500, unique=True)
    # empty: never answered. Kept while the registry gives no answer
    digest = models.CharField(max_length=150, blank=True)
    # digests of the images that `digest` lists; None: not known, and not needed so far
    instances = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(db_index=True)
    # hosts.registries.errors.Failure of the last question, empty after an answer
    failure = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.reference


class ImageUpdate(models.Model):
    """An image that containers of an endpoint run, compared with what its name has at the registry now.

    Without such a row there is nothing to ask: built there, or named by digest or id.
    """

    class State(models.TextChoices):
        AVAILABLE = "available", _("update available")
        CURRENT = "current", _("up to date")
        UNKNOWN = "unknown", _("not known")

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="image_updates")
    image_id = models.CharField(max_length=80)
    # as containers have it in `image`
    image = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "image_id", "image"], name="image_update_once"
            )
        ]
        indexes = [models.Index(fields=["state", "endpoint"], name="image_update_state")]

    def __str__(self) -> str:
        return f"{self.image}: {self.state}"
