"""Changes on a host that match no intent of ours become audit entries `observed`.

Best effort: what a host does not tell, or tells too late, is not seen. Synchronous, link only.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from audit import write
from audit.models import Entry
from audit.shapes import Kind, Target
from hosts.cards import card_of
from hosts.inventory.batch import WriteBatch
from hosts.inventory.job_marks import AT_GATE, is_mark, mark
from hosts.inventory.sightings import Sighting
from hosts.models import Container, Endpoint, Job

# an event can arrive this much later than its job has ended
GRACE = timedelta(seconds=10)
# one entry per object, verb and minute
MINUTE_S = 60.0
_MOST_PENDING = 1000
# the most entries of one endpoint: a host's owner can make thousands of events
MOST_A_MINUTE = 60
MORE = "host.more_changes"
_LONGEST_IMPORT = timedelta(hours=6)
# what happens to containers that go along with something
ENDS_OF_CONTAINERS = frozenset({"container.stop", "container.kill", "container.remove"})
OF_CONTAINERS = ENDS_OF_CONTAINERS | {"container.create", "container.start"}
# what kube.play and kube.down do to objects in the file, by kind
_KUBE = {
    "pods": ("pod.create", "pod.start", "pod.stop", "pod.remove"),
    "volumes": ("volume.create", "volume.remove"),
    "secrets": ("secret.create", "secret.remove"),
    "images": ("image.pull",),
}
# Podman makes it for the first kube file that is played
_KUBE_NETWORK = ("network.create", "podman-default-kube-network")


@dataclass(slots=True)
class _Repeats:
    """Equal sightings since the last entry about them."""

    since: float
    waiting: int = 0
    last: Sighting | None = None


@dataclass(slots=True)
class SightingCounter:
    """Counts equal sightings of one endpoint: the first is told at once, later ones after a minute.

    Beyond MOST_A_MINUTE they are counted together, and one entry says how many.
    """

    _open: dict[tuple[str, str], _Repeats] = field(default_factory=dict)
    _began: float = -math.inf
    _told: int = 0
    _left: int = 0
    _left_from: float = 0.0
    _left_last: Sighting | None = None

    def add(self, sighting: Sighting, *, now: float) -> bool:
        """True: tell this one now; else it is counted. `now`: monotonic."""
        key = (sighting.verb, sighting.podman_id or sighting.name)
        minute = self._open.get(key)
        if minute is None:
            if not self._may_tell(now):
                self.leave_out(sighting, 1, now=now)
                return False
            if len(self._open) >= _MOST_PENDING:
                oldest = self._open.pop(next(iter(self._open)))
                if oldest.last is not None:
                    self.leave_out(oldest.last, oldest.waiting, now=now)
            self._open[key] = _Repeats(since=now)
            return True
        minute.waiting += 1
        minute.last = sighting
        return False

    def anything_due(self, *, now: float) -> bool:
        """True when `due` has something to give."""
        over = bool(self._left) and now - self._left_from >= MINUTE_S
        return over or any(now - minute.since >= MINUTE_S for minute in self._open.values())

    def leave_out(self, last: Sighting, number: int, *, now: float) -> None:
        """So many get no entry of their own; `last` is the newest of them."""
        if not self._left:
            self._left_from = now
        self._left += number
        self._left_last = last

    def due(self, *, now: float) -> list[tuple[Sighting, int]]:
        """Sightings counted for a minute or longer, with their counts."""
        due: list[tuple[Sighting, int]] = []
        for key, minute in list(self._open.items()):
            if now - minute.since < MINUTE_S:
                continue
            if minute.last is None:
                del self._open[key]
                continue
            if self._may_tell(now):
                due.append((minute.last, minute.waiting))
            else:
                self.leave_out(minute.last, minute.waiting, now=now)
            self._open[key] = _Repeats(since=now)
        if self._left_last is not None and now - self._left_from >= MINUTE_S:
            due.append((_more(self._left_last), self._left))
            self._left, self._left_last = 0, None
        return due

    def _may_tell(self, now: float) -> bool:
        if now - self._began >= MINUTE_S:
            self._began, self._told = now, 0
        self._told += 1
        return self._told <= MOST_A_MINUTE


def _more(last: Sighting) -> Sighting:
    """The sighting that more was done on the host than single entries tell."""
    how = (
        f"more than {MOST_A_MINUTE} changes in a minute: these have no entry of their own, the last"
        f" was {last.verb} of {last.name or last.podman_id[:12]}"
    )
    return replace(last, verb=MORE, kind="host", podman_id="", name="", how=how)


def unexplained(
    endpoint_id: int, sightings: Sequence[Sighting], *, window_from: datetime
) -> list[Sighting]:
    """Sightings that no job of ours explains: none open, none ended since `window_from` less GRACE."""
    if not sightings:
        return []
    near = Q(state__in=Job.TAKEN) | Q(finished_at__gte=window_from - GRACE)
    rows = Job.objects.filter(near, endpoint_id=endpoint_id)
    jobs = list(rows.values_list("pk", "verb", "object_kind", "object_id", "object_name"))
    at_gate = _at_the_gate(endpoint_id, window_from - GRACE)
    jobs += [one for intent in at_gate for one in _as_jobs(intent, endpoint_id)]
    if any(kind == "pod" for _pk, _verb, kind, _id, _name in jobs):
        sightings = _with_pods(endpoint_id, sightings)
    planned = _planned(rows)
    played = [*rows.filter(verb__startswith="kube.").values_list("params", flat=True)]
    played += [
        json.loads(intent["params_text"])
        for intent in at_gate
        if intent["verb"].startswith("kube.")
    ]
    marked = _marked(at_gate, sightings)
    named = _imported(endpoint_id, window_from - GRACE) | _played(played)
    kube_pods = tuple(f"{name}-" for verb, name in named if verb == "pod.create")
    return [
        one
        for one in sightings
        if (one.verb, one.podman_id) not in planned
        and (one.verb, one.name) not in named
        and (one.verb, one.made_by_job) not in marked
        # the pod's own event tells it
        and one.name != f"{one.pod_id[:12]}-infra"
        and not (one.verb in OF_CONTAINERS and one.pod_id and one.name.startswith(kube_pods))
        and not any(_explains(job, one) for job in jobs)
    ]


def _with_pods(endpoint_id: int, sightings: Sequence[Sighting]) -> list[Sighting]:
    """The same with each container's pod from the inventory: events of ends lack it."""
    bare = [one.podman_id for one in sightings if one.kind == "container" and not one.pod_id]
    rows = Container.objects.filter(endpoint_id=endpoint_id, podman_id__in=bare)
    pods = dict(rows.values_list("podman_id", "pod_id"))
    return [replace(one, pod_id=one.pod_id or pods.get(one.podman_id, "")) for one in sightings]


