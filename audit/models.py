"""Tables of the audit log. Only audit.write writes entries, and nothing changes them.

All ids are plain numbers and names. The objects may be gone.
"""

from typing import Any, ClassVar

import orjson
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.chain import GENESIS
from audit.shapes import Kind, Result

KIND_LABELS = [
    (Kind.INTENT.value, _("asked")),
    (Kind.OUTCOME.value, _("outcome")),
    (Kind.RESOLUTION.value, _("resolved")),
    (Kind.REFUSAL.value, _("refused")),
    (Kind.EVENT.value, _("event")),
    (Kind.OBSERVED.value, _("observed")),
]
RESULT_LABELS = [
    (Result.OK.value, _("ok")),
    (Result.FAILED.value, _("failed")),
    (Result.DENIED.value, _("denied")),
    (Result.CANCELLED.value, _("cancelled")),
    (Result.UNKNOWN.value, _("unknown")),
]
# first entries: all but outcomes and resolutions, which belong to their intent
FIRST = Q(intent__isnull=True)
SECOND = Q(intent__isnull=False)


class Entry(models.Model):
    """One line of the log. `hash` is over the bytes in `canonical`. The other columns repeat them for
    searching. Verification compares both.
    """

    # set by us; an auto field, since on SQLite that makes it the row id
    number = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=KIND_LABELS)
    segment = models.IntegerField()
    version = models.SmallIntegerField()
    at = models.DateTimeField()
    who_name = models.CharField(max_length=200)
    who_id = models.BigIntegerField(null=True)
    session = models.CharField(max_length=32)
    token = models.CharField(max_length=200)
    address = models.CharField(max_length=100)
    forwarded_for = models.CharField(max_length=300)
    door = models.CharField(max_length=20)
    verb = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=30)
    target_id = models.CharField(max_length=300)
    target_name = models.CharField(max_length=300)
    host_id = models.BigIntegerField(null=True)
    host_name = models.CharField(max_length=200)
    endpoint_id = models.BigIntegerField(null=True)
    endpoint_name = models.CharField(max_length=200)
    # text, not JSON: PostgreSQL's jsonb would not give the same bytes back
    params_text = models.TextField()
    grant = models.CharField(max_length=300)
    result = models.CharField(max_length=10, choices=RESULT_LABELS)
    detail = models.CharField(max_length=4000)
    duration_ms = models.BigIntegerField(null=True)
    intent = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    count = models.BigIntegerField()
    canonical = models.BinaryField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["intent", "kind"], condition=SECOND, name="audit_one_outcome"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["outcome", "resolution"], intent__isnull=False)
                | (~Q(kind__in=["outcome", "resolution"]) & Q(intent__isnull=True)),
                name="audit_intent_of_outcomes",
            ),
        ]
        # every index ends with the number, since a page shows the newest of a filter
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["who_name", "-number"], condition=FIRST, name="audit_who"),
            models.Index(fields=["verb", "-number"], condition=FIRST, name="audit_verb"),
            models.Index(fields=["host_name", "-number"], condition=FIRST, name="audit_host"),
            models.Index(fields=["host_id", "-number"], condition=FIRST, name="audit_host_id"),
            models.Index(fields=["target_name", "-number"], condition=FIRST, name="audit_target"),
            models.Index(fields=["target_id", "-number"], condition=FIRST, name="audit_target_id"),
            models.Index(fields=["door", "-number"], condition=FIRST, name="audit_door"),
            models.Index(fields=["kind", "-number"], condition=FIRST, name="audit_kind"),
            models.Index(fields=["who_id", "-number"], condition=FIRST, name="audit_who_id"),
            models.Index(fields=["result", "-number"], condition=SECOND, name="audit_result"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.verb}"

    @property
    def params(self) -> dict[str, Any]:
        """The kept parameters. Secrets are {"keyed_hash": hex}."""
        return dict(orjson.loads(self.params_text))

    @property
    def hash_hex(self) -> str:
        """The hash in hex."""
        return bytes(self.hash).hex()


class Head(models.Model):
    """One row with the last number and its hash. Every writer locks it last."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=GENESIS)
    segment = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="audit_one_head")
        ]


class Segment(models.Model):
    """A run of entries. A closed one has a signed last hash. Only exported ones may be dropped."""

    number = models.IntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField(null=True)
    first_previous = models.BinaryField(max_length=32)
    last_hash = models.BinaryField(max_length=32, null=True)
    closed_at = models.DateTimeField(null=True)
    signature = models.CharField(max_length=128, default="")
    key = models.CharField(max_length=64, default="")
    exported_at = models.DateTimeField(null=True)
    export_name = models.CharField(max_length=300, default="")
    export_sha256 = models.CharField(max_length=64, default="")
    dropped_at = models.DateTimeField(null=True)


class Checkpoint(models.Model):
    """A signed statement "entry `number` has this hash". The same line is in a file outside."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-number"], name="audit_checkpoint_number")
        ]


class RefusalCount(models.Model):
    """Equal refusals of one person within a minute, after the first one, not summed up yet."""

    key = models.CharField(max_length=64)
    minute = models.DateTimeField()
    first = models.BigIntegerField()
    more = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "minute"], name="audit_one_refusal_count")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["minute"], name="audit_refusal_minute")
        ]


class Verification(models.Model):
    """The result of the last verification, for the page's head."""

    at = models.DateTimeField()
    since = models.BigIntegerField(default=0)
    number = models.BigIntegerField()
    ok = models.BooleanField()
    first_bad = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=30)
    words = models.CharField(max_length=1000)


class SinkPosition(models.Model):
    """The last entry that a sink has."""

    name = models.CharField(max_length=100, primary_key=True)
    number = models.BigIntegerField(default=0)
