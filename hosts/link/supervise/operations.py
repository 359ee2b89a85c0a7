"""What the link does on request: scan, doctor, install a key, rotate one."""

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from hosts import vault
from hosts.link import install_key as installing
from hosts.link import rotate_key as rotating
from hosts.link import scan as scanning
from hosts.link.doctor import Doctor, DoctorReport, examine
from hosts.link.errors import LinkError
from hosts.link.jump import Route
from hosts.link.messages import DoctorStep
from hosts.link.ssh import SshConnection, greet_and_sign_in
from hosts.link.supervise import open_held as opening
from hosts.link.supervise.connections import SSH_KEY, policy
from hosts.link.supervise.database import Database
from hosts.link.target import SshTarget
from hosts.models import Endpoint, Host, Login

# each is a further login; more users' sockets than this are shown without details
_MOST_OTHERS: Final = 8
_SCAN_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class DoctorTarget:
    """Whom the doctor examines: a login, or with `target` None this machine."""

    target: SshTarget | None
    socket: str

    @property
    def user(self) -> str:
        """The account, empty for this machine's own."""
        return self.target.user if self.target else ""


async def scan(
    address: str, port: int, *, via: int | None = None, database: Database | None = None
) -> dict[str, Any]:
    """`{"algorithm", "fingerprint", "line"}` of a host's key. Raises LinkError.

    `via`: the login of the jump host from which to look.
    """
    route = Route(await jump(via, database), policy())
    try:
        sock = await route.open_socket(address, port, timeout_s=_SCAN_S)
        key = await scanning.scan_socket(sock, timeout_s=_SCAN_S)
    finally:
        await route.close()
    return asdict(key)


async def jump(via: int | None, database: Database | None) -> SshTarget | None:
    """The login that a host is dialled through, with those before it. Raises VaultError."""
    if via is None or database is None:
        return None
    return await database.read(lambda: _target(Login.objects.select_related("host").get(pk=via)))


async def install_key(
    *,
    address: str,
    port: int,
    user: str,
    password: str,
    public_key_line: str,
    host_key_line: str,
    via: int | None = None,
    database: Database | None = None,
) -> bool:
    """Put a public key on a host; True when it was not there yet. Raises LinkError."""
    return await installing.install_key(
        address=address,
        port=port,
        user=user,
        password=password,
        public_key_line=public_key_line,
        host_key_line=host_key_line,
        policy=policy(),
        via=await jump(via, database),
    )


async def rotate(
    login_id: int, *, sealed_new: str, old: str, new: str, last: bool, database: Database
) -> None:
    """One half of a rotation. Raises LinkError, VaultError, ValueError.

    Without `last`: let the key `new` in and sign in with it once; its line is removed if that fails.
    With `last`, once the new key is stored: remove the key `old`. `sealed_new`: base64.
    """
    stored = await database.read(
        lambda: _target(Login.objects.select_related("host").get(pk=login_id))
    )
    connection, route = await _signed_in(stored)
    try:
        if last:
            await rotating.remove_key(connection, old=old)
            return
        await rotating.add_key(connection, old=old, new=new)
        seal = base64.b64decode(sealed_new, validate=True)
        key = await database.beside(lambda: vault.open_sealed(seal, SSH_KEY))
        try:
            tried, beyond = await _signed_in(replace(stored, private_key=key, certificate=""))
        except LinkError:
            await rotating.remove_key(connection, old=new)
            raise
        await tried.close()
        await beyond.close()
    finally:
        await connection.close()
        await route.close()


async def open_held(entry: int, *, database: Database) -> dict[str, str]:
    """What a held job was given under seal, by field. Raises VaultError, ValueError."""
    return await database.read(lambda: opening.open_held(entry))


async def _signed_in(target: SshTarget) -> tuple[SshConnection, Route]:
    route = Route(target.via, policy())
    try:
        sock = await route.open_socket(target.address, target.port, timeout_s=_SCAN_S)
        return await greet_and_sign_in(sock, target, timeout_s=_SCAN_S), route
    except BaseException:
        # also a cancelled try leaves no connection to the jump host
        await route.close()
        raise


