"""host.edit and host.remove: Haulout's record of a host. Nothing changes on the host itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from audit import params, write
from hosts import bells
from hosts.access import Person, get_host, require
from hosts.actions.hosts.group_moves import GROUPS, require_moves
from hosts.actions.hosts.host_address import check_address, check_port
from hosts.actions.hosts.other_machine import refuse_others_address, refuse_others_key
from hosts.actions.hosts.register_host import (
    check_groups,
    check_name,
    get_or_make_groups,
    target_of_host,
)
from hosts.guardrails import GuardrailRefused, Verdict
from hosts.guardrails.locks import finding_of
from hosts.models import INVENTORY, Endpoint, Group, Host, Job, Login, ObjectLock
from hosts.models.hosts import State
from hosts.refusals import FieldRefusal

EDIT, REMOVE = "host.edit", "host.remove"
params.allow(
    EDIT,
    *("notes", "login", "sockets", "host_key", "public_key"),
    *("added_login", "added_sockets", "removed_socket", "via"),
)
INVENTORY_BELLS = ("containers", "pods", "images", "volumes", "networks", "secrets", "units")


@dataclass(frozen=True, slots=True)
class HostEdit:
    """What can be changed of a host. Its key stays pinned."""

    name: str
    notes: str
    groups: list[str]
    address: str
    port: int


def edit(person: Person, host_id: int, wanted: HostEdit) -> Host:
    """Change name, notes, groups and address. FieldRefusal, Denied."""
    host = get_host(person, host_id, EDIT)
    name = check_name(wanted.name, but=host)
    groups = check_groups(wanted.groups)
    address, port = host.address, host.port
    if host.kind == Host.Kind.SSH:
        address, port = check_address(wanted.address), check_port(wanted.port)
    had = set(host.groups.values_list("name", flat=True))
    before = {
        "name": host.name,
        "address": host.address,
        "port": host.port,
        "groups": sorted(had),
        "notes": host.notes,
    }
    after = {
        "name": name,
        "address": address,
        "port": port,
        "groups": sorted(groups),
        "notes": wanted.notes.strip(),
    }
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if not changes:
        return host
    refuse_locked(host)
    wants = set(groups)
    if had != wants:
        _require_groups(person, host, had=had, wants=wants)
    host.name, host.notes = name, wanted.notes.strip()
    moved = (host.address, host.port) != (address, port)
    if moved:
        refuse_others_address(person, host, address, port)
    host.address, host.port = address, port
    try:
        with transaction.atomic():
            host.save(update_fields=["name", "notes", "address", "port"])
            # only the requested groups: others may have changed since
            host.groups.add(*get_or_make_groups(sorted(wants - had)))
            host.groups.remove(*Group.objects.filter(name__in=had - wants))
            raise_epoch()
            if moved:
                reconnect(host.logins.all())
            log_change(person, EDIT, host, {"changes": changes})
            # lists of its objects show the name and the groups
            bells.ring(*INVENTORY_BELLS)
    except IntegrityError as exc:
        raise FieldRefusal("name", _("There is already a host with this name.")) from exc
    return host


def _require_groups(person: Person, host: Host, *, had: set[str], wants: set[str]) -> None:
    target = target_of_host(host)
    # a new group has no grants yet, but creating one needs a verb of its own
    require(person, GROUPS, target)
    joins = Group.objects.filter(name__in=wants - had)
    leaves = Group.objects.filter(name__in=had - wants)
    require_moves(person, host, target, joins=joins, leaves=leaves)


def disable(person: Person, host_id: int) -> Host:
    """Disconnect from the host and hide its objects. Its records stay."""
    return _switch(person, host_id, State.DISABLED)


def enable(person: Person, host_id: int) -> Host:
    """Connect to the host again."""
    return _switch(person, host_id, State.CONNECTING)


def _switch(person: Person, host_id: int, state: State) -> Host:
    host = get_host(person, host_id, EDIT)
    refuse_locked(host)
    now = timezone.now()
    with transaction.atomic():
        host.enabled = state != State.DISABLED
        host.save()
        for rows in (host.logins.all(), host.endpoints.all()):
            rows.update(state=state, since=now, changed_at=now, reason="", reason_kind="", cure="")
        log_change(person, EDIT, host, {"enabled": host.enabled})
        bells.ring(*INVENTORY_BELLS)
    return host


def accept_host_key(person: Person, host_id: int, *, line: str, fingerprint: str) -> Host:
    """Pin another host key, after a person compared the fingerprint. FieldRefusal, Denied."""
    host = get_host(person, host_id, EDIT)
    if not line or not fingerprint:
        raise FieldRefusal("fingerprint", _("There is no key to accept."))
    refuse_others_key(person, host, fingerprint)
    with transaction.atomic():
        old, host.host_key, host.fingerprint = host.fingerprint, line, fingerprint
        shared = Host.objects.filter(fingerprint=fingerprint).exclude(pk=host.pk)
        host.another_machine = host.another_machine and shared.exists()
        host.save()
        reconnect(host.logins.all())
        log_change(person, EDIT, host, {"host_key": [old, fingerprint]})
    return host


def count_objects(endpoints: QuerySet[Endpoint]) -> dict[str, int]:
    """How many objects of each kind leave Haulout with these endpoints: {"container": 12, …}."""
    counts = {
        kind: model.objects.filter(endpoint__in=endpoints, gone=None).count()
        for kind, model in INVENTORY.items()
    }
    return {kind: count for kind, count in counts.items() if count}


def remove(person: Person, host_id: int) -> None:
    """Delete a host with its logins, endpoints and inventory. Entries and jobs stay. FieldRefusal while
    jobs run there.
    """
    host = get_host(person, host_id, REMOVE)
    refuse_locked(host)
    with transaction.atomic():
        refuse_while_jobs(host.endpoints.all())
        refuse_while_behind(host.logins.all())
        target = target_of_host(host)
        known_by = {"address": host.address, "fingerprint": host.fingerprint}
        host.delete()
        raise_epoch()
        write.event(person.who, REMOVE, target, params=known_by)
        bells.ring("hosts", *INVENTORY_BELLS, "audit")


def refuse_locked(host: Host) -> None:
    """GuardrailRefused while the host is locked, with the lock's words."""
    lock = ObjectLock.objects.filter(kind="host", host=host).first()
    if lock is not None:
        raise GuardrailRefused(Verdict((finding_of(lock),)))


