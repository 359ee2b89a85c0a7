"""The doctor for a registered login or one that is not registered yet, with all it found.

Opens the sealed key; nothing of it leaves this process.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any

from hosts import vault
from hosts.link import doctor as doctoring
from hosts.link.doctor import Doctor
from hosts.link.supervise.connections import SSH_KEY, policy
from hosts.link.supervise.writer import Database
from hosts.link.target import Target
from hosts.models import Host, Login


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom to examine; `target` None is this machine itself."""

    target: Target | None
    socket_path: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the doctor. `found` of the last "sockets" step: `{"sockets": [{"path", "user",
    "rootless", "graph_root", "podman_version"}]}`, those that answer.
    """

    step: str
    state: str
    detail: str = ""
    cause: str = ""
    cure: str = ""
    kind: str | None = None
    found: dict[str, Any] = field(default_factory=dict)


async def patient(asked: dict[str, Any], database: Database) -> Patient:
    """From `{"login_id"}`, or `{"address", "port", "user", "sealed_key" (base64),
    "host_key_line", "socket"}`. Raises ValueError, VaultError.
    """
    if "login_id" in asked:
        login_id = asked["login_id"]
        login = await database.read(
            lambda: Login.objects.select_related("host").filter(pk=login_id).first()
        )
        if login is None:
            raise ValueError("no such login")
        if login.host.kind == Host.Kind.LOCAL:
            path = await database.read(lambda: login.endpoints.values_list("socket", flat=True)[0])
            return Patient(None, path)
        sealed, host = bytes(login.sealed_key), login.host
        address, port, user, line = host.address, host.port, login.user, host.host_key
        socket_path = ""
    else:
        try:
            sealed = base64.b64decode(asked["sealed_key"], validate=True)
            address, port, user = str(asked["address"]), int(asked["port"]), str(asked["user"])
            line, socket_path = str(asked["host_key_line"]), str(asked.get("socket") or "")
        except (KeyError, TypeError, binascii.Error) as exc:
            raise ValueError("address, port, user, sealed_key or host_key_line is missing") from exc
    private_key = await database.read(lambda: vault.open_sealed(sealed, SSH_KEY))
    target = Target(
        address=address, port=port, user=user, private_key=private_key, host_key_line=line
    )
    return Patient(target, socket_path)


async def doctor(patient: Patient) -> AsyncIterator[Step]:
    """The steps as they come; at last "sockets" once more, with every socket that answers."""
    walk = Doctor(patient.target, policy(), socket_path=patient.socket_path)
    sockets: Step | None = None
    async for told in walk.steps():
        step = Step(**asdict(told))
        if step.step == "sockets":
            sockets = step
        yield step
    if sockets is None or sockets.state != "passed":
        return
    found = [one for one in [_answering(walk, patient)] if one]
    for other in walk.result.sockets:
        if other.usable and other.path != walk.result.socket_path and not patient.socket_path:
            deeper = Doctor(patient.target, policy(), socket_path=other.path)
            await doctoring.examine(deeper)
            found += [one for one in [_answering(deeper, patient)] if one]
    yield Step("sockets", "passed", detail=sockets.detail, found={"sockets": found})


def _answering(walk: Doctor, patient: Patient) -> dict[str, Any] | None:
    result = walk.result
    if not result.graph_root or not result.socket_path:
        return None
    own = result.user or (patient.target.user if patient.target else "")
    return {
        "path": result.socket_path,
        "user": _owner(result.socket_path, result.graph_root, own, result.uid)
        if result.rootless
        else "root",
        "rootless": bool(result.rootless),
        "graph_root": result.graph_root,
        "podman_version": result.podman_version,
    }


def _owner(path: str, graph_root: str, own: str, own_uid: int | None) -> str:
    uid = re.match(r"/run/user/(\d+)/", path)
    if uid is None or own_uid is None or int(uid[1]) == own_uid:
        return own
    home = re.match(r"/(?:var/)?home/([^/]+)/", graph_root)
    return home[1] if home else uid[1]
