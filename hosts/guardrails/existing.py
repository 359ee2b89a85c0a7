"""Finds existing objects that break a rule, as far as the inventory tells.

Podman's lists have images, published ports, labels, and the options of volumes and networks. They do not
have a container's rights, mounts, limits or user, so these kinds are not judged here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hosts.access import Person, visible_objects
from hosts.access.in_ids import in_ids
from hosts.guardrails import from_request
from hosts.guardrails.from_storage import volume_part
from hosts.guardrails.judge import Rule
from hosts.guardrails.kinds import KINDS
from hosts.guardrails.proposal import Fact, Part, PartType, Port, Proposal
from hosts.guardrails.reader import Reader
from hosts.models import Container, Endpoint, Group, Network, Pod, Volume
from hosts.models.inventory import LIVE

# rows that are listed
MOST = 10
_MODELS: dict[PartType, type[Container] | type[Pod] | type[Volume] | type[Network]] = {
    PartType.CONTAINER: Container,
    PartType.POD: Pod,
    PartType.VOLUME: Volume,
    PartType.NETWORK: Network,
}
# by kind of rule and type of object: the columns to judge
_COLUMNS: dict[str, dict[PartType, tuple[str, ...]]] = {
    "images": {PartType.CONTAINER: ("image",)},
    "ports": {PartType.CONTAINER: ("ports",)},
    "labels": dict.fromkeys(_MODELS, ("labels",)),
    "mounts": {PartType.VOLUME: ("driver", "options")},
    "host_namespaces": {PartType.NETWORK: ("driver", "interface")},
}
HOW = {
    "images": _("Checked by the image names that containers keep."),
    "ports": _(
        "Checked by the ports that containers publish. Podman's lists do not show which "
        "containers share the host's network, or which ports Podman chose."
    ),
    "labels": _("Checked by their labels, including those from their images."),
    "mounts": _(
        "Only volumes are checked, by driver and options. Podman's lists do not show which "
        "folders of the host a container mounts."
    ),
    "host_namespaces": _(
        "Only networks are checked, by driver. Podman's lists do not show which namespaces a "
        "container shares."
    ),
}


@dataclass(slots=True)
class RuleBreakers:
    """Objects of one type: how many were `checked`, and how many break the rule (`breaking`). `shown`:
    the first MOST rows by name, each with the words in `breaks`.
    """

    type: PartType
    checked: int = 0
    breaking: int = 0
    shown: list[Any] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """How many break the rule and are not in `shown`."""
        return self.breaking - len(self.shown)


def can_judge(kind: str) -> bool:
    """True where the inventory has what a rule of this kind is about."""
    return kind in _COLUMNS


def existing_breakers(
    person: Person, rule: Rule, groups: Iterable[Group] | None
) -> list[RuleBreakers]:
    """Objects on the hosts of these groups that the person sees and that break the rule. None: all groups."""
    where = Q()
    if groups is not None:
        places = Endpoint.objects.filter(host__groups__in=list(groups)).order_by()
        where = in_ids("endpoint_id", set(places.values_list("pk", flat=True)))
    return [
        _check_rows(rule, what, columns, _rows(person, rule.kind, what).filter(where))
        for what, columns in _COLUMNS.get(rule.kind, {}).items()
    ]


def _rows(person: Person, kind: str, what: PartType) -> QuerySet[Any]:
    model = _MODELS[what]
    rows: QuerySet[Any] = model._default_manager.filter(
        LIVE, visible_objects(person, what.value)
    ).order_by("name", "pk")
    if what is not PartType.CONTAINER:
        return rows
    if kind == "ports":
        # each container of a pod lists the pod's ports: only the infra container counts
        return rows.exclude(Q(is_infra=False) & ~Q(pod_id=""))
    # infra containers have Podman's image and the pod's labels
    return rows.exclude(is_infra=True)


def _check_rows(
    rule: Rule, what: PartType, columns: tuple[str, ...], rows: QuerySet[Any]
) -> RuleBreakers:
    found, first = RuleBreakers(what), dict[int, str]()
    # many rows are equal
    known: dict[str, str] = {}
    for pk, *values in rows.values_list("pk", *columns).iterator(chunk_size=2000):
        key = repr(values)
        words = known.get(key)
        if words is None:
            words = known[key] = _breaks(rule, what, dict(zip(columns, values, strict=True)))
        found.checked += 1
        if words:
            found.breaking += 1
            if len(first) < MOST:
                first[pk] = words
    shown = _MODELS[what]._default_manager.select_related("endpoint__host", "endpoint__login")
    there: dict[int, Any] = shown.in_bulk(list(first))
    for pk, words in first.items():
        # it may have been removed just now
        if row := there.get(pk):
            row.breaks = words
            found.shown.append(row)
    return found


def _breaks(rule: Rule, what: PartType, given: dict[str, Any]) -> str:
    part = Part(what)
    for name, value in given.items():
        if name in _FACTS:
            _FACTS[name](part, value)
    if what is PartType.VOLUME and "driver" in given:
        part = volume_part(
            Reader(), name="", driver=given["driver"], options=given["options"], at="options"
        )
    if what is PartType.NETWORK and "driver" in given:
        body = {"driver": given["driver"], "network_interface": given["interface"]}
        part = from_request.network("", body).parts[0]
    kind = KINDS[rule.kind]
    return next((words for _at, words in kind.find(rule.settings, Proposal("", (part,)))), "")


def _image(part: Part, value: str) -> None:
    part.images.append(Fact(value, "image"))


def _ports(part: Part, value: list[dict[str, Any]]) -> None:
    part.ports += [
        Port(one["host_port"], one["range"], one["host_ip"], "ports")
        for one in value
        if one["host_port"]
    ]


def _labels(part: Part, value: dict[str, str]) -> None:
    part.labels = value


_FACTS: dict[str, Callable[[Part, Any], None]] = {
    "image": _image,
    "ports": _ports,
    "labels": _labels,
}
