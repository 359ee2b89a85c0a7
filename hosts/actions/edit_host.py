"""host.edit and host.remove: what Haulout keeps about a host. Nothing changes on the host itself."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import write
from hosts import bells
from hosts.access import Person, get_host
from hosts.actions.register_host import HostRefused, check_name, target_of_host
from hosts.models import Endpoint, Group, Host, Job, Login
from hosts.models.hosts import State

EDIT, REMOVE = "host.edit", "host.remove"


def edit(
    person: Person,
    host_id: int,
    *,
    name: str,
    notes: str,
    groups: list[str],
    address: str,
    port: int,
) -> Host:
    """Change name, notes, groups and address. The key stays pinned. HostRefused, Denied."""
    host = get_host(person, host_id, EDIT)
    before = {
        "name": host.name,
        "address": host.address,
        "port": host.port,
        "groups": sorted(host.groups.values_list("name", flat=True)),
    }
    host.name = check_name(name, but=host)
    host.notes, host.address, host.port = notes.strip(), address.strip(), port
    after = {"name": host.name, "address": address, "port": port, "groups": sorted(groups)}
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    with transaction.atomic():
        host.save()
        host.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
        _written(person, EDIT, host, {"changes": changes})
    return host


def set_enabled(person: Person, host_id: int, *, enabled: bool) -> Host:
    """Disable (the link lets go, its objects leave the lists) or enable again."""
    host = get_host(person, host_id, EDIT)
    now = timezone.now()
    state = State.CONNECTING if enabled else State.DISABLED
    with transaction.atomic():
        host.enabled = enabled
        host.save()
        for rows in (host.logins, host.endpoints):
            rows.update(state=state, since=now, changed_at=now, reason="", reason_kind="", cure="")
        _written(person, EDIT, host, {"enabled": enabled})
    return host


def accept_host_key(person: Person, host_id: int, *, line: str, fingerprint: str) -> Host:
    """Pin another host key after a person has compared the fingerprint."""
    host = get_host(person, host_id, EDIT)
    with transaction.atomic():
        old, host.host_key, host.fingerprint = host.fingerprint, line, fingerprint
        host.save()
        host.logins.update(
            state=State.CONNECTING, since=timezone.now(), changed_at=timezone.now(), reason=""
        )
        _written(person, EDIT, host, {"host_key": [old, fingerprint]})
    return host


def replace_key(person: Person, login_id: int, *, sealed_key: bytes, public_key: str) -> Login:
    """Another SSH key for a login."""
    login = Login.objects.select_related("host").get(pk=login_id)
    host = get_host(person, login.host_id, EDIT)
    with transaction.atomic():
        login.sealed_key, login.public_key = sealed_key, public_key
        login.state, login.since = State.CONNECTING, timezone.now()
        login.save()
        _written(person, EDIT, host, {"login": login.user, "public_key": public_key})
    return login


def remove(person: Person, host_id: int) -> None:
    """Take a host out, with its logins, endpoints and inventory. Jobs and entries stay.

    HostRefused while jobs run there.
    """
    host = get_host(person, host_id, REMOVE)
    with transaction.atomic():
        running = Job.objects.filter(endpoint__host=host, state__in=Job.OPEN).count()
        if running:
            raise HostRefused(
                "host", _("%d jobs are running there: wait for them or cancel them.") % running
            )
        target = target_of_host(host)
        host.delete()
        write.event(person.who, REMOVE, target)
        bells.ring("hosts", "containers", "pods", "images", "volumes", "networks", "audit")


def remove_endpoint(person: Person, endpoint_id: int) -> None:
    """Take one endpoint out; the last one takes its login along."""
    endpoint = Endpoint.objects.select_related("host", "login").get(pk=endpoint_id)
    host = get_host(person, endpoint.host_id, EDIT)
    with transaction.atomic():
        login = endpoint.login
        socket = endpoint.socket
        endpoint.delete()
        if not login.endpoints.exists():
            login.delete()
        host.save()
        _written(person, EDIT, host, {"removed_socket": socket})


def _written(person: Person, verb: str, host: Host, params: dict[str, Any]) -> None:
    write.event(person.who, verb, target_of_host(host), params=params)
    bells.ring("hosts", "audit")
