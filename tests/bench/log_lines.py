"""Containers with long logs on a real host: the file is written at once, Podman reads it as its own."""

import tempfile

from tests.lab.hosts import Host
from tests.lab.hosts.ssh_client import feed

LINE = "{time}.{part:09d}+00:00 stdout F {n:07d} GET /shop/cart/{n} 200 0.0{n:04d}s a line as they are\n"


def container_with_log(host: Host, name: str, *, lines: int) -> str:
    """Full id of an ended container whose k8s-file log has so many lines."""
    host.podman("run", "--name", name, "--log-driver", "k8s-file", "busybox", "true")
    path = host.podman("inspect", "--format", "{{.HostConfig.LogConfig.Path}}", name).strip()
    with tempfile.TemporaryFile() as file:
        for start in range(0, lines, 10_000):
            minute = start // 10_000
            time = f"2026-05-04T{minute // 60:02d}:{minute % 60:02d}:00"
            numbers = range(start, min(start + 10_000, lines))
            file.write("".join(LINE.format(time=time, part=n, n=n) for n in numbers).encode())
        file.seek(0)
        feed(host.inside("sh", "-c", 'cat > "$1"', "sh", path), file)
    return host.podman("inspect", "--format", "{{.Id}}", name).strip()
