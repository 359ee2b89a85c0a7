"""host.doctor: what the doctor examines, what it found, and a new connection attempt."""

import base64
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction

from audit import write
from hosts import control, vault
from hosts.access import Person, get_host
from hosts.actions.hosts.edit_host import reconnect
from hosts.actions.hosts.edit_logins import get_login
from hosts.actions.hosts.host_address import check_socket
from hosts.actions.hosts.register_host import SocketInfo, target_of_host
from hosts.link import keys
from hosts.link.messages import DoctorStep
from hosts.models import Host, Login

VERB = "host.doctor"
KEY_PURPOSE = "ssh-key"


def seal_new_key(comment: str = "haulout") -> tuple[bytes, str]:
    """A new key: (its seal, the public line). The private half exists only in the seal."""
    key = keys.generate(comment)
    return vault.seal(keys.export_private(key), KEY_PURPOSE), keys.public_line(key)


def seal_given_key(pasted: str | bytes, passphrase: str = "") -> tuple[bytes, str]:
    """A given key, opened with its passphrase: (its seal, the public line). The passphrase is not kept.
    LinkError with kind "key-…".
    """
    key = keys.parse_private(pasted, passphrase)
    return vault.seal(keys.export_private(key), KEY_PURPOSE), keys.public_line(key)


def doctor_request(
    *,
    address: str,
    port: int,
    user: str,
    sealed_key: bytes,
    host_key_line: str,
    socket: str = "",
    via: int | None = None,
    certificate: str = "",
    host_ca: str = "",
) -> dict[str, Any]:
    """What `control.examine` takes for a login that is not registered yet."""
    return {
        "address": address,
        "port": port,
        "user": user,
        "sealed_key": base64.b64encode(sealed_key).decode(),
        "host_key_line": host_key_line,
        "socket": socket,
        "via": via,
        "certificate": certificate,
        "host_ca": host_ca,
    }


def ask(person: Person, login_id: int, *, socket: str = "") -> dict[str, Any]:
    """What `control.examine` takes for a registered login. Writes the entry. NotVisible, Denied. `socket`:
    another path to examine. FieldRefusal("socket", …).
    """
    path = check_socket(socket) if socket else ""
    login = get_login(person, login_id, VERB)
    with transaction.atomic():
        write.event(person.who, VERB, target_of_host(login.host), params={"account": login.user})
    return doctor_request_for(login, socket=path)


def doctor_request_for(login: Login, *, socket: str = "") -> dict[str, Any]:
    """What the doctor takes for a registered login."""
    if not socket or login.host.kind == Host.Kind.LOCAL:
        return {"login_id": login.pk}
    return doctor_request(
        address=login.host.address,
        port=login.host.port,
        user=login.user,
        sealed_key=bytes(login.sealed_key),
        host_key_line=login.host.host_key,
        socket=socket,
        via=login.via_id,
        certificate=login.certificate,
        host_ca=login.host.host_ca,
    )


def found_sockets(steps: Iterable[DoctorStep]) -> list[SocketInfo]:
    """The sockets that answered, each with the step that says most. Where Podman itself was the problem
    (too old, silent), only sockets that gave information.
    """
    steps = list(steps)
    ended = any(one.step in ("podman", "api") and one.state == "failed" for one in steps)
    found: dict[str, SocketInfo] = {}
    for step in steps:
        for one in step.found.get("sockets", []):
            if one["path"] in found and not one["graph_root"]:
                continue
            found[one["path"]] = SocketInfo(
                path=one["path"],
                user=one["user"],
                rootless=bool(one["rootless"]),
                graph_root=one["graph_root"],
                podman_version=one["podman_version"],
                machine=one["machine"],
            )
    return [one for one in found.values() if one.graph_root or not ended]


def connect_now(person: Person, host_id: int) -> None:
    """Connect a host's logins now, also stopped ones. ControlError, Denied."""
    host = get_host(person, host_id, VERB)
    with transaction.atomic():
        reconnect(host.logins.all())
        write.event(person.who, VERB, target_of_host(host), params={"action": "reconnect"})
    for login in host.logins.all():
        async_to_sync(control.reconnect)(login.pk)
