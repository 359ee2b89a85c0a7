"""What a container's row shows: state, since when, ports, and the verbs that are possible now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.furniture import last_failure
from dashboard.furniture.container_ends import (
    is_looping,
    loop_words,
    mark,
    out_of_memory,
    restarts_of,
)
from dashboard.furniture.image_updates import states_of
from dashboard.furniture.offer import words_possible
from dashboard.live.visibility import verbs_for
from dashboard.offers.containers import OFFERS
from dashboard.pages.containers.stopped_by import StoppedBy, attach_stopped_by
from hosts.access import Person, verbs_at
from hosts.models import Container

_words = words_possible(offer for offer in OFFERS if not offer.alias)
_IN_BULK = (*(offer.word for offer in OFFERS if offer.for_many), "logs")

# longer than usual start periods
STARTS_WITHIN = timedelta(minutes=10)


def look_of(row: Container) -> tuple[str, str]:
    """(state as dashboard.states knows it, detail). Crash loops and failed checks or exits have their
    own.
    """
    detail = ""
    state = row.state
    if is_looping(row):
        state, detail = "restarting", loop_words(row)
        if out_of_memory(row):
            detail = f"{detail} OOM"
    elif state == "running" and row.health in ("unhealthy", "starting"):
        state = row.health
    elif state == "running" and row.health == "healthy":
        detail = "healthy"
    elif state in ("exited", "stopped") and row.exit_code is not None:
        detail = f"{row.exit_code} OOM" if out_of_memory(row) else str(row.exit_code)
        if row.exit_code and not getattr(row, "asked_to_end", False):
            state = "failed"
    return state, detail


def since(row: Container) -> datetime | None:
    """When the container entered its state; in a crash loop, when it died last."""
    if is_looping(row):
        return row.died_at
    if row.state in ("running", "paused", "stopping"):
        return row.started_at
    if row.state in ("exited", "stopped"):
        return row.exited_at or row.started_at
    return row.created_at


def possible(row: Container, verbs: frozenset[str]) -> list[str]:
    """Last words of the verbs that make sense now and that the person has."""
    if row.is_infra or row.endpoint.state not in ("up", "degraded"):
        # only the pod starts and stops its infra container
        return []
    return _words(row, verbs)


@dataclass(frozen=True, slots=True)
class ContainerRow:
    state: str
    detail: str
    since: datetime | None
    can: list[str]
    ports: list["Port"]
    away: bool
    url: str
    denied: list[str]
    failure: last_failure.LastFailure | None
    restarts: int
    stuck: bool
    stopped_by: StoppedBy | None = None
    # ImageUpdate.State, or ""
    update: str = ""

    @property
    def more_ports(self) -> int:
        """How many ports the row leaves out."""
        return max(0, len(self.ports) - 2)


@dataclass(frozen=True, slots=True)
class Port:
    """A published port: its text and its URL, "" when that is not known."""

    words: str
    url: str


def is_stuck(row: Container) -> bool:
    """True when the health check is "starting" for too long. Podman's list has no start period or
    interval.
    """
    if row.state != "running" or row.health != "starting" or row.started_at is None:
        return False
    return timezone.now() - row.started_at > STARTS_WITHIN


def health_words(row: Container) -> str:
    """Text where the list has no health. Podman lists none before the first check either."""
    never_ran = row.started_at is None and row.state in ("created", "configured", "initialized")
    return _("not checked yet") if never_ran else _("no health check")


def ports_of(row: Container) -> list[Port]:
    """Published ports, linked to the host's address."""
    found = []
    for port in row.ports:
        address = row.endpoint.host.address or "localhost"
        host_port, inside = port.get("host_port"), port.get("container_port")
        if not host_port:
            continue
        protocol = port.get("protocol") or "tcp"
        count = int(port.get("range") or 1)
        span = f"{host_port}–{host_port + count - 1}" if count > 1 else str(host_port)
        bound = str(port.get("host_ip") or "")
        local = bound.startswith("127.") or bound == "::1"
        everywhere = bound in ("", "0.0.0.0", "::")  # noqa: S104 - Podman's answer
        at = "" if everywhere else f"[{bound}]:" if ":" in bound else f"{bound}:"
        words = f"{at}{span}→{inside}" + ("" if protocol == "tcp" else f"/{protocol}")
        if not everywhere and not local:
            address = bound
        shown = f"[{address}]" if ":" in address else address
        scheme = "https" if inside in (443, 8443) else "http"
        # a browser cannot reach a remote host's loopback address
        web = protocol == "tcp" and count == 1 and not (local and row.endpoint.host.kind == "ssh")
        found.append(Port(words, f"{scheme}://{shown}:{host_port}/" if web else ""))
    return found


@lru_cache(16_384)
def _page_of(endpoint: int, podman_id: str) -> str:
    """Cached: `reverse` took a tenth of the list's time."""
    return reverse("containers:page", args=[endpoint, podman_id])


def prepare(rows: list[Any], person: Person) -> None:
    """Set `shown` on each row."""
    anywhere = verbs_at(person)
    mark(rows)
    last_failure.attach(rows, "container")
    attach_stopped_by(rows, person)
    for row, update in zip(rows, states_of(rows), strict=True):
        state, detail = look_of(row)
        url = _page_of(row.endpoint_id, row.podman_id)
        away = row.endpoint.state not in ("up", "degraded")
        here = verbs_for(person, row)
        can, denied = possible(row, here), denied_of(anywhere - here)
        ports = ports_of(row)
        row.no_health = health_words(row)
        row.out_of_memory = out_of_memory(row)
        failure = row.last_failure if "job.view" in here else None
        many, stuck = restarts_of(row), is_stuck(row)
        row.shown = ContainerRow(
            *(state, detail, since(row), can, ports, away, url, denied, failure, many, stuck),
            stopped_by=row.stopped_by,
            update=update,
        )


def drawn_from(row: Any) -> str:
    """What the row template reads beyond the row itself: endpoint, lock, and the row's `shown`."""
    endpoint, lock = row.endpoint, getattr(row, "lock_words", "")
    return f"{row.shown!r} {endpoint} {endpoint.reason} {lock}"


def denied_of(missing: frozenset[str]) -> list[str]:
    """Last words of bulk verbs that the person has elsewhere, but not here."""
    return [name for name in _IN_BULK if f"container.{name}" in missing]
