"""Podman connections and Docker contexts that lead to the gate, as the files that clients read."""

import gzip
import io
import json
import re
import shlex
import tarfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from hosts.access import Person
from hosts.gate.sessions import host_key
from hosts.gate.sessions.places import endpoints_of, path_of
from hosts.models import Endpoint
from hosts.refusals import FieldRefusal

# before the @; the key says who it is
_USER: Final = "me"
_LONGEST_PATH: Final = 400
# an absolute path, also one of Windows
_ABSOLUTE: Final = re.compile(r"(?:/|[A-Za-z]:[\\/]).*")


@dataclass(frozen=True, slots=True)
class GateFacts:
    """`address`: NAME:PORT that clients dial. `known_hosts`: the line with the gate's key."""

    address: str
    fingerprint: str
    known_hosts: str


@dataclass(frozen=True, slots=True)
class Connection:
    """`name` as clients call it: web1, or web1-deploy of a rootless account. `uri`: its ssh:// address."""

    name: str
    uri: str
    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class ConnectionFile:
    """A file for clients. `write(connections, identity)` gives its bytes."""

    name: str
    content_type: str
    write: Callable[[Sequence[Connection], str], bytes]


def gate_facts(name: str) -> GateFacts | None:
    """`name`: how Haulout's machine is reached, as in an address. None where there is no gate."""
    port, fingerprint = settings.HAULOUT_GATE_PORT, host_key.fingerprint()
    if not port or not fingerprint:
        return None
    bare = name.strip("[]")
    address = f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"
    return GateFacts(address, fingerprint, host_key.known_hosts_line(bare, port))


def connections_of(person: Person, address: str) -> list[Connection]:
    """One for each endpoint that they may use, by name; `address` is the gate's. Asks the database."""
    endpoints = endpoints_of(person)
    accounts = Counter((one.host_id, one.user) for one in endpoints)
    taken: set[str] = set()
    found = []
    # the names of hosts alone come first, so that no account takes one
    for endpoint in sorted(endpoints, key=lambda one: one.user != "root"):
        if accounts[endpoint.host_id, endpoint.user] > 1:
            # the path of both is the same
            continue
        name = _name(endpoint, taken)
        taken.add(name)
        uri = f"ssh://{_USER}@{address}{quote(path_of(endpoint))}"
        found.append(Connection(name, uri, endpoint))
    return sorted(found, key=lambda one: one.name)


def check_identity(path: str) -> str:
    """The path of a private key on the client's machine; "" for none. FieldRefusal("identity", …)."""
    path = path.strip()
    if not path:
        return ""
    if not _ABSOLUTE.fullmatch(path):
        words = _(
            "Give the whole path, such as /home/ada/.ssh/id_ed25519: Podman does not expand ~."
        )
        raise FieldRefusal("identity", words)
    if len(path) > _LONGEST_PATH or not path.isprintable():
        raise FieldRefusal("identity", _("This path is too long, or contains control characters."))
    return path


def podman_lines(connections: Sequence[Connection], identity: str) -> list[str]:
    """Commands that add the connections to those that somebody has already."""
    key = f"--identity {shlex.quote(identity)} " if identity else ""
    return [
        f"podman system connection add {key}{one.name} {shlex.quote(one.uri)}"
        for one in connections
    ]


def docker_lines(connections: Sequence[Connection]) -> list[str]:
    """The same of Docker's contexts."""
    return [
        f"docker context create {one.name} --docker {shlex.quote(f'host={one.uri}')}"
        for one in connections
    ]


def _name(endpoint: Endpoint, taken: set[str]) -> str:
    """Within what Docker takes for a context: two characters at least, and not `default`."""
    host, user = endpoint.host.name, endpoint.user
    alone = user == "root" and len(host) > 1 and host != "default"
    first = host if alone else re.sub(r"[^A-Za-z0-9_.+-]", "-", f"{host}-{user}")
    name, number = first, 2
    while name in taken:
        name, number = f"{first}-{number}", number + 1
    return name


def _podman_connections(connections: Sequence[Connection], identity: str) -> bytes:
    key = {"Identity": identity} if identity else {}
    named = {one.name: {"URI": one.uri, **key} for one in connections}
    # with several hosts nobody should change one without naming it
    default = {"Default": connections[0].name} if len(connections) == 1 else {}
    kept = {"Connection": {**default, "Connections": named}, "Farm": {}}
    return (json.dumps(kept, indent=1) + "\n").encode()


def _containers_conf(connections: Sequence[Connection], identity: str) -> bytes:
    lines = []
    for one in connections:
        # a text of JSON is one of TOML
        lines += [f"[engine.service_destinations.{json.dumps(one.name)}]", f'uri = "{one.uri}"']
        lines += [f"identity = {json.dumps(identity, ensure_ascii=False)}"] if identity else []
        lines.append("")
    return "\n".join(lines).encode()


def _docker_contexts(connections: Sequence[Connection], _identity: str) -> bytes:
    """One NAME.dockercontext each, as `docker context export` makes it."""
    files = {f"{one.name}.dockercontext": _docker_context(one) for one in connections}
    return gzip.compress(_tar(files), mtime=0)


def _docker_context(connection: Connection) -> bytes:
    meta = {
        "Name": connection.name,
        "Metadata": {},
        "Endpoints": {"docker": {"Host": connection.uri, "SkipTLSVerify": False}},
    }
    return _tar({"meta.json": json.dumps(meta).encode()})


def _tar(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(mode="w", fileobj=whole) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


# what REST, the console and the page call them
FILES: Final = {
    "podman": ConnectionFile("podman-connections.json", "application/json", _podman_connections),
    "containers": ConnectionFile("containers.conf", "application/toml", _containers_conf),
    "docker": ConnectionFile("docker-contexts.tar.gz", "application/gzip", _docker_contexts),
}