def _planned(rows: QuerySet[Job]) -> set[tuple[str, str]]:
    """(verb, id) of removals that prune plans name, and of volumes that clones make."""
    plans = rows.filter(verb__endswith=".prune").values_list("object_kind", "params")
    found = {
        (f"{kind}.remove", str(item.get("id")))
        for kind, params in plans
        for item in params.get("items") or []
    }
    clones = rows.filter(verb="volume.clone").values_list("params", flat=True)
    for params in clones:
        new = str(params.get("new_name"))
        # a failed copy is removed again
        found |= {("volume.create", new), ("volume.remove", new)}
    return found


def _played(plans: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    """(verb, name) of objects in kube files, by what the jobs and intents say of them; their containers are
    named after the pod.
    """
    found: set[tuple[str, str]] = set()
    for params in plans:
        found.add(_KUBE_NETWORK)
        for kind, verbs in _KUBE.items():
            found |= {(verb, str(name)) for name in params.get(kind) or [] for verb in verbs}
    return found


def _imported(endpoint_id: int, since: datetime) -> set[tuple[str, str]]:
    """(image.tag, name) of imports that a person streamed: they have an intent but no job."""
    intents = Entry.objects.filter(verb="image.import", kind=Kind.INTENT, intent=None)
    names = dict(
        intents.filter(endpoint_id=endpoint_id, at__gte=since - _LONGEST_IMPORT)
        .order_by("-number")
        .values_list("number", "target_name")[:50]
    )
    ended = Entry.objects.filter(intent__in=names, kind=Kind.OUTCOME, at__lt=since)
    return {
        ("image.tag", names[number])
        for number in names.keys() - set(ended.values_list("intent", flat=True))
    }


def _at_the_gate(endpoint_id: int, since: datetime) -> list[dict[str, Any]]:
    """What people did through the gate with their own clients: it has intents alone."""
    intents = Entry.objects.filter(
        door="gate", kind=Kind.INTENT, endpoint_id=endpoint_id, at__gte=since - _LONGEST_IMPORT
    )
    rows = intents.order_by("-number").values(
        "number", "verb", "target_kind", "target_id", "target_name", "params_text"
    )[:_MOST_PENDING]
    found: dict[int, Any] = {row["number"]: row for row in rows}
    ended = Entry.objects.filter(intent__in=found, kind=Kind.OUTCOME, at__lt=since)
    return [found[number] for number in found.keys() - set(ended.values_list("intent", flat=True))]


def _as_jobs(intent: dict[str, Any], endpoint_id: int) -> Iterator[tuple[int, str, str, str, str]]:
    """The same in the shape of jobs; a prune as the removal of each that it names."""
    verb, kind, told = intent["verb"], intent["target_kind"], intent["target_id"]
    # what is made has no id yet, and its entry the endpoint's
    yield 0, verb, kind, "" if told == str(endpoint_id) else told, intent["target_name"]
    if verb.endswith(".prune"):
        for own_id in json.loads(intent["params_text"]).get("ids") or []:
            yield 0, f"{kind}.remove", kind, str(own_id), ""


def _marked(
    at_gate: Iterable[dict[str, Any]], sightings: Sequence[Sighting]
) -> set[tuple[str, str]]:
    """(verb, mark) of what clients made without a name of their own."""
    seen = {one.verb for one in sightings if one.made_by_job}
    return {
        (intent["verb"], mark(intent["number"], AT_GATE))
        for intent in at_gate
        if intent["verb"] in seen
    }


def _explains(job: tuple[int, str, str, str, str], sighting: Sighting) -> bool:
    pk, verb, kind, object_id, name = job
    card = card_of(verb)
    if sighting.verb != verb and (card is None or sighting.verb not in card.causes):
        return False
    if is_mark(sighting.made_by_job, pk):
        return True
    if kind == "pod" and sighting.kind == "container" and object_id:
        return sighting.pod_id == object_id
    if sighting.kind != kind:
        # an image that a run pulls; volumes that it makes, or that a removal takes along
        return verb.startswith("container.") or (card is not None and card.takes_along)
    if object_id and verb != "secret.replace":
        return object_id == sighting.podman_id
    # a new object has no id yet, and a replaced secret gets another
    return _same_name(name, sighting.name)


def _same_name(ours: str, theirs: str) -> bool:
    """True for the same object, also where Podman writes out an image's name."""
    if ours == theirs:
        return True
    short, long = sorted((ours, theirs), key=len)
    if ":" not in short.rpartition("/")[2] and "@" not in short:
        short += ":latest"
    return short == long or long.endswith(f"/{short}")


def record(
    batch: WriteBatch, endpoint: Endpoint, sightings: Sequence[tuple[Sighting, int]]
) -> None:
    """Write entries at the batch's end: the audit head is locked last."""
    for sighting, count in sightings:
        target = Target(
            kind=sighting.kind,
            id=sighting.podman_id or (endpoint.host_id if sighting.kind == "host" else ""),
            name=sighting.name or endpoint.host.name,
            host_id=endpoint.host_id,
            host_name=endpoint.host.name,
            endpoint_id=endpoint.pk,
            endpoint_name=str(endpoint),
        )
        how = f"{sighting.how}, {sighting.at.isoformat(timespec='seconds')} by the host's clock"
        batch.last.append(partial(write.observed, sighting.verb, target, how=how, count=count))
