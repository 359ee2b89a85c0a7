"""Jobs: actions in the background. The row is the truth; a Celery task is the work."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models.hosts import Endpoint


class Batch(models.Model):
    """Several jobs that were asked for with one click."""

    verb = models.CharField(max_length=60)
    asked_by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    # targets left out and why: [{"name", "host", "why"}]
    skipped = models.JSONField(default=list)
    # how many of its jobs run at once (0: no bound), and whether none begins after a failure
    # (hosts.jobs.pace)
    at_once = models.PositiveSmallIntegerField(default=0)
    stop_on_failure = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="batch_paced", condition=models.Q(at_once__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"


class Job(models.Model):
    """One action on one object of one endpoint."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        OK = "ok", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        DENIED = "denied", _("denied")
        UNKNOWN = "unknown", _("unknown")
        HELD = "held", _("waiting for approval")

    # jobs for workers, now or soon; a held job only after an approval
    TAKEN = (State.QUEUED, State.RUNNING)
    OPEN = (*TAKEN, State.HELD)
    NOT_BEGUN = (State.QUEUED, State.HELD)
    # the queue of requests through the gate, which no worker serves (hosts.jobs.held_requests)
    GATE = "gate"
    # ended in another way than the asker wanted
    TROUBLE = (State.FAILED, State.DENIED, State.UNKNOWN)

    verb = models.CharField(max_length=60)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="jobs")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.SET_NULL, null=True, related_name="jobs"
    )
    # names as they were, so that a job outlives host and person
    host_name = models.CharField(max_length=63)
    endpoint_name = models.CharField(max_length=130)
    object_kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=255, blank=True)
    object_name = models.CharField(max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_by_name = models.CharField(max_length=200)
    # audit.Who as a dict: the outcome's entry names the same person and door
    who = models.JSONField(default=dict)
    # the narrowed grant that allowed it, which must still exist when the job begins; none: no such
    # grant was needed
    grant_id = models.PositiveBigIntegerField(null=True)
    # number of the intent in the audit log
    intent = models.PositiveBigIntegerField()
    params = models.JSONField(default=dict)
    # hosts.vault, purpose "job"; erased at the outcome
    sealed_params = models.BinaryField(null=True)
    # the object before the job: a broken try is settled with it
    before = models.JSONField(default=dict)

    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    queue = models.CharField(max_length=8, default="short")
    # the last step that was begun: "" look act refresh
    step = models.CharField(max_length=20, blank=True)
    # {"layers": [...]} or {"steps": [...]}, at most twice a second
    progress = models.JSONField(default=dict)
    output = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    # Podman's words behind `error`
    cause = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True)
    # when the asker saw the failure; it is shown once, on whatever page they are
    failure_seen_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_asked_by = models.CharField(max_length=200, blank=True)

    # the worker that carries it out: a lease of 30 s by the database's clock, renewed every 4 s
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    # raised by each claim; a worker that lost its lease must not write
    claim = models.PositiveIntegerField(default=0)
    # below 0 for a moment after an orderly stop (hosts.jobs.lease.release)
    lost_workers = models.IntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "id"], name="job_state"),
            models.Index(fields=["endpoint", "object_kind", "object_id", "id"], name="job_object"),
            models.Index(fields=["changed_at"], name="job_changed"),
            models.Index(
                fields=["lease_until"],
                name="job_lease",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            # asked every second: did anything fail lately? The condition is "ended", not "in
            # trouble": SQLite does not match a list of bound states with an index's
            models.Index(
                fields=["state", "finished_at", "failure_seen_at"],
                name="job_trouble",
                condition=models.Q(finished_at__isnull=False),
            ),
            models.Index(
                fields=["asked_by", "state", "finished_at"],
                name="job_unseen",
                condition=models.Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_name}"

    @property
    def by_client(self) -> bool:
        """True where a client carries it out, by sending its request again through the gate."""
        return self.queue == self.GATE

    @property
    def awaits_client(self) -> bool:
        """True where it was approved, and the client has not sent its request again."""
        return self.by_client and self.state == self.State.QUEUED
