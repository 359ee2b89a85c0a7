"""host.add: a host, its login and endpoints become known to Haulout, all at once or not at all.

Nothing is changed on the host. The link connects as soon as the rows are there.
"""

import re
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit import write
from audit.shapes import Target
from hosts import bells
from hosts.access import Person, require
from hosts.models import Endpoint, Group, Host, Login

VERB = "host.add"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


class HostRefused(Exception):
    """What was given cannot be registered. `field` names what to change."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name
        self.message = message


@dataclass(frozen=True)
class FoundSocket:
    """A Podman socket that the doctor saw answer. `graph_root` tells stores apart."""

    path: str
    user: str
    rootless: bool
    graph_root: str = ""
    podman_version: str = ""


@dataclass(frozen=True)
class NewHost:
    """What it takes. `sealed_key`: vault, purpose "ssh-key"; empty for this machine itself."""

    name: str
    address: str
    port: int
    user: str
    host_key_line: str
    fingerprint: str
    sealed_key: bytes
    public_key: str
    sockets: list[FoundSocket]
    kind: str = Host.Kind.SSH
    groups: list[str] = field(default_factory=list)
    notes: str = ""


def target_of_host(host: Host) -> Target:
    """The audit log's words for a host."""
    return Target(
        kind="host", id=str(host.pk), name=host.name, host_id=host.pk, host_name=host.name
    )


def check_name(name: str, *, but: Host | None = None) -> str:
    """The name, if it can be one and is free; HostRefused("name", …)."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise HostRefused(
            "name", _("A host's name is 1 to 63 letters, digits, “-”, “_” or “.”, without spaces.")
        )
    same = Host.objects.filter(name__iexact=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise HostRefused("name", _("There is a host of this name already: choose another."))
    return name


def propose_name(address: str) -> str:
    """A free name made from an address: web1.example.org becomes web1."""
    first = address if re.fullmatch(r"[\d.]+|.*:.*", address) else address.partition(".")[0]
    base = (slugify(first.replace(".", "-").replace(":", "-")) or "host")[:50]
    name, number = base, 2
    while Host.objects.filter(name__iexact=name).exists():
        name, number = f"{base}-{number}", number + 1
    return name


def register(person: Person, new: NewHost) -> Host:
    """Make the rows. HostRefused names the field; Denied without the right. Nothing half stays."""
    require(person, VERB, Target(kind="host", id="", name=new.name))
    name = check_name(new.name)
    if not new.sockets:
        raise HostRefused("socket", _("No Podman socket was found: nothing to register."))
    with transaction.atomic():
        for socket in new.sockets:
            refuse_known_store(new.fingerprint, socket)
        known = Login.objects.select_related("host").filter(
            host__fingerprint=new.fingerprint, host__kind=new.kind, user=new.user
        )
        if first := known.first():
            raise HostRefused(
                "address",
                _("This machine is registered already, as %(name)s with the account %(user)s.")
                % {"name": first.host.name, "user": first.user},
            )
        host = Host.objects.create(
            name=name,
            kind=new.kind,
            address=new.address,
            port=new.port,
            host_key=new.host_key_line,
            fingerprint=new.fingerprint,
            notes=new.notes,
        )
        host.groups.set([Group.objects.get_or_create(name=group)[0] for group in new.groups])
        login = Login.objects.create(
            host=host, user=new.user, sealed_key=new.sealed_key, public_key=new.public_key
        )
        for socket in new.sockets:
            add_endpoint(login, socket)
        write.event(
            person.who,
            VERB,
            target_of_host(host),
            params={
                "address": new.address,
                "port": new.port,
                "user": new.user,
                "fingerprint": new.fingerprint,
                "sockets": [socket.path for socket in new.sockets],
                "groups": new.groups,
            },
        )
        bells.ring("hosts", "audit")
    return host


def add_endpoint(login: Login, socket: FoundSocket) -> Endpoint:
    """One more endpoint of a login; within the caller's transaction."""
    return Endpoint.objects.create(
        login=login,
        host=login.host,
        socket=socket.path,
        user=socket.user,
        rootless=socket.rootless,
        graph_root=socket.graph_root,
        podman_version=socket.podman_version,
    )


def refuse_known_store(fingerprint: str, socket: FoundSocket) -> None:
    """Two endpoints on one store would show every object twice: HostRefused names the first."""
    if not socket.graph_root:
        return
    first = (
        Endpoint.objects.select_related("host")
        .filter(host__fingerprint=fingerprint, graph_root=socket.graph_root)
        .first()
    )
    if first is not None:
        raise HostRefused(
            "socket",
            _("The store behind %(socket)s is registered already, as %(name)s.")
            % {"socket": socket.path, "name": str(first)},
        )
