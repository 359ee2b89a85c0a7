"""What containers used: packed tables, one row for all containers of an endpoint over some time.

Only hosts.stats.codec writes and reads `keys`, `data`, `summary` and `recent`.
"""

from django.db import models

from hosts.models.hosts import Endpoint
from hosts.models.inventory import Container


class StatsChunk(models.Model):
    """Some time of one endpoint. `start` and `end`: seconds since 1970."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="stats_chunks")
    # hosts.stats.metrics: FULL, FIVE_MINUTES, HALF_HOURS
    tier = models.PositiveSmallIntegerField()
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    # eight bytes per series, in the order of the tables
    keys = models.BinaryField()
    data = models.BinaryField()
    # of FULL: the same in one column of the next tier
    summary = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "tier", "start"], name="stats_chunk_once"),
        ]
        indexes = [models.Index(fields=["tier", "end"], name="stats_chunk_age")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.tier} {self.start}"


class StatsStanding(models.Model):
    """Whether an endpoint gives statistics, its newest sums, and its last hour by the minute."""

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="stats_standing"
    )
    # why it gives none: "" when it does; then Podman's words and the cure
    reason_kind = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    since = models.DateTimeField()
    # the newest sample: sums over all running containers, CPU in 0.01 % of a core
    sampled_at = models.DateTimeField(null=True)
    cpu = models.BigIntegerField(default=0)
    memory_bytes = models.BigIntegerField(default=0)
    # the machine's size, for shares of it; 0: unknown
    cpus = models.PositiveIntegerField(default=0)
    machine_bytes = models.BigIntegerField(default=0)
    keys = models.BinaryField(default=b"")
    recent = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.reason_kind or 'ok'}"


class ContainerFigures(models.Model):
    """What a running container uses now, for sorts and filters. No row: it is not measured.

    Not columns of Container: PostgreSQL would rewrite all of its indexes with each write.
    """

    container = models.OneToOneField(
        Container, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    # in 0.01 % of a core, mean of the last ten seconds
    cpu = models.BigIntegerField()
    memory_bytes = models.BigIntegerField()
    # 0: none is set
    limit_bytes = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["cpu", "container"], name="figures_cpu"),
            models.Index(fields=["memory_bytes", "container"], name="figures_memory"),
        ]

    def __str__(self) -> str:
        return f"{self.container_id}: {self.cpu / 100} %, {self.memory_bytes} B"
