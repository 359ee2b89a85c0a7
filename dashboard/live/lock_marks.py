"""Which rows of a page are locked, in one query; in none for lists without objects."""

from collections.abc import Iterable
from typing import Any

from hosts.actions.hosts.mute_host import current_mutes
from hosts.guardrails.locks import lock_of, lock_words
from hosts.models import INVENTORY, Host, InventoryRow, ObjectLock


def attach(rows: Iterable[Any]) -> None:
    """Sets `lock` and `lock_words` on hosts and objects that are locked themselves; `lock_kind` on all
    objects; `muted` on muted hosts.
    """
    rows = list(rows)
    hosts: dict[int, Any] = {row.pk: row for row in rows if isinstance(row, Host)}
    objects: list[Any] = [row for row in rows if isinstance(row, InventoryRow)]
    if hosts:
        for lock in ObjectLock.objects.filter(kind="host", host__in=hosts):
            _set(hosts[lock.host_id], lock)
        for mute in current_mutes().filter(host__in=hosts):
            hosts[mute.host_id].muted = mute
    if not objects:
        return
    kind = next(name for name, model in INVENTORY.items() if isinstance(objects[0], model))
    for row in objects:
        row.lock_kind = kind
    there: dict[int | None, list[ObjectLock]] = {}
    endpoints = {row.endpoint_id for row in objects}
    for lock in ObjectLock.objects.filter(kind=kind, endpoint__in=endpoints):
        there.setdefault(lock.endpoint_id, []).append(lock)
    for row in objects if there else ():
        found = lock_of(there.get(row.endpoint_id, ()), kind, row.podman_id, row.name)
        if found is not None:
            _set(row, found)


def lock_mark(row: Any) -> str:
    """What a row's fingerprint has at its end: another lock looks different."""
    lock = getattr(row, "lock", None)
    mute = getattr(row, "muted", None)
    said = f".l{lock.pk}" if lock else ""
    return f"{said}.m{mute.until.timestamp()}" if mute else said


def _set(row: Any, lock: ObjectLock) -> None:
    row.lock, row.lock_words = lock, lock_words(lock)
