"""host.add: registers a host with its login and endpoints, all or nothing.

Nothing changes on the host. The link connects as soon as the rows exist.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.epoch import raise_epoch
from audit import params, write
from audit.shapes import Target
from hosts import bells
from hosts.access import Person, require
from hosts.actions.hosts.group_moves import require_joins
from hosts.actions.hosts.host_address import check_address, check_port, check_socket, check_user
from hosts.link.certificates import UserCertificate
from hosts.models import Endpoint, Group, Host, Login
from hosts.refusals import FieldRefusal

VERB = "host.add"
params.allow(VERB, "sockets", "via", "certificate", "host_ca", "host_key_of")
_GROUP = re.compile(r"[A-Za-z0-9_-]{1,60}")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class SocketInfo:
    """A Podman socket that answered the doctor. `graph_root` identifies the store. `machine` identifies the
    machine, for hosts with the same key (hosts.link.machine).
    """

    path: str
    user: str
    rootless: bool
    graph_root: str = ""
    podman_version: str = ""
    machine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SameKeyHost:
    """A registered host with the same host key. `why`: what differs, in words. `answered`: it was asked
    just now. Without both it may be the same machine.
    """

    host_id: int
    name: str
    why: list[str]
    answered: bool

    @property
    def apart(self) -> bool:
        """True if it is, or may be, another machine. Then a person is asked."""
        return bool(self.why) or not self.answered


@dataclass(frozen=True)
class NewHost:
    """A new host. `sealed_key`: a vault seal for "ssh-key". Empty for this machine."""

    name: str
    address: str
    port: int
    user: str
    host_key_line: str
    fingerprint: str
    sealed_key: bytes
    public_key: str
    sockets: list[SocketInfo]
    kind: str = Host.Kind.SSH
    groups: list[str] = field(default_factory=list)
    notes: str = ""
    # checked by `certificates`
    certificate: UserCertificate | None = None
    host_ca: str = ""
    # the jump login, checked by `jumps.check_jump`
    via: Login | None = None
    # it is only a jump host: a Podman on it is not shown
    jump_only: bool = False
    # registered hosts with the same host key (`same_key.compare`)
    twins: Sequence[SameKeyHost] = ()
    # a person confirmed that it is another machine
    another_machine: bool = False


def target_of_host(host: Host) -> Target:
    """The audit target of a host."""
    return Target(
        kind="host", id=str(host.pk), name=host.name, host_id=host.pk, host_name=host.name
    )


def check_name(name: str, *, but: Host | None = None) -> str:
    """The name, if it is valid and free. FieldRefusal("name", …)."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise FieldRefusal(
            "name", _("A host's name is 1 to 63 letters, digits, “-”, “_” or “.”, without spaces.")
        )
    same = Host.objects.filter(name__iexact=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise FieldRefusal("name", _("There is already a host with this name: choose another."))
    return name


def propose_name(address: str) -> str:
    """A free name from an address: web1.example.org becomes web1."""
    first = address if re.fullmatch(r"[\d.]+|.*:.*", address) else address.partition(".")[0]
    base = (slugify(first.replace(".", "-").replace(":", "-")) or "host")[:50]
    name, number = base, 2
    while Host.objects.filter(name__iexact=name).exists():
        name, number = f"{base}-{number}", number + 1
    return name


def register(person: Person, new: NewHost) -> Host:
    """Create the rows. FieldRefusal names the field, Denied. All or nothing."""
    require(person, VERB, Target(kind="host", id="", name=new.name))
    name = check_name(new.name)
    if new.kind == Host.Kind.SSH:
        check_address(new.address)
        check_port(new.port)
        if not new.host_key_line or not new.fingerprint:
            raise FieldRefusal("fingerprint", _("The host's key has not been confirmed yet."))
        if not new.sealed_key:
            raise FieldRefusal("key", _("There is no key to sign in with yet."))
    check_user(new.user)
    groups = check_groups(new.groups)
    if groups:
        joins = Group.objects.filter(name__in=groups)
        require_joins(person, Target(kind="host", id="", name=name), joins)
    try:
        with transaction.atomic():
            host = _make(new, name=name, groups=groups)
            _written(person, host, new, groups)
    except IntegrityError as exc:
        # another request was faster
        raise FieldRefusal("name", _("There is already a host with this name.")) from exc
    return host


def _make(new: NewHost, *, name: str, groups: list[str]) -> Host:
    apart = [one.host_id for one in new.twins if one.apart]
    known = Login.objects.select_related("host").filter(
        host__fingerprint=new.fingerprint, host__kind=new.kind, user=new.user
    )
    known = known.exclude(host__in=apart)
    if first := known.first():
        raise FieldRefusal(
            "address",
            _("This machine is already registered, as %(name)s with the account %(user)s.")
            % {"name": first.host.name, "user": first.user},
            cure=_("Add what is missing on that host's own page."),
        )
    if apart and not new.another_machine:
        raise FieldRefusal(
            "another_machine",
            _("It has the same host key as %s.") % ", ".join(_names(new)),
            cure=_("Confirm that it is another machine, or give it its own host key."),
        )
    host = Host.objects.create(
        name=name,
        kind=new.kind,
        address=new.address,
        port=new.port,
        host_key=new.host_key_line,
        fingerprint=new.fingerprint,
        host_ca=new.host_ca,
        notes=new.notes.strip(),
        another_machine=bool(apart),
    )
    host.groups.set(get_or_make_groups(groups))
    login = Login.objects.create(
        host=host,
        user=new.user,
        sealed_key=new.sealed_key,
        public_key=new.public_key,
        via=new.via,
        certificate=new.certificate.line if new.certificate else "",
        certificate_until=new.certificate.until if new.certificate else None,
    )
    if not new.jump_only:
        add_endpoints(login, new.sockets)
    return host


def _written(person: Person, host: Host, new: NewHost, groups: list[str]) -> None:
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
            "groups": groups,
            **({"via": str(new.via)} if new.via else {}),
            **({"certificate": new.certificate.key_id} if new.certificate else {}),
            **({"host_ca": new.host_ca} if new.host_ca else {}),
            **({"host_key_of": _names(new)} if host.another_machine else {}),
        },
    )
    bells.ring("hosts", "audit")