def refuse_while_jobs(endpoints: QuerySet[Endpoint]) -> None:
    """FieldRefusal while jobs are open on these endpoints."""
    running = Job.objects.filter(endpoint__in=endpoints, state__in=Job.OPEN).count()
    if running:
        raise FieldRefusal(
            "host",
            _("%d jobs there are not finished: wait for them or cancel them first.") % running,
        )


def refuse_while_behind(logins: Iterable[Login]) -> None:
    """FieldRefusal while other hosts are reached through these logins."""
    behind = Login.objects.filter(via__in=logins).exclude(pk__in=[one.pk for one in logins])
    names = sorted({str(one) for one in behind.select_related("host")})
    if names:
        raise FieldRefusal(
            "host",
            _("It is the jump host of %(names)s: choose another for them first.")
            % {"names": ", ".join(names[:5]) + (" …" if len(names) > 5 else "")},
        )


def reconnect(logins: QuerySet[Login]) -> None:
    """Connect these logins again, also stopped ones. In the caller's transaction."""
    now = timezone.now()
    logins.update(
        state=State.CONNECTING, since=now, changed_at=now, reason="", reason_kind="", cure=""
    )


def log_change(person: Person, verb: str, host: Host, what: dict[str, Any]) -> None:
    """Write the entry and ring the bells of a change. In the caller's transaction."""
    write.event(person.who, verb, target_of_host(host), params=what)
    bells.ring("hosts", "audit")
