"""Workers, and when their chores were done last: rows, since Redis may be away."""

from django.db import models


class Worker(models.Model):
    """A worker, as it last reported (hosts.jobs.workers)."""

    # host:pid
    name = models.CharField(max_length=80, primary_key=True)
    # names of the queues whose jobs it carries out
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Chore(models.Model):
    """A chore of the workers (hosts.chores); the worker that does it holds the lease."""

    name = models.CharField(max_length=40, primary_key=True)
    began_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    # by the database's clock; empty while nobody does it
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
