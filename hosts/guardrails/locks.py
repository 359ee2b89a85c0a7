"""The locks that block an action: on its object, and on everything it would remove or change too."""

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
from hosts.models import INVENTORY, Container, Endpoint, Image, ObjectLock, Unit, Volume
from hosts.models.inventory import LIVE

# (kind, id or name)
ObjectKey = tuple[str, str]
# kind by parameter of a kube job
_PLAYED = {"pods": "pod", "containers": "container", "volumes": "volume", "secrets": "secret"}


def lock_words(lock: ObjectLock) -> str:
    """“shop is locked by Ada since …: the reason”."""
    since = timezone.localtime(lock.locked_at).strftime("%Y-%m-%d %H:%M %Z")
    lock_words_for = {
        "name": lock.name,
        "who": lock.locked_by_name,
        "since": since,
        "reason": lock.reason,
    }
    return _("%(name)s is locked by %(who)s since %(since)s: %(reason)s") % lock_words_for


def locks_at(endpoint: Endpoint) -> list[ObjectLock]:
    """All locks at the endpoint: of its objects and of its host."""
    return list(
        ObjectLock.objects.filter(
            Q(endpoint=endpoint) | Q(host=endpoint.host_id, endpoint__isnull=True)
        )
    )


def blocking_lock(
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
    """The lock that blocks the action, as a finding, or None. `locks`: those at the endpoint. `named`:
    names that images would get. An object that the `person` does not see is not named.
    """
    listed = list(locks)
    if not listed:
        return None
    if lock := _image_lock(listed, endpoint, named):
        return finding_of(lock) if _sees_object(person, lock) else _something()
    if heeded_by(verb) is Lock.PASSES:
        return None
    whole = next((one for one in listed if one.kind == "host"), None)
    if whole is not None:
        return finding_of(whole)
    touched = _affected(
        endpoint, verb, kind=kind, object_id=object_id, name=name, params=params or {}
    )
    own = {(kind, object_id), (kind, name)}
    for lock in listed:
        called = {(lock.kind, lock.object_id), (lock.kind, lock.name)}
        if called & touched:
            return finding_of(lock) if called & own or _sees_object(person, lock) else _something()
    return None


def _sees_object(person: Person | None, lock: ObjectLock) -> bool:
    return person is not None and allows(person, f"{lock.kind}.view", lock.endpoint)


def _something() -> Finding:
    words = hidden_lock_words()
    return Finding("lock", 0, Severity.REFUSE, "lock", words, said=words)


def lock_words_for(lock: ObjectLock, person: Person) -> str:
    """The sentence about the lock that `person` may read."""
    return lock_words(lock) if _sees_object(person, lock) else hidden_lock_words()


def hidden_lock_words() -> str:
    """The sentence for a person who does not see the locked object."""
    return _("This would also remove something that is locked.")


def _image_lock(
    listed: list[ObjectLock], endpoint: Endpoint, named: Collection[str]
) -> ObjectLock | None:
    """The lock of an image that has one of these names. Podman would take the name away from it."""
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
    """As `blocking_lock`, for one action. Reads the locks."""
    return blocking_lock(
        locks_at(endpoint), endpoint, verb, kind=kind, object_id=object_id, name=name, params=params
    )


def lock_of(locks: Iterable[ObjectLock], kind: str, object_id: str, name: str) -> ObjectLock | None:
    """The lock of this object, by its id or by its name."""
    return next(
        (
            one
            for one in locks
            if one.kind == kind and (one.object_id == object_id or (name and one.name == name))
        ),
        None,
    )


def finding_of(lock: ObjectLock) -> Finding:
    """The lock as a finding of a verdict."""
    words = lock_words(lock)
    return Finding("lock", 0, Severity.REFUSE, "lock", words, said=words)


def locked_among(locks: Iterable[ObjectLock], named: set[ObjectKey]) -> bool:
    """True where one of these objects is locked."""
    return any({(one.kind, one.object_id), (one.kind, one.name)} & named for one in locks)


def _affected(
    endpoint: Endpoint,
    verb: str,
    *,
    kind: str,
    object_id: str,
    name: str,
    params: Mapping[str, Any],
) -> set[ObjectKey]:
    """The objects that the action is about, and those that it removes or changes too."""
    found: set[ObjectKey] = set()
    there = Container.objects.filter(LIVE, endpoint=endpoint)
    if pod := params.get("pod"):
        found.add(("pod", str(pod)))
    if verb == "kube.down":
        for param, of in _PLAYED.items():
            found |= {(of, name) for name in _names(params, param)}
        # containers that joined those pods since
        found |= _with_pods(there, there.filter(pod_name__in=_names(params, "pods")))
    if verb == "kube.play":
        # existing ones would get the file's values
        found |= {("secret", one) for one in _names(params, "secrets")}
        found |= {("volume", one) for one in _names(params, "fills")}
    # a prune skips locked objects
    if heeded_by(verb) is Lock.MAKES or verb.endswith(".prune") or not object_id:
        return found
    found |= {(kind, object_id), (kind, name)} - {(kind, "")}
    if kind == "container":
        for row in there.filter(podman_id=object_id):
            found |= _pod_of(row)
    elif kind == "pod":
        found |= _container_keys(there.filter(pod_id=object_id))
    elif kind == "unit":
        found |= _made_by(endpoint, there, object_id)
    elif kind == "network" and (joins := params.get("container")):
        found.add(("container", str(joins)))
    if params.get("force") and kind in ("volume", "network", "image"):
        found |= _removed_by_force(endpoint, there, kind, object_id, name)
    return found


def _made_by(endpoint: Endpoint, there: QuerySet[Container], unit: str) -> set[ObjectKey]:
    """What a unit makes, and starts and stops with it."""
    found: set[ObjectKey] = set()
    for row in Unit.objects.filter(LIVE, endpoint=endpoint, podman_id=unit).exclude(makes_name=""):
        found.add((row.makes, row.makes_name))
        if row.makes == "container":
            found |= _with_pods(there, there.filter(name=row.makes_name))
        elif row.makes == "pod":
            found |= _container_keys(there.filter(pod_name=row.makes_name))
    return found


def _names(params: Mapping[str, Any], param: str) -> list[str]:
    lock_words_for = params.get(param)
    return [str(one) for one in lock_words_for] if isinstance(lock_words_for, list) else []


def _removed_by_force(
    endpoint: Endpoint, there: QuerySet[Container], kind: str, object_id: str, name: str
) -> set[ObjectKey]:
    """What Podman removes too with force (libpod/runtime_img.go, abi/network.go)."""
    if kind != "image":
        return _with_pods(there, (row for row in there if _uses(row, kind, name)))
    found = _with_pods(there, there.filter(image_id=object_id))
    # volumes made of it by the driver "image"
    images = Volume.objects.filter(LIVE, endpoint=endpoint, driver="image")
    names = {name, object_id} - {""}
    for volume in images:
        lock_words_for = str(volume.options.get("image", ""))
        if lock_words_for in names or object_id.startswith(lock_words_for or "-"):
            found |= {("volume", volume.name), ("volume", volume.podman_id)}
            found |= _with_pods(there, (row for row in there if _uses(row, "volume", volume.name)))
    return found


def _with_pods(there: QuerySet[Container], rows: Iterable[Container]) -> set[ObjectKey]:
    """These containers and their pods. An infra container stands for its whole pod."""
    listed = list(rows)
    found = _container_keys(listed)
    for row in listed:
        found |= _pod_of(row)
    whole = {row.pod_id for row in listed if row.is_infra and row.pod_id}
    return found | (_container_keys(there.filter(pod_id__in=whole)) if whole else set())


def _pod_of(row: Container) -> set[ObjectKey]:
    return {("pod", row.pod_id), ("pod", row.pod_name)} - {("pod", "")}


def _texts(lock_words_for: Any) -> list[Any]:
    return list(lock_words_for.values()) if isinstance(lock_words_for, dict) else [lock_words_for]


def _container_keys(rows: Iterable[Container]) -> set[ObjectKey]:
    return {("container", text) for row in rows for text in (row.podman_id, row.name)}


def _uses(row: Container, kind: str, name: str) -> bool:
    lock_words_for = row.mounts if kind == "volume" else row.networks
    return any(name in _texts(one) for one in lock_words_for)


def row_lock(row: Any) -> ObjectLock | None:
    """The lock of an inventory row now, or None."""
    kind = next(name for name, model in INVENTORY.items() if isinstance(row, model))
    return lock_of(locks_at(row.endpoint), kind, row.podman_id, row.name)
