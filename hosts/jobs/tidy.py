"""Ended jobs are kept 30 days; what they did stays in the audit log."""

from datetime import timedelta

from django.utils import timezone

from hosts.models import Batch, Job

KEEP = timedelta(days=30)


def tidy_jobs() -> int:
    """Delete old jobs that have ended, and batches without jobs. How many jobs."""
    old = Job.objects.exclude(state__in=Job.OPEN).filter(finished_at__lt=timezone.now() - KEEP)
    count = old.delete()[0]
    Batch.objects.filter(jobs=None, created_at__lt=timezone.now() - KEEP).delete()
    return count
