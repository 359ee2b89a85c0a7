"""A registry with a password on the lab's bridge, and the same one behind a slow door."""

import base64
import functools
import http.client
import json
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import LabError
from .images import Image, busybox, digest, many_layers
from .processes import Process, start, wait_until

USER = "haulout"
PASSWORD = "lab-registry-7d1f"
# bcrypt of PASSWORD, the only kind that docker-registry takes; Python has no bcrypt of its own.
HTPASSWD = f"{USER}:$2b$05$abcdefghijklmnopqrstuu8YmSqm0sjQGszsOc22drHQn6979sEDe\n"
SLOW_BYTES_PER_S = 1_500_000
LAYERS, LAYER_BYTES = 8, 3 * 1024 * 1024

CONFIG = """\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}/blobs}}
  delete: {{enabled: true}}
http:
  addr: {address}
  secret: lab
auth:
  htpasswd: {{realm: lab, path: {folder}/htpasswd}}
"""


@dataclass(frozen=True)
class Registry:
    """Addresses are "10.77.0.1:5000". Behind `slow_address` all pulls share slow_bytes_per_s."""

    address: str
    slow_address: str
    slow_bytes_per_s: int = SLOW_BYTES_PER_S
    user: str = USER
    password: str = PASSWORD
    images: tuple[str, ...] = ("lab/busybox:latest", "lab/layers:latest")

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"images": list(self.images)}


def _free_port(host: str, wanted: int) -> int:
    """`wanted`, or whatever is free when something on this machine holds it on all addresses."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LabError(f"no free port on {host}")


def plan(host: str) -> Registry:
    """Choose the addresses, which hosts must know before their Podman starts."""
    return Registry(
        address=f"{host}:{_free_port(host, 5000)}", slow_address=f"{host}:{_free_port(host, 5001)}"
    )


def start_registry(registry: Registry, folder: Path) -> list[Process]:
    """Start registry and slow door; their processes, for whoever has to end them."""
    folder.mkdir()
    (folder / "htpasswd").write_text(HTPASSWD)
    (folder / "config.yml").write_text(CONFIG.format(folder=folder, address=registry.address))
    log = folder / "log"
    serve = start(["docker-registry", "serve", str(folder / "config.yml")], log=log)
    host, port = registry.address.split(":")
    slow_port = registry.slow_address.split(":")[1]
    script = str(Path(__file__).with_name("slow_door.py"))
    slow = start(
        [sys.executable, "-I", script, host, slow_port, port, str(registry.slow_bytes_per_s)],
        log=log,
    )
    return [serve, slow]


def fill_registry(registry: Registry, folder: Path) -> None:
    """Push its images as soon as both answer."""
    log = folder / "log"
    for address in (registry.address, registry.slow_address):
        wait_until(f"registry on {address}, see {log}", functools.partial(_answers, address))
    push(registry, busybox(), "lab/busybox")
    layers = many_layers("lab/layers", layers=LAYERS, layer_bytes=LAYER_BYTES)
    push(registry, layers, "lab/layers")


def _answers(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def push(registry: Registry, image: Image, repository: str, *, tag: str = "latest") -> None:
    """Put an image into the registry, through its own API, as `address/repository:tag`."""
    connection = http.client.HTTPConnection(registry.address, timeout=30)
    pair = f"{registry.user}:{registry.password}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def call(method: str, path: str, *, body: bytes = b"", kind: str = "") -> str:
        more = {"Content-Type": kind} if kind else {}
        connection.request(method, path, body=body, headers=headers | more)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (201, 202):
            raise LabError(f"registry answered {answer.status} to {method} {path}: {said[:200]!r}")
        return answer.headers.get("Location", "")

    for blob in (image.config, *image.layers):
        where = urlsplit(call("POST", f"/v2/{repository}/blobs/uploads/"))
        call(
            "PUT",
            f"{where.path}?{where.query}&digest={digest(blob)}",
            body=blob,
            kind="application/octet-stream",
        )
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _descriptor("config.v1+json", image.config),
        "layers": [_descriptor("layer.v1.tar", blob) for blob in image.layers],
    }
    call(
        "PUT",
        f"/v2/{repository}/manifests/{tag}",
        body=json.dumps(manifest).encode(),
        kind="application/vnd.oci.image.manifest.v1+json",
    )
    connection.close()


def _descriptor(kind: str, blob: bytes) -> dict[str, object]:
    media_type = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media_type, "digest": digest(blob), "size": len(blob)}
