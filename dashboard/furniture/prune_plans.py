"""What a prune of each kind would remove now: rows, what speaks against each, and sizes."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import async_to_sync
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Words
from hosts.actions.system import (
    prune_containers,
    prune_networks,
    prune_pods,
    prune_volumes,
)
from hosts.dial import dial
from hosts.models import Batch, Container, Endpoint, Network, Pod, Volume
from hosts.models.inventory import LIVE
from hosts.podman import Podman, PodmanError, volumes

PATIENCE_S = 6.0
# hosts asked for one preview; with more one chooses first
MOST_ASKED = 40


@dataclass
class Planned:
    """One object of the preview. `doubt`: why it is not ticked, "" when it is."""

    row: Any
    doubt: str = ""
    size_bytes: int | None = None


@dataclass
class Plan:
    """A preview. `silent`: endpoints that did not tell."""

    found: list[Planned] = field(default_factory=list)
    silent: list[Endpoint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PruneKind:
    """How one kind is pruned. `which`: choices of (value, words), the first is the default."""

    kind: str
    plural: str
    icon: str
    rooms: Words
    title: Words
    button: Words
    which: tuple[tuple[str, Words], ...]
    plan: Callable[[list[Endpoint], str], Plan]
    ask: Callable[..., Batch]
    sized: bool = False

    @property
    def verb(self) -> str:
        """`volume.prune`."""
        return f"{self.kind}.prune"


def _rows(model: Any, endpoints: Iterable[Endpoint]) -> Any:
    rows = model.objects.filter(LIVE, endpoint__in=list(endpoints)).select_related("endpoint__host")
    return rows.order_by("name", "pk")


def _owner(row: Any) -> str:
    """Who would miss it: a systemd unit that makes or starts it."""
    unit = row.labels.get("PODMAN_SYSTEMD_UNIT") or getattr(row, "unit", "")
    return _now("systemd: %s") % unit if unit else ""


def _containers(endpoints: list[Endpoint], which: str) -> Plan:
    ended = prune_containers.ENDED if which == "ended" else prune_containers.AT_REST
    rows = _rows(Container, endpoints).filter(state__in=ended, is_infra=False)
    plan = Plan()
    for row in rows:
        doubt = _owner(row)
        if not doubt and row.pod_name:
            doubt = _now("in the pod %s") % row.pod_name
        if not doubt and row.state not in prune_containers.ENDED:
            doubt = _now("never started")
        plan.found.append(Planned(row, doubt))
    return plan


def _pods(endpoints: list[Endpoint], which: str) -> Plan:
    ended = prune_pods.ENDED if which == "ended" else prune_pods.AT_REST
    return Plan(
        [Planned(row, _owner(row)) for row in _rows(Pod, endpoints).filter(state__in=ended)]
    )


def _networks(endpoints: list[Endpoint], which: str) -> Plan:
    used = {
        (endpoint, name)
        for endpoint, names in Container.objects.filter(LIVE, endpoint__in=endpoints).values_list(
            "endpoint", "networks"
        )
        for name in names
    }
    rows = _rows(Network, endpoints).exclude(name=prune_networks.DEFAULT)
    idle = [row for row in rows if (row.endpoint_id, row.name) not in used]
    return Plan([Planned(row, _owner(row)) for row in idle])


def _volumes(endpoints: list[Endpoint], which: str) -> Plan:
    """Only the host knows for sure which volumes no container uses."""
    plan = Plan()
    told = async_to_sync(_unused)(endpoints)
    plan.silent = [one for one in endpoints if one.pk not in told]
    for row in _rows(Volume, endpoints):
        if row.podman_id not in told.get(row.endpoint_id, ()):
            continue
        if which == "anonymous" and not row.anonymous:
            continue
        doubt = _owner(row) or ("" if row.anonymous else _now("has a name"))
        plan.found.append(Planned(row, doubt))
    return plan


async def _unused(endpoints: list[Endpoint]) -> dict[int, set[str]]:
    async def ask(endpoint: Endpoint) -> set[str] | None:
        try:
            async with Podman(dial(endpoint, streams=True), timeout_s=PATIENCE_S) as podman:
                found = await volumes.list_volumes(podman, filters={"dangling": ["true"]})
        except PodmanError:
            return None
        return {str(one.get("Name", "")) for one in found}

    answers = await asyncio.gather(*map(ask, endpoints))
    pairs = zip(endpoints, answers, strict=True)
    return {endpoint.pk: names for endpoint, names in pairs if names is not None}


KINDS = {
    kind.kind: kind
    for kind in (
        PruneKind(
            kind="container",
            plural="containers",
            icon="box",
            rooms=_("Containers"),
            title=_("Prune containers"),
            button=_("Remove the ticked containers"),
            which=(("ended", _("Those that ended")), ("rest", _("Also those never started"))),
            plan=_containers,
            ask=prune_containers.ask,
            sized=True,
        ),
        PruneKind(
            kind="pod",
            plural="pods",
            icon="boxes",
            rooms=_("Pods"),
            title=_("Prune pods"),
            button=_("Remove the ticked pods"),
            which=(("ended", _("Those that ended")), ("rest", _("Also those never started"))),
            plan=_pods,
            ask=prune_pods.ask,
        ),
        PruneKind(
            kind="volume",
            plural="volumes",
            icon="hard-drive",
            rooms=_("Volumes"),
            title=_("Prune volumes"),
            button=_("Remove the ticked volumes"),
            which=(
                ("unused", _("All that no container uses")),
                ("anonymous", _("Anonymous ones only")),
            ),
            plan=_volumes,
            ask=prune_volumes.ask,
            sized=True,
        ),
        PruneKind(
            kind="network",
            plural="networks",
            icon="network",
            rooms=_("Networks"),
            title=_("Prune networks"),
            button=_("Remove the ticked networks"),
            which=(("unused", _("All that no container is on")),),
            plan=_networks,
            ask=prune_networks.ask,
        ),
    )
}
