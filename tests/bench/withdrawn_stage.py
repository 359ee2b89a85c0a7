"""A whole Haulout before a real host, with Bella and all that she may hold open; for bench and tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.figures import CannotRun
from tests.bench.open_things import Place
from tests.bench.real_host import row_of
from tests.bench.running import PASSWORD, Running, until
from tests.lab.hosts import Host
from tests.stack import CHECKOUT

LARGE_MIB = 96
# writes a line now and then, and has something large in it that no road makes small
FILL = f"head -c {LARGE_MIB}m /dev/urandom >/large.bin; cp /large.bin /kept; touch /filled"
TALK = "while :; do echo talk; sleep 0.2; done"


class Hand:
    """The child that gives and takes (tests.bench.withdrawn_work)."""

    def __init__(self, haulout: Running) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.withdrawn_work", PASSWORD],
            cwd=CHECKOUT,
            env=haulout.child_environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def does(self, what: str) -> dict[str, Any]:
        """Its answer, once it is done."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps({"do": what}) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise CannotRun(f"whoever gives and takes rights ended at “{what}”")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """It ends with its input."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()


@contextmanager
def furnished(host: Host, haulout: Running) -> Iterator[tuple[Place, Hand]]:
    """`haulout` started, with a container, a volume and an image on `host` that are worth opening."""
    run = ["run", "-d", "-i", "--name", "box", "-v", "kept:/kept", "localhost/busybox", "sh", "-c"]
    container = host.podman(*run, f"{FILL}; {TALK}").split()[-1]
    until("the files", lambda: _filled(host), within_s=60)
    host.podman("commit", "-q", "box", "localhost/box")
    spare = host.podman("create", "--name", "spare", "localhost/box").split()[-1]
    image = host.podman("images", "-q", "--no-trunc", "localhost/box").strip()
    image = image.removeprefix("sha256:")
    haulout.register([row_of(host)])
    haulout.start()
    haulout.wait_up(1, within_s=60)
    link = next((haulout.run_folder / "link").glob("[0-9]*.web.sock"))
    endpoint = int(link.name.partition(".")[0])
    hand = Hand(haulout)
    try:
        yield Place(endpoint, container, spare, "kept", image), hand
    finally:
        hand.close()
        host.podman("rm", "-f", "-t", "0", "box", "spare")


def _filled(host: Host) -> bool:
    return "filled" in host.podman("exec", "box", "ls", "/")


def runs(*words: str) -> bool:
    """True while a process of this command line runs; hosts of the lab are seen from here."""
    wanted = b"\0".join(word.encode() for word in words) + b"\0"
    return any(_command(folder) == wanted for folder in Path("/proc").glob("[0-9]*"))


def _command(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""
