"""The locks in the way of a deed: of what it is about, and of what it would take along."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hosts.access import Person, allows
from hosts.cards import Lock
from hosts.cards import lock_of as heeded_by
from hosts.guardrails.kinds.matching import full_name
from hosts.guardrails.verdict import Finding, Severity
from hosts.models import INVENTORY, Container, Endpoint, Image, ObjectLock, Volume
from hosts.models.inventory import LIVE

# an object by its kind and its id or name
Named = tuple[str, str]
# of a kube file: the parameter that names what it takes down
_PLAYED = {"pods": "pod", "containers": "container", "volumes": "volume", "secrets": "secret"}


def words_of(lock: ObjectLock) -> str:
    """“shop is locked by Ada since …: the reason”."""
    since = timezone.localtime(lock.locked_at).strftime("%Y-%m-%d %H:%M %Z")
    told = {
        "name": lock.name,
        "who": lock.locked_by_name,
        "since": since,
        "reason": lock.reason,
    }
    return _("%(name)s is locked by %(who)s since %(since)s: %(reason)s") % told


def at(endpoint: Endpoint) -> list[ObjectLock]:
    """All that count there: of its objects, and of its host."""
    return list(
        ObjectLock.objects.filter(
            Q(endpoint=endpoint) | Q(host=endpoint.host_id, endpoint__isnull=True)
        )
    )


def in_the_way(
    locks: Iterable[ObjectLock],
    endpoint: Endpoint,
    verb: str,
    *,
    kind: str,
    object_id: str,
    name: str = "",
    params: Mapping[str, Any] | None = None,
    person: Person | None = None,
    named: Collection[str] = (),
) -> Finding | None:
    """The lock that keeps it from being done. `locks`: those at the endpoint; `named`: names that images
    there would get. What would go along is named to a `person` who sees it alone.
    """
    listed = list(locks)
    if not listed:
        return None
    if lock := _named_so(listed, endpoint, named):
        return finding_of(lock) if _seen(person, lock) else _something()
    if heeded_by(verb) is Lock.PASSES:
        return None
    whole = next((one for one in listed if one.kind == "host"), None)
    if whole is not None:
        return finding_of(whole)
    touched = _touched(
        endpoint, verb, kind=kind, object_id=object_id, name=name, params=params or {}
    )
    own = {(kind, object_id), (kind, name)}
    for lock in listed:
        called = {(lock.kind, lock.object_id), (lock.kind, lock.name)}
        if called & touched:
            return finding_of(lock) if called & own or _seen(person, lock) else _something()
    return None


def _seen(person: Person | None, lock: ObjectLock) -> bool:
    return person is not None and allows(person, f"{lock.kind}.view", lock.endpoint)


def _something() -> Finding:
    words = something()
    return Finding("lock", 0, Severity.REFUSE, "lock", words, said=words)


def told(lock: ObjectLock, person: Person) -> str:
    """What `person` may hear of it."""
    return words_of(lock) if _seen(person, lock) else something()


def something() -> str:
    """All that may be said to whoever does not see what is locked."""
    return _("Something that would go along with it is locked.")


def _named_so(
    listed: list[ObjectLock], endpoint: Endpoint, named: Collection[str]
) -> ObjectLock | None:
    """The lock of an image that has one of these names: Podman would take it away from there."""
    locked = [one for one in listed if one.kind == "image"]
    if not (locked and named):
        return None
    wanted = {full_name(name) for name in named}
    for row in Image.objects.filter(LIVE, endpoint=endpoint):
        has = wanted & {full_name(name) for name in row.names}
        for name in has:
            if lock := lock_of(locked, "image", row.podman_id, name):
                return lock
    return None


def check(
    endpoint: Endpoint,
    verb: str,
    *,
    kind: str,
    object_id: str,
    name: str = "",
    params: Mapping[str, Any] | None = None,
) -> Finding | None:
    """The same for one, with the locks as they are now."""
    return in_the_way(
        at(endpoint), endpoint, verb, kind=kind, object_id=object_id, name=name, params=params
    )


def lock_of(locks: Iterable[ObjectLock], kind: str, object_id: str, name: str) -> ObjectLock | None:
    """The lock of this very object: by its id, or by its name where it was made anew."""
    return next(
        (
            one
            for one in locks
            if one.kind == kind and (one.object_id == object_id or (name and one.name == name))
        ),
        None,
    )


def finding_of(lock: ObjectLock) -> Finding:
    """The lock as what stands in the way."""
    words = words_of(lock)
    return Finding("lock", 0, Severity.REFUSE, "lock", words, said=words)


def locked_among(locks: Iterable[ObjectLock], named: set[Named]) -> bool:
    """Whether something of it is locked."""
    return any({(one.kind, one.object_id), (one.kind, one.name)} & named for one in locks)


def _touched(
    endpoint: Endpoint,
    verb: str,
    *,
    kind: str,
    object_id: str,
    name: str,
    params: Mapping[str, Any],
) -> set[Named]:
    """What the deed is about, and what goes along with it."""
    found: set[Named] = set()
    there = Container.objects.filter(LIVE, endpoint=endpoint)
    if pod := params.get("pod"):
        found.add(("pod", str(pod)))
    if verb == "kube.down":
        for param, of in _PLAYED.items():
            found |= {(of, name) for name in _names(params, param)}
        # whatever joined those pods since
        found |= _along(there, there.filter(pod_name__in=_names(params, "pods")))
    if verb == "kube.play":
        # what is there would get the file's values
        found |= {("secret", one) for one in _names(params, "secrets")}
        found |= {("volume", one) for one in _names(params, "fills")}
    # a prune leaves out what is locked
    if heeded_by(verb) is Lock.MAKES or verb.endswith(".prune") or not object_id:
        return found
    found |= {(kind, object_id), (kind, name)} - {(kind, "")}
    if kind == "container":
        for row in there.filter(podman_id=object_id):
            found |= _pod_of(row)
    elif kind == "pod":
        found |= _named(there.filter(pod_id=object_id))
    elif kind == "network" and (joins := params.get("container")):
        found.add(("container", str(joins)))
    if params.get("force") and kind in ("volume", "network", "image"):
        found |= _forced(endpoint, there, kind, object_id, name)
    return found


def _names(params: Mapping[str, Any], param: str) -> list[str]:
    told = params.get(param)
    return [str(one) for one in told] if isinstance(told, list) else []


def _forced(
    endpoint: Endpoint, there: QuerySet[Container], kind: str, object_id: str, name: str
) -> set[Named]:
    """What Podman takes along to be rid of it, as it does (libpod/runtime_img.go, abi/network.go)."""
    if kind != "image":
        return _along(there, (row for row in there if _uses(row, kind, name)))
    found = _along(there, there.filter(image_id=object_id))
    # volumes that the driver image made of it
    images = Volume.objects.filter(LIVE, endpoint=endpoint, driver="image")
    names = {name, object_id} - {""}
    for volume in images:
        told = str(volume.options.get("image", ""))
        if told in names or object_id.startswith(told or "-"):
            found |= {("volume", volume.name), ("volume", volume.podman_id)}
            found |= _along(there, (row for row in there if _uses(row, "volume", volume.name)))
    return found


def _along(there: QuerySet[Container], rows: Iterable[Container]) -> set[Named]:
    """Containers, and where one is a pod's own the whole pod. A locked pod keeps each of its containers."""
    listed = list(rows)
    found = _named(listed)
    for row in listed:
        found |= _pod_of(row)
    whole = {row.pod_id for row in listed if row.is_infra and row.pod_id}
    return found | (_named(there.filter(pod_id__in=whole)) if whole else set())


def _pod_of(row: Container) -> set[Named]:
    return {("pod", row.pod_id), ("pod", row.pod_name)} - {("pod", "")}


def _texts(told: Any) -> list[Any]:
    return list(told.values()) if isinstance(told, dict) else [told]


def _named(rows: Iterable[Container]) -> set[Named]:
    return {("container", text) for row in rows for text in (row.podman_id, row.name)}


def _uses(row: Container, kind: str, name: str) -> bool:
    told = row.mounts if kind == "volume" else row.networks
    return any(name in _texts(one) for one in told)


def row_lock(row: Any) -> ObjectLock | None:
    """Of one row of the inventory, as it is now."""
    kind = next(name for name, model in INVENTORY.items() if isinstance(row, model))
    return lock_of(at(row.endpoint), kind, row.podman_id, row.name)
