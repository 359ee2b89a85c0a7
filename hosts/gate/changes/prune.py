"""Prunes: what is unused is listed, judged and removed one by one, with an entry that names each.

What is locked, or not theirs, stays; so it is never Podman's own prune that is asked.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.access import ContainerLike, NewContainer, Person, allows, allows_somewhere_on, target_of
from hosts.actions.prune_plan import MOST, PlanItem, name_of, prune_item
from hosts.actions.streams import streamed_action
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.changes.approval import same_again
from hosts.gate.changes.prunable import (
    CONTAINERS,
    IMAGES,
    NETWORKS,
    PODS,
    VOLUMES,
    Asked,
    Candidate,
    Prunable,
)
from hosts.gate.changes.turns import turn
from hosts.gate.routes.replies import Refused, whole
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.values import checked, filters_of
from hosts.inventory.bounds import mapping, texts
from hosts.jobs.errand import ActionFailed
from hosts.jobs.held_requests import ClientRequest, WaitsForApproval
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError

# an entry keeps as many ids
_AT_ONCE: Final = 200
# images are built on one another no deeper than this
_ROUNDS: Final = 50
# from this version of Docker's API on volumes with a name stay unless `all` is asked for
_KEEPS_NAMED_SINCE: Final = (1, 42)
_KINDS: Final[Mapping[str, Prunable]] = {
    "/containers/prune": CONTAINERS,
    "/images/prune": IMAGES,
    "/networks/prune": NETWORKS,
    "/pods/prune": PODS,
    "/volumes/prune": VOLUMES,
}
SYSTEM: Final = "/system/prune"
BUILD: Final = "/build/prune"
# whose objects are gone first
_ORDER: Final = (PODS, CONTAINERS, NETWORKS, VOLUMES, IMAGES)


@dataclass(frozen=True, slots=True)
class _Place:
    endpoint: Endpoint
    podman: Podman
    kind: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """`why` it stayed, or "" where it is gone."""

    item: PlanItem
    why: str


async def prune(call: Call) -> None:
    """Answer the request in its dialect's shape. Refused."""
    path = call.request.route.path
    checked(call.request)
    if path == BUILD:
        # Docker's client asks for it last; Podman has none, and knows no such call
        await call.permit(IMAGES.verb)
        none = {"CachesDeleted": None, "SpaceReclaimed": 0}
        await call.client.send(whole(200, json.dumps(none).encode(), []))
        return
    kinds: tuple[Prunable, ...] = _ORDER if path == SYSTEM else (_KINDS[path],)
    if path == SYSTEM and not call.request.ticked("volumes"):
        kinds = tuple(kind for kind in kinds if kind is not VOLUMES)
    for name in ("build", "buildcache", "external"):
        if call.request.ticked(name):
            raise Refused(403, f"{name} is not open: what it removes cannot be listed before.")
    asked = _asked(call, kinds)
    for kind in kinds:
        await _heed_right(call, kind, alone=len(kinds) == 1)
    done: dict[str, list[Pruned]] = {}
    waits: WaitsForApproval | None = None
    async with turn(call):
        for kind in kinds:
            try:
                done[kind.kind] = await _of_kind(call, kind, asked)
            except WaitsForApproval as stopped:
                # the others are asked about too, so that they can be decided together
                waits = stopped
    if waits is not None:
        raise Refused(403, " ".join((waits.message, *_removed(done)))) from waits
    told = _system(done) if path == SYSTEM else _told(call.dialect, kinds[0].kind, done)
    await call.client.send(whole(200, json.dumps(told).encode(), []))


def _asked(call: Call, kinds: Sequence[Prunable]) -> Asked:
    filters = filters_of(call.request.one("filters"))
    known = frozenset[str]().union(*(kind.filters for kind in kinds))
    if strange := sorted(filters.keys() - known):
        raise Refused(400, f"{', '.join(strange)} is an invalid filter here.")
    all_of_them = call.request.ticked("all") or "false" in filters.pop("dangling", [])
    named = "true" in filters.pop("all", []) or "false" in filters.pop("anonymous", [])
    version = tuple(int(part) for part in call.request.version[1:].split(".") if part)
    keeps = call.dialect is Dialect.DOCKER and version >= _KEEPS_NAMED_SINCE
    return Asked(filters, all_of_them, nameless=keeps and not named)


async def _heed_right(call: Call, kind: Prunable, *, alone: bool) -> None:
    """Whoever may prune some containers alone prunes those, and nothing beside them. Refused."""
    somewhere = alone and kind is CONTAINERS
    if somewhere and await in_thread(allows_somewhere_on, call.person, kind.verb, call.endpoint):
        return
    await call.permit(kind.verb)


def _removed(done: Mapping[str, Sequence[Pruned]]) -> list[str]:
    """For whoever hears that the rest waits."""
    gone = sum(len(_gone(some)) for some in done.values())
    return [_("%d other objects were removed.") % gone] if gone else []


async def _of_kind(call: Call, kind: Prunable, asked: Asked) -> list[Pruned]:
    """Refused, WaitsForApproval."""
    done: list[Pruned] = []
    for _round in range(_ROUNDS):
        try:
            found = await kind.candidates(call.podman, asked)
        except PodmanError as failed:
            raise refused_by(failed) from failed
        known = {one.item.id for one in done}
        fresh = [one for one in found if one.item.id not in known]
        fresh = await in_thread(_permitted, call.person, call.endpoint, kind.verb, fresh)
        if len(fresh) > MOST:
            raise Refused(403, f"{len(fresh)} at once are too many: {MOST} at most. Use filters.")
        if call.request.ticked("dryrun"):
            return [Pruned(one.item, "") for one in fresh]
        before, approved = len(done), False
        while fresh and not approved:
            some, approved = await _carry_out(call, kind, fresh, asked)
            done += some
            fresh = fresh[len(some) :]
        if not kind.rounds or approved or all(one.why for one in done[before:]):
            break
    return done