async def doctor_target(asked: dict[str, Any], database: Database) -> DoctorTarget:
    """The target of `{"login_id"}`, or of `{"address", "port", "user", "sealed_key", "host_key_line",
    "socket", "via"}`: the seal in base64, the jump's login. Raises ValueError, VaultError.
    """
    if "login_id" in asked:
        login_id = asked["login_id"]
        if not isinstance(login_id, int):
            raise ValueError("login_id is not a number")
        return await database.read(lambda: _registered(login_id))
    texts = {name: asked.get(name) for name in ("address", "user", "sealed_key", "host_key_line")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} is not a text")
    port, socket = asked.get("port"), asked.get("socket")
    if not isinstance(port, int):
        raise ValueError("port is not a number")
    try:
        sealed = base64.b64decode(str(texts["sealed_key"]), validate=True)
    except binascii.Error as exc:
        raise ValueError("sealed_key is not base64") from exc
    key = await database.read(lambda: vault.open_sealed(sealed, SSH_KEY))
    via = asked.get("via")
    target = SshTarget(
        address=str(texts["address"]),
        port=port,
        user=str(texts["user"]),
        private_key=key,
        host_key_line=str(texts["host_key_line"]),
        certificate=str(asked.get("certificate") or ""),
        host_ca=str(asked.get("host_ca") or ""),
        via=await jump(via if isinstance(via, int) else None, database),
    )
    return DoctorTarget(target, socket if isinstance(socket, str) else "")


def _registered(login_id: int) -> DoctorTarget:
    login = Login.objects.select_related("host").filter(pk=login_id).first()
    if login is None:
        raise ValueError("there is no such login")
    sockets = Endpoint.objects.filter(login=login, enabled=True).order_by("pk")
    socket = sockets.values_list("socket", flat=True).first() or ""
    if login.host.kind == Host.Kind.LOCAL:
        return DoctorTarget(None, socket)
    return DoctorTarget(_target(login), socket)


def _target(login: Login) -> SshTarget:
    return SshTarget(
        address=login.host.address,
        port=login.host.port,
        user=login.user,
        private_key=vault.open_sealed(bytes(login.sealed_key), SSH_KEY),
        host_key_line=login.host.host_key,
        certificate=login.certificate,
        host_ca=login.host.host_ca,
        via=_target(login.via) if login.via else None,
    )


async def doctor(visited: DoctorTarget) -> AsyncIterator[DoctorStep]:
    """The doctor's steps as they come, each when it begins and when it ended.

    Where further sockets answer, the step "sockets" comes once more at the end, with what the API
    tells about each.
    """
    walk = Doctor(visited.target, policy(), socket_path=visited.socket)
    last: dict[str, DoctorStep] = {}
    async for step in walk.steps():
        tells = step.step in ("sockets", "api") and step.state != "running"
        sockets = usable(walk.result, user=visited.user) if tells else []
        last[step.step] = replace(step, found={"sockets": sockets} if sockets else {})
        yield last[step.step]
    if others := await _others(walk.result, visited):
        yield replace(last["sockets"], found={"sockets": others})


async def _others(result: DoctorReport, visited: DoctorTarget) -> list[dict[str, Any]]:
    """What the API tells about the sockets beside the chosen one, above all whose store it is."""
    paths = [one.path for one in result.sockets if one.usable and one.path != result.socket_path]
    found: list[dict[str, Any]] = []
    for path in paths[:_MOST_OTHERS]:
        deeper = Doctor(visited.target, policy(), socket_path=path)
        await examine(deeper)
        found += [
            one
            for one in usable(deeper.result, user=visited.user)
            if one["path"] == path and one["graph_root"]
        ]
    return found


def usable(result: DoctorReport, *, user: str) -> list[dict[str, Any]]:
    """The sockets that answer to the account `user`; the chosen one with what the API told."""
    found = {one.path: not one.rootful for one in result.sockets if one.usable}
    if result.rootless is not None and result.socket_path:
        # a key that may run nothing learns it from the API alone
        found[result.socket_path] = result.rootless
    return [
        {
            "path": path,
            "user": _owner(path, result, user) if rootless else "root",
            "rootless": rootless,
            "graph_root": result.graph_root if path == result.socket_path else "",
            "podman_version": result.podman_version if path == result.socket_path else "",
            "machine": result.machine if path == result.socket_path else {},
        }
        for path, rootless in found.items()
    ]


def _owner(path: str, result: DoctorReport, user: str) -> str:
    """Whose rootless socket it is: the login's own account, a name, or a number."""
    uid = re.match(r"/run/user/(\d+)/", path)
    if uid is None or (result.uid is not None and int(uid[1]) == result.uid):
        return result.user or user
    home = re.match(r"/(?:var/)?home/([^/]+)/", result.graph_root)
    if home and path == result.socket_path:
        return home[1]
    # a key that may run nothing cannot tell whose number it is
    return user if result.uid is None and user != "root" else f"uid {uid[1]}"
