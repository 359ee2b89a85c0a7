"""What is there already and breaks a rule, as far as the inventory tells.

Podman's lists say images, published ports, labels, what volumes and networks are made of. They do not say
rights, mounts, limits or users of a container, so kinds about these are not judged here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hosts.access import Person, visible_objects
from hosts.access.among import among
from hosts.guardrails import of_others
from hosts.guardrails.judge import Rule
from hosts.guardrails.kinds import KINDS
from hosts.guardrails.of_storage import volume_part
from hosts.guardrails.proposed import Fact, Part, Port, Proposed, What
from hosts.guardrails.reading import Reader
from hosts.models import Container, Endpoint, Group, Network, Pod, Volume
from hosts.models.inventory import LIVE

# rows that are named
MOST = 10
_MODELS: dict[What, type[Container] | type[Pod] | type[Volume] | type[Network]] = {
    What.CONTAINER: Container,
    What.POD: Pod,
    What.VOLUME: Volume,
    What.NETWORK: Network,
}
# by kind of rule: the columns that say it, of what
_COLUMNS: dict[str, dict[What, tuple[str, ...]]] = {
    "images": {What.CONTAINER: ("image",)},
    "ports": {What.CONTAINER: ("ports",)},
    "labels": dict.fromkeys(_MODELS, ("labels",)),
    "mounts": {What.VOLUME: ("driver", "options")},
    "host_namespaces": {What.NETWORK: ("driver", "interface")},
}
HOW = {
    "images": _("By the names that containers keep of their images."),
    "ports": _(
        "By the ports that containers publish. Which of them share the host's network, and which ports "
        "Podman chose, its lists do not say."
    ),
    "labels": _("By the labels that they carry, those of their images among them."),
    "mounts": _(
        "Volumes alone, by their drivers and options. Which folders of the host a container mounts, "
        "Podman's lists do not say."
    ),
    "host_namespaces": _(
        "Networks alone, by their drivers. Which namespaces a container shares, Podman's lists do not say."
    ),
}


@dataclass(slots=True)
class There:
    """Of one sort of object: how many there are, how many break the rule, and the first MOST of those by
    name, each a row with `breaks`: the words.
    """

    what: What
    known: int = 0
    broken: int = 0
    some: list[Any] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """Those that break it and are not named."""
        return self.broken - len(self.some)


def judges(kind: str) -> bool:
    """True where the inventory says what a rule of this kind is about."""
    return kind in _COLUMNS


def already(person: Person, rule: Rule, groups: Iterable[Group] | None) -> list[There]:
    """What the person sees on the hosts of these groups (None: on all), held against the rule."""
    where = Q()
    if groups is not None:
        places = Endpoint.objects.filter(host__groups__in=list(groups)).order_by()
        where = among("endpoint_id", set(places.values_list("pk", flat=True)))
    return [
        _held(rule, what, columns, _rows(person, rule.kind, what).filter(where))
        for what, columns in _COLUMNS.get(rule.kind, {}).items()
    ]


def _rows(person: Person, kind: str, what: What) -> QuerySet[Any]:
    model = _MODELS[what]
    rows: QuerySet[Any] = model._default_manager.filter(
        LIVE, visible_objects(person, what.value)
    ).order_by("name", "pk")
    if what is not What.CONTAINER:
        return rows
    if kind == "ports":
        # a pod's ports are told of each of its containers: its own one counts
        return rows.exclude(Q(is_infra=False) & ~Q(pod_id=""))
    # Podman's own, with an image of Podman's and the labels of the pod
    return rows.exclude(is_infra=True)


def _held(rule: Rule, what: What, columns: tuple[str, ...], rows: QuerySet[Any]) -> There:
    found, first = There(what), dict[int, str]()
    # most say the same as another
    known: dict[str, str] = {}
    for pk, *values in rows.values_list("pk", *columns).iterator(chunk_size=2000):
        said = repr(values)
        words = known.get(said)
        if words is None:
            words = known[said] = _breaks(rule, what, dict(zip(columns, values, strict=True)))
        found.known += 1
        if words:
            found.broken += 1
            if len(first) < MOST:
                first[pk] = words
    shown = _MODELS[what]._default_manager.select_related("endpoint__host", "endpoint__login")
    there: dict[int, Any] = shown.in_bulk(list(first))
    for pk, words in first.items():
        # it may have gone in this moment
        if row := there.get(pk):
            row.breaks = words
            found.some.append(row)
    return found


def _breaks(rule: Rule, what: What, given: dict[str, Any]) -> str:
    part = Part(what)
    for name, value in given.items():
        if name in _FACTS:
            _FACTS[name](part, value)
    if what is What.VOLUME and "driver" in given:
        part = volume_part(
            Reader(), name="", driver=given["driver"], options=given["options"], at="options"
        )
    if what is What.NETWORK and "driver" in given:
        body = {"driver": given["driver"], "network_interface": given["interface"]}
        part = of_others.network("", body).parts[0]
    kind = KINDS[rule.kind]
    return next((words for _at, words in kind.find(rule.settings, Proposed("", (part,)))), "")


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