def _permitted(
    person: Person, endpoint: Endpoint, verb: str, found: Sequence[Candidate]
) -> list[Candidate]:
    return [one for one in found if allows(person, verb, endpoint, _container(verb, one))]


def _container(verb: str, one: Candidate) -> ContainerLike | None:
    if verb != CONTAINERS.verb:
        return None
    name = next(iter(texts(one.row.get("Names"), count=1, limit=256)), "")
    return NewContainer(name, mapping(one.row.get("Labels")))


async def _carry_out(
    call: Call, kind: Prunable, found: Sequence[Candidate], asked: Asked
) -> tuple[list[Pruned], bool]:
    """Check and remove the first of them, within one entry. True: it was approved, and what was approved is
    all that goes. Refused, WaitsForApproval.
    """
    chunk = found[:_AT_ONCE]
    items = [one.item for one in chunk]
    params = {
        "ids": [item.id for item in items],
        "items": [item.name for item in items],
        "filters": {name: ", ".join(values) for name, values in asked.filters.items()},
    }
    target = target_of(call.endpoint, kind=kind.kind, name=name_of(items))
    place = _Place(call.endpoint, call.podman, kind.kind)
    done: list[Pruned] = []
    approved: frozenset[str] | None = None
    try:
        async with streamed_action(
            call.person,
            kind.verb,
            target,
            {name: value for name, value in params.items() if value},
            container=_container(kind.verb, chunk[0]),
            request=_request(call, kind, items),
        ) as action:
            if action.job is not None:
                chunk, approved = found, frozenset(action.job.params["ids"])
            action.committing = True
            for one in chunk:
                why = await _stays(call, kind, one, approved)
                if not why:
                    why = await prune_item(place, one.item, look=kind.look, remove=kind.remove)
                done.append(Pruned(one.item, why))
            action.committing = False
            action.detail = _words(done)
    except WaitsForApproval:
        raise
    except ActionFailed as stopped:
        raise Refused(403, stopped.message) from stopped
    except PodmanError as failed:
        raise refused_by(failed) from failed
    return done, approved is not None


async def _stays(
    call: Call, kind: Prunable, one: Candidate, approved: frozenset[str] | None
) -> str:
    """Why, before the host is asked; "" where it may go."""
    if approved is not None and one.item.id not in approved:
        return _("is not among what was approved")
    # rights may have become others since it began
    permitted = await in_thread(_permitted, call.session.person, call.endpoint, kind.verb, [one])
    return "" if permitted else _("not permitted any more")


def _request(call: Call, kind: Prunable, items: Sequence[PlanItem]) -> ClientRequest:
    """The same prune carries it out, whatever is unused by then: of that goes what was approved."""
    whole = call.request.route.path == SYSTEM

    def shown() -> str:
        return "\n".join(f"{item.name} ({item.id})" for item in items)

    target = call.request.rebuilt("", checked(call.request))
    return same_again(
        call, target, kind.kind.encode(), shown=shown, group="system prune" if whole else ""
    )


def _told(dialect: Dialect, kind: str, done: Mapping[str, Sequence[Pruned]]) -> Any:
    shape = _docker if dialect is Dialect.DOCKER else _libpod
    return shape(kind, done[kind])


def _words(done: Sequence[Pruned]) -> str:
    kept = [f"{one.item.name} ({one.why})" for one in done if one.why]
    words = f"removed {len(done) - len(kept)}"
    return f"{words}, kept {', '.join(kept)}"[:1000] if kept else words


def _libpod(kind: str, done: Sequence[Pruned]) -> Any:
    if kind == "network":
        return [{"Name": one.item.name, "Error": one.why or None} for one in done]
    return [
        {"Id": one.item.id, "Err": one.why or None}
        | ({} if kind == "pod" else {"Size": _freed([one])})
        for one in done
    ]


_DELETED: Final = {
    "container": "ContainersDeleted",
    "image": "ImagesDeleted",
    "network": "NetworksDeleted",
    "volume": "VolumesDeleted",
}


def _docker(kind: str, done: Sequence[Pruned]) -> Any:
    """What stays is not told there: one error would be all of the answer."""
    gone: list[Any] = [one.item.name if kind == "network" else one.item.id for one in _gone(done)]
    if kind == "image":
        gone = [{"Deleted": own_id} for own_id in gone]
    told = {_DELETED[kind]: gone}
    return told if kind == "network" else told | {"SpaceReclaimed": _freed(done)}


def _system(done: Mapping[str, Sequence[Pruned]]) -> Any:
    names = {
        "pod": "PodPruneReport",
        "container": "ContainerPruneReports",
        "image": "ImagePruneReports",
        "network": "NetworkPruneReports",
        "volume": "VolumePruneReports",
    }
    told = {name: _libpod(kind, done[kind]) or None for kind, name in names.items() if kind in done}
    return {
        **dict.fromkeys(names.values()),
        **told,
        "ReclaimedSpace": sum(map(_freed, done.values())),
    }


def _gone(done: Sequence[Pruned]) -> list[Pruned]:
    return [one for one in done if not one.why]


def _freed(done: Sequence[Pruned]) -> int:
    return sum(one.item.size_bytes for one in _gone(done))
