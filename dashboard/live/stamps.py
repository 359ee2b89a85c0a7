"""What may have changed since last time, without any bell: revisions, states, newest numbers."""

from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import AccessEpoch
from audit.models import Entry
from hosts.guardrails.freezes import open_windows
from hosts.inventory.deaths import BETWEEN, LOOP
from hosts.jobs import failures, workers
from hosts.models import Container, Endpoint, FreezeWindow, Host, HostEvent, Job, Login
from hosts.models.inventory import LIVE

INVENTORY_TOPICS = frozenset(
    {"containers", "pods", "images", "volumes", "networks", "secrets", "units"}
)


def stamps() -> dict[str, Any]:
    """Topic to a value that differs whenever the topic's rows may. `inventory` stands for all kinds."""
    endpoints = tuple(Endpoint.objects.order_by("pk").values_list("pk", "revision", "state"))
    logins = tuple(
        Login.objects.order_by("pk").values_list("pk", "state", "since", "next_try_at", "reason")
    )
    hosts = Host.objects.aggregate(n=Count("pk"), newest=Max("changed_at"))
    return {
        "inventory": hash(endpoints),
        "hosts": hash((endpoints, logins, hosts["n"], hosts["newest"])),
        "jobs": Job.objects.aggregate(newest=Max("changed_at"), last=Max("pk")),
        "failures": (failures.stamp(), _given_up(), workers.served()),
        "events": HostEvent.objects.aggregate(last=Max("pk"))["last"],
        "audit": Entry.objects.aggregate(last=Max("pk"))["last"],
        "freezes": hash(_open_freezes()),
        "access": tuple(AccessEpoch.objects.values_list("number", flat=True)),
    }


def _given_up() -> Any:
    """When the last crash loop was given up by its policy. The clock decides that, and rings no
    bell.
    """
    loops = Container.objects.filter(
        LIVE, crashes__gte=LOOP, exited_at__lte=timezone.now() - BETWEEN
    )
    # asked for with the state, SQLite would walk through all that ended
    found = loops.order_by().values_list("state", "exited_at")
    ended = [at for state, at in found if at and state in ("exited", "stopped")]
    return max(ended, default=None)


def _open_freezes() -> tuple[Any, ...]:
    """Windows open and close by the clock, which rings no bell."""
    found = open_windows(FreezeWindow.objects.filter(enabled=True))
    return tuple(
        (one.window.pk, one.until, one.window.name, one.window.words, one.window.severity)
        for one in found
    )


def changed_topics(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
    """The topics whose stamp differs, as bells."""
    topics = {name for name, stamp in now.items() if before.get(name) != stamp}
    if "inventory" in topics:
        topics |= INVENTORY_TOPICS
    return topics - {"inventory"}
