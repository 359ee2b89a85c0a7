"""One real Podman host of the lab with containers on it, for the benchmarks that need Podman itself."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.figures import CannotRun
from tests.lab.hosts import Host, lab_for_tests, missing


@contextmanager
def real_host() -> Iterator[Host]:
    """A host of its own; CannotRun says what is missing here."""
    if lacking := missing():
        raise CannotRun(lacking)
    with tempfile.TemporaryDirectory(prefix="haulout-bench-", dir="/var/tmp") as folder:
        with lab_for_tests(Path(folder) / "lab", hosts=1) as lab:
            yield lab.hosts[0]


def row_of(host: Host, *, socket: str = "") -> dict[str, Any]:
    """What registers it (tests.bench.registered); `socket` instead of Podman's own."""
    return {
        "name": host.name,
        "address": host.address,
        "port": host.port,
        "host_key_line": host.host_key_line,
        "fingerprint": host.host_key_fingerprint,
        "private_key": host.key_file.read_text(),
        "socket": socket or host.socket,
    }


def create_many(host: Host, count: int) -> None:
    """Containers that are there but do not run, in one call into the host."""
    script = (
        "i=0; while [ $i -lt $1 ]; do"
        " podman create --name idle-$i --label app=shop --label number=$i -p $((20000+i)):8080"
        " logger >/dev/null || exit 1; i=$((i+1)); done"
    )
    host.run("sh", "-c", script, "sh", str(count), timeout_s=120)
