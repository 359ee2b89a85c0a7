"""lock.set: lock an object or a host, and unlock it. The person who locked it may unlock, and
lock.override.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import (
    Denied,
    NotVisible,
    Person,
    allows,
    get_host,
    get_object,
    require,
    visible_hosts,
)
from hosts.access.fetch import defer_refusal_entry, target_of
from hosts.models import INVENTORY, Host, InventoryRow, ObjectLock
from hosts.refusals import FieldRefusal

VERB, OVERRIDE, REMOVE = "lock.set", "lock.override", "lock.remove"
HOST = "host"
LONGEST = 300


def lock_object(person: Person, kind: str, ref: tuple[int, str], *, reason: str) -> ObjectLock:
    """Lock an object. NotVisible, Denied, FieldRefusal (no reason, or locked already)."""
    if kind not in INVENTORY:
        raise NotVisible
    row = get_object(person, kind, *ref, verb=VERB)
    if row.gone:
        raise FieldRefusal("", _("It no longer exists."))
    target = _target_of_row(row, kind)
    made = ObjectLock(
        kind=kind,
        host=row.endpoint.host,
        endpoint=row.endpoint,
        object_id=row.podman_id,
        name=row.name or row.podman_id[:12],
    )
    return _make(person, made, target, reason)


def lock_host(person: Person, host_id: int, *, reason: str) -> ObjectLock:
    """Lock a host with everything on it. NotVisible, Denied, FieldRefusal."""
    host = get_host(person, host_id, VERB)
    made = ObjectLock(kind=HOST, host=host, object_id=str(host.pk), name=host.name)
    return _make(person, made, _target_of_host(host), reason)


def unlock(person: Person, lock_id: int) -> ObjectLock:
    """Remove the lock. NotVisible, Denied."""
    found = ObjectLock.objects.select_related("host", "endpoint__host").filter(pk=lock_id).first()
    if found is None:
        raise NotVisible
    target = _require_visible(person, found)
    if found.locked_by_id is None or found.locked_by_id != person.user.pk:
        require(person, OVERRIDE, target, found.endpoint or found.host)
    with transaction.atomic():
        found.delete()
        raise_epoch()
        params = {"locked_by": found.locked_by_name, "reason": found.reason}
        write.event(person.who, REMOVE, target, params=params)
        _ring(found.kind)
    return found


def visible_locks(person: Person) -> list[ObjectLock]:
    """Locks of what the person sees."""
    rows = ObjectLock.objects.select_related("host", "endpoint__host").filter(
        host__in=visible_hosts(person)
    )
    return [row for row in rows if _sees(person, row)]


def _sees(person: Person, lock: ObjectLock) -> bool:
    try:
        # only looked at: nobody is refused anything
        with defer_refusal_entry():
            _require_visible(person, lock)
    except (NotVisible, Denied):
        return False
    return True


def _make(person: Person, made: ObjectLock, target: Target, reason: str) -> ObjectLock:
    made.reason = reason.strip()[:LONGEST]
    if not made.reason:
        raise FieldRefusal("reason", _("Give a reason: everybody who is refused sees it."))
    made.locked_by_id, made.locked_by_name = person.user.pk, person.who.name
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            raise_epoch()
            write.event(person.who, VERB, target, params={"reason": made.reason})
            _ring(made.kind)
    except IntegrityError as exc:
        raise FieldRefusal("", _("It is already locked.")) from exc
    return made


def _require_visible(person: Person, lock: ObjectLock) -> Target:
    """The locked object. NotVisible where the person does not see it."""
    if lock.endpoint is None:
        get_host(person, lock.host_id, "host.view")
        return _target_of_host(lock.host)
    view = f"{lock.kind}.view"
    try:
        row = get_object(person, lock.kind, lock.endpoint.pk, lock.object_id, verb=view)
    except NotVisible:
        # the object is gone: people who may do everything there can still unlock it
        if not allows(person, view, lock.endpoint):
            raise
        return target_of(lock.endpoint, kind=lock.kind, object_id=lock.object_id, name=lock.name)
    return _target_of_row(row, lock.kind)


def _target_of_row(row: InventoryRow, kind: str) -> Target:
    return target_of(row.endpoint, kind=kind, object_id=row.podman_id, name=row.name)


def _target_of_host(host: Host) -> Target:
    return Target(kind=HOST, id=str(host.pk), name=host.name, host_id=host.pk, host_name=host.name)


def _ring(kind: str) -> None:
    bells.ring(f"{kind}s", "access", "audit")
