"""How containers ended: with an error, because somebody stopped them, with their host, or again and again.

Podman 5 and newer say whether somebody stopped it (`stopped_at`). Else the host's events (a week)
and our jobs (a month) do.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from hosts.inventory.deaths import BETWEEN, LOOP
from hosts.models import Container, HostEvent, Job

# 128 + SIGKILL, 128 + SIGTERM: what stopping leaves; out of memory leaves the first one too
BY_SIGNAL = (137, 143)
VERBS = ("container.stop", "container.kill", "container.restart", "pod.stop", "pod.kill")
# stopping may take as long as the container's own patience
PATIENCE = timedelta(minutes=10)
# a host that shuts down ends its containers one after the other
SHUTDOWN = timedelta(minutes=2)
# Podman's list has an end to the second, and its event comes a moment after it
SAME_END = timedelta(seconds=5)

ENDED = Q(state__in=("exited", "stopped"))


def asked_to_end() -> Q:
    """Of Container rows: ended as somebody wanted, or with the host."""
    stopped = Q(stopped_at=F("exited_at"))
    by_signal = Q(exit_code__in=BY_SIGNAL) & (
        Q(Exists(_events())) | Q(Exists(_jobs())) | Q(Exists(_boots()))
    )
    return ENDED & (stopped | by_signal)


def failed() -> Q:
    """Of Container rows: ended with an error that nobody asked for."""
    return _with_error() & ~_between_crashes()


def _with_error() -> Q:
    # without an error it may be anybody's stop: Podman is asked of the others alone
    return ENDED & Q(exit_code__isnull=False) & ~Q(exit_code=0) & ~asked_to_end()


def _between_crashes() -> Q:
    return Q(crashes__gte=LOOP, exited_at__gt=Now() - BETWEEN)


def in_a_loop() -> Q:
    """Of Container rows: crashes and is started again; Podman says running, or for a moment exited."""
    return Q(crashes__gte=LOOP) & (Q(state="running") | (_with_error() & _between_crashes()))


def is_looping(row: Container) -> bool:
    """The same of a row that `mark` has seen."""
    if row.crashes < LOOP:
        return False
    if row.state == "running":
        return True
    with_error = row.state in ("exited", "stopped") and row.exit_code
    if not with_error or row.exited_at is None or getattr(row, "asked_to_end", False):
        return False
    return timezone.now() - row.exited_at < BETWEEN


def _events() -> QuerySet[HostEvent]:
    of_it = Q(kind="container", podman_id=OuterRef("podman_id"))
    of_its_pod = Q(kind="pod", podman_id=OuterRef("pod_id")) & ~Q(podman_id="")
    return HostEvent.objects.filter(
        of_it | of_its_pod,
        endpoint=OuterRef("endpoint"),
        action__in=("stop", "kill"),
        at__gte=OuterRef("exited_at") - PATIENCE,
    )


def _jobs() -> QuerySet[Job]:
    return Job.objects.filter(
        Q(object_kind="container", object_id=OuterRef("podman_id"))
        | Q(object_kind="pod", object_id=OuterRef("pod_id")),
        endpoint=OuterRef("endpoint"),
        verb__in=VERBS,
        created_at__gte=OuterRef("exited_at") - PATIENCE,
    )


def _boots() -> QuerySet[HostEvent]:
    """The host booted, and from the container's end to then nothing happened on it."""
    meanwhile = HostEvent.objects.filter(
        endpoint=OuterRef("endpoint"),
        kind="container",
        at__gt=OuterRef(OuterRef("exited_at")) + SHUTDOWN,
        at__lt=OuterRef("at"),
    )
    # Podman sends it on its first use after a boot
    boots = HostEvent.objects.filter(
        endpoint=OuterRef("endpoint"),
        kind="system",
        action="refresh",
        at__gt=OuterRef("exited_at"),
    )
    return boots.exclude(Exists(meanwhile))


def out_of_memory(row: Container) -> str:
    """“killed: out of memory” where Podman said so of its last end, else ""."""
    goes_on = row.state == "running" or is_looping(row)
    at, code = (row.died_at, row.died_code) if goes_on else (row.exited_at, row.exit_code)
    if row.oom_at is None or at is None or not code or abs(row.oom_at - at) > SAME_END:
        return ""
    # the kernel may have killed another process than the first, which then ended by itself
    killed = code == BY_SIGNAL[0]
    return _("killed: out of memory") if killed else _("a process in it was killed: out of memory")


def mark(rows: Iterable[Container]) -> None:
    """Sets `asked_to_end` on each row. One query, and none where no row ended with an error."""
    with_error = [row.pk for row in rows if row.exit_code]
    known: set[int] = set()
    if with_error:
        found = Container.objects.filter(asked_to_end(), pk__in=with_error)
        known = set(found.values_list("pk", flat=True))
    for row in rows:
        row.asked_to_end = row.pk in known  # type: ignore[attr-defined]


def restarts_of(row: Container) -> int:
    """By Podman's count, which there is none of before 5, or ours."""
    return max(row.restarts, row.crashes)


def loop_words(row: Container) -> str:
    """“×400, last exit 1”."""
    words = _("×%(n)d, last exit %(code)d") if row.died_code is not None else "×%(n)d"
    return words % {"n": restarts_of(row), "code": row.died_code or 0}
