"""The lab's images, written byte by byte from this machine's static busybox: no build, no network.

Knows the docker-archive and OCI formats; talks to nobody.
"""

import functools
import hashlib
import io
import json
import platform
import random
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from .errors import LabError
from .processes import run

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
CREATED = "2025-01-01T00:00:00Z"
SEARCH_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

WEB_PAGE = b"<!doctype html><title>Seals</title><h1>The seals are at home</h1>\n"
LOGGER = b"""#!/bin/sh
# Writes LINES_PER_S lines a second: standard output, every tenth to standard error, in colour.
n=0
while :; do
    i=0
    while [ $i -lt "${LINES_PER_S:-2}" ]; do
        n=$((n + 1)) i=$((i + 1))
        if [ $((n % 10)) = 0 ]; then
            printf '\\033[33mWARN\\033[0m line %d: the tide is late\\n' $n >&2
        else
            printf '\\033[32mINFO\\033[0m line %d: a seal came ashore\\n' $n
        fi
    done
    sleep 1
done
"""
CRASHER = b"#!/bin/sh\necho 'starting'\nsleep 2\necho 'cannot find the sea' >&2\nexit 3\n"


@dataclass(frozen=True)
class Image:
    """A whole image. `layers` are uncompressed tar archives, the lowest first."""

    name: str
    layers: tuple[bytes, ...]
    command: tuple[str, ...] = ("sh",)
    more: dict[str, object] = field(default_factory=dict)

    @property
    def config(self) -> bytes:
        made_by = [f"lab layer {n} of {len(self.layers)}" for n in range(1, len(self.layers) + 1)]
        return json.dumps(
            {
                "architecture": architecture(),
                "os": "linux",
                "created": CREATED,
                "config": {"Cmd": self.command, "Env": [SEARCH_PATH], **self.more},
                "rootfs": {"type": "layers", "diff_ids": [digest(x) for x in self.layers]},
                "history": [{"created": CREATED, "created_by": by} for by in made_by],
            }
        ).encode()


def architecture() -> str:
    machine = platform.machine()
    return ARCHITECTURES.get(machine, machine)


@functools.cache
def digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _add(tar: tarfile.TarFile, name: str, data: bytes, *, mode: int = 0o755) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


def layer(files: dict[str, bytes]) -> bytes:
    """A layer with these files, all executable."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            _add(tar, name, data)
    return buffer.getvalue()


@functools.cache
def busybox_layer() -> bytes:
    found = shutil.which("busybox")
    if found is None:
        raise LabError("missing: busybox-static (apt-get install busybox-static)")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in ("bin", "etc", "root", "tmp", "var", "www"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(entry)
        _add(tar, "bin/busybox", Path(found).read_bytes())
        _add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n", mode=0o644)
        _add(tar, "etc/group", b"root:x:0:\n", mode=0o644)
        for applet in run(found, "--list").split():
            if applet != "busybox":
                entry = tarfile.TarInfo(f"bin/{applet}")
                entry.type, entry.linkname = tarfile.SYMTYPE, "/bin/busybox"
                tar.addfile(entry)
    return buffer.getvalue()


def busybox() -> Image:
    return Image("localhost/busybox:latest", (busybox_layer(),))


def preloaded() -> list[Image]:
    """What every host has from the start."""
    base = busybox_layer()
    web = layer({"www/index.html": WEB_PAGE})
    return [
        busybox(),
        Image(
            "localhost/web:latest",
            (base, web),
            ("httpd", "-f", "-v", "-p", "8080", "-h", "/www"),
            {"ExposedPorts": {"8080/tcp": {}}, "Labels": {"lab.image": "web"}},
        ),
        Image("localhost/logger:latest", (base, layer({"bin/chatter": LOGGER})), ("chatter",)),
        Image("localhost/crasher:latest", (base, layer({"bin/crash": CRASHER})), ("crash",)),
    ]


def many_layers(name: str, *, layers: int, layer_bytes: int, seed: int = 1) -> Image:
    """An image whose layers do not compress, so that a pull of it lasts."""
    noise = random.Random(seed)
    blobs = [layer({f"blob-{n}": noise.randbytes(layer_bytes)}) for n in range(layers)]
    return Image(name, (busybox_layer(), *blobs))


def write_archive(images: list[Image], path: Path) -> None:
    """Write a docker-archive for `podman load`, layers shared between its images."""
    manifest, written = [], set()
    with tarfile.open(path, "w") as tar:
        for image in images:
            names = []
            for blob in image.layers:
                names.append(digest(blob).removeprefix("sha256:") + ".tar")
                if names[-1] not in written:
                    written.add(names[-1])
                    _add(tar, names[-1], blob, mode=0o644)
            config = digest(image.config).removeprefix("sha256:") + ".json"
            _add(tar, config, image.config, mode=0o644)
            manifest.append({"Config": config, "RepoTags": [image.name], "Layers": names})
        _add(tar, "manifest.json", json.dumps(manifest).encode(), mode=0o644)
