"""What a prune of each kind would remove now: rows, a doubt about each, and where one may prune."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.shapes import Target
from hosts.access import Person, allows, require, visible_endpoints
from hosts.actions.system import prune_containers, prune_networks, prune_pods
from hosts.dial import dial
from hosts.models import Container, Endpoint, Image, Network, Pod, Volume
from hosts.models.inventory import LIVE, label_condition
from hosts.podman import Podman, PodmanError, volumes

PATIENCE_S = 6.0
# hosts asked for one preview; with more one chooses first
MOST_ASKED = 40


@dataclass(frozen=True, slots=True)
class PruneFilter:
    """What is to go. `older_h`: hours, "" for any age; `label`: name or name=value, "" for any."""

    which: str
    older_h: str = ""
    label: str = ""

    def filters(self) -> dict[str, str]:
        """For the log: how the plan was chosen."""
        told = {"which": self.which, "until_h": self.older_h, "label": self.label}
        return {name: value for name, value in told.items() if value}


@dataclass
class PlanRow:
    """One object of the preview. `doubt`: why it is not ticked, "" when it is."""

    row: Any
    doubt: str = ""
    size_bytes: int | None = None

    @property
    def words(self) -> str:
        """Its name, an image's names, or the beginning of its id."""
        names = getattr(self.row, "names", None) or [self.row.name or self.row.podman_id[:12]]
        return ", ".join(names)


@dataclass
class Plan:
    """A preview. `silent`: endpoints that did not tell."""

    found: list[PlanRow] = field(default_factory=list)
    silent: list[Endpoint] = field(default_factory=list)


def endpoints_to_prune(person: Person, kind: str) -> list[Endpoint]:
    """Where the person may prune, and see what the plan names. Denied where that is nowhere."""
    verbs = (f"{kind}.prune", f"{kind}.view")
    for verb in verbs:
        require(person, verb, Target(kind=kind, name="any host"))
    seen = visible_endpoints(person).select_related("host", "login")
    return [one for one in seen if all(allows(person, verb, one) for verb in verbs)]


def _rows(model: Any, endpoints: list[Endpoint], prune_filter: PruneFilter) -> Any:
    rows = model.objects.filter(LIVE, endpoint__in=endpoints).select_related("endpoint__host")
    if prune_filter.older_h:
        rows = rows.filter(
            created_at__lt=timezone.now() - timedelta(hours=int(prune_filter.older_h))
        )
    if prune_filter.label:
        rows = rows.filter(label_condition(prune_filter.label))
    return rows.order_by("name", "pk")


def _owner(row: Any) -> str:
    """Who would miss it: a systemd unit that makes or starts it."""
    unit = row.labels.get("PODMAN_SYSTEMD_UNIT") or getattr(row, "unit", "")
    return _("systemd: %s") % unit if unit else ""


def containers_to_prune(endpoints: list[Endpoint], prune_filter: PruneFilter) -> Plan:
    """Ended ones; also those never started. What systemd or a pod would miss is in doubt."""
    ended = prune_containers.ENDED if prune_filter.which == "ended" else prune_containers.AT_REST
    rows = _rows(Container, endpoints, prune_filter).filter(state__in=ended, is_infra=False)
    plan = Plan()
    for row in rows:
        doubt = _owner(row)
        if not doubt and row.pod_name:
            doubt = _("in the pod %s") % row.pod_name
        if not doubt and row.state not in prune_containers.ENDED:
            doubt = _("never started")
        plan.found.append(PlanRow(row, doubt))
    return plan


def pods_to_prune(endpoints: list[Endpoint], prune_filter: PruneFilter) -> Plan:
    """Those that ended, or never ran."""
    ended = prune_pods.ENDED if prune_filter.which == "ended" else prune_pods.AT_REST
    rows = _rows(Pod, endpoints, prune_filter).filter(state__in=ended)
    return Plan([PlanRow(row, _owner(row)) for row in rows])


def images_to_prune(endpoints: list[Endpoint], prune_filter: PruneFilter) -> Plan:
    """Those that no container uses; the dangling ones alone."""
    users = Container.objects.filter(
        LIVE, endpoint=OuterRef("endpoint"), image_id=OuterRef("podman_id")
    )
    rows = _rows(Image, endpoints, prune_filter).filter(~Exists(users), manifest_list=False)
    if prune_filter.which == "dangling":
        rows = rows.filter(dangling=True)
    return Plan([PlanRow(row, size_bytes=row.size_bytes) for row in rows])


def networks_to_prune(endpoints: list[Endpoint], prune_filter: PruneFilter) -> Plan:
    """Those that no container is on, but for Podman's own."""
    used = {
        (endpoint, name)
        for endpoint, names in Container.objects.filter(LIVE, endpoint__in=endpoints).values_list(
            "endpoint", "networks"
        )
        for name in names
    }
    rows = _rows(Network, endpoints, prune_filter).exclude(name=prune_networks.DEFAULT)
    idle = [row for row in rows if (row.endpoint_id, row.name) not in used]
    return Plan([PlanRow(row, _owner(row)) for row in idle])


def volumes_to_prune(endpoints: list[Endpoint], prune_filter: PruneFilter) -> Plan:
    """Only the host knows for sure which volumes no container uses."""
    plan = Plan()
    told = async_to_sync(_unused)(endpoints)
    plan.silent = [one for one in endpoints if one.pk not in told]
    for row in _rows(Volume, endpoints, prune_filter):
        if row.podman_id not in told.get(row.endpoint_id, ()):
            continue
        if prune_filter.which == "anonymous" and not row.anonymous:
            continue
        doubt = _owner(row) or ("" if row.anonymous else _("has a name"))
        plan.found.append(PlanRow(row, doubt))
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