def _names(new: NewHost) -> list[str]:
    return [one.name for one in new.twins if one.apart]


def check_groups(names: list[str]) -> list[str]:
    """The group names, each once. FieldRefusal("groups", …)."""
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in found:
        if not _GROUP.fullmatch(name):
            raise FieldRefusal(
                "groups",
                _(
                    "“%(name)s” is not a group name: use letters, digits, “-” and “_”, 60 at "
                    "most, such as prod."
                )
                % {"name": name[:80]},
            )
    return found


def get_or_make_groups(names: list[str]) -> list[Group]:
    """The groups, created if they are new. In the caller's transaction."""
    return [Group.objects.get_or_create(name=name)[0] for name in names]


def add_endpoints(login: Login, sockets: list[SocketInfo]) -> list[Endpoint]:
    """Create endpoints of a login. In the caller's transaction. FieldRefusal("socket", …)."""
    if not sockets:
        raise FieldRefusal("socket", _("Choose at least one Podman socket."))
    made = []
    for socket in sockets:
        path = check_socket(socket.path)
        if login.endpoints.filter(socket=path).exists():
            raise FieldRefusal("socket", _("%s is already registered.") % path)
        refuse_known_store(login.host, socket)
        made.append(
            Endpoint.objects.create(
                login=login,
                host=login.host,
                socket=path,
                user=socket.user,
                rootless=socket.rootless,
                graph_root=socket.graph_root,
                podman_version=socket.podman_version[:40],
            )
        )
    # grants on the host or its groups count here too
    raise_epoch()
    return made


def refuse_known_store(host: Host, socket: SocketInfo) -> None:
    """FieldRefusal if an endpoint on this store exists: every object would show twice. The same host is
    known by its key, unless a person said that it is another machine.
    """
    if not socket.graph_root:
        return
    same_host = Q(host=host)
    if host.fingerprint and not host.another_machine:
        same_host |= Q(host__fingerprint=host.fingerprint, host__another_machine=False)
    first = (
        Endpoint.objects.select_related("host", "login")
        .filter(same_host, graph_root=socket.graph_root)
        .first()
    )
    if first is not None:
        raise FieldRefusal(
            "socket",
            _(
                "The storage behind %(socket)s is already registered, as %(name)s through "
                "%(first)s: its containers would appear twice."
            )
            % {"socket": socket.path, "name": str(first), "first": first.socket},
        )
