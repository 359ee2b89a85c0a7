"""Containers that ended by a signal because somebody said so: their 137 or 143 is no error.

Known from the host's own events (a week of them) and from our jobs (a month).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from hosts.models import Container, HostEvent, Job

# 128 + SIGKILL, 128 + SIGTERM: what stopping leaves; out of memory leaves the first one too
BY_SIGNAL = (137, 143)
VERBS = ("container.stop", "container.kill", "container.restart", "pod.stop", "pod.kill")
# stopping may take as long as the container's own patience
PATIENCE = timedelta(minutes=10)

ENDED = Q(state__in=("exited", "stopped"))


def told() -> Q:
    """Of Container rows: ended by a signal that was asked for."""
    mine = {"endpoint": OuterRef("endpoint")}
    events = HostEvent.objects.filter(
        **mine,
        kind="container",
        podman_id=OuterRef("podman_id"),
        action__in=("stop", "kill"),
        at__gte=OuterRef("exited_at") - PATIENCE,
    )
    jobs = Job.objects.filter(
        Q(object_kind="container", object_id=OuterRef("podman_id"))
        | Q(object_kind="pod", object_id=OuterRef("pod_id")),
        **mine,
        verb__in=VERBS,
        created_at__gte=OuterRef("exited_at") - PATIENCE,
    )
    return ENDED & Q(exit_code__in=BY_SIGNAL) & (Q(Exists(events)) | Q(Exists(jobs)))


def failed() -> Q:
    """Of Container rows: ended with an error that nobody asked for."""
    return ENDED & Q(exit_code__isnull=False) & ~Q(exit_code=0) & ~told()


def mark(rows: Iterable[Container]) -> None:
    """Sets `told` on each row. One query, and none where no row ended by a signal."""
    by_signal = [row.pk for row in rows if row.exit_code in BY_SIGNAL]
    known: set[int] = set()
    if by_signal:
        found = Container.objects.filter(told(), pk__in=by_signal)
        known = set(found.values_list("pk", flat=True))
    for row in rows:
        row.told = row.pk in known  # type: ignore[attr-defined]
