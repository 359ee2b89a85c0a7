"""The data folder and the folder of sockets: made, checked, and locked to one supervisor."""

import fcntl
import json
import os
import shutil
import stat
from pathlib import Path

from dashboard.bootstrap.errors import StartError, from_oserror

MIN_FREE_BYTES = 64 * 1024 * 1024
# a unix socket's path ends at 107 bytes; the longest of ours is /link/<id>.gate.sock
LONGEST_RUN = 107 - len("/link/2147483647.gate.sock")


def make_data_folder(data: Path) -> None:
    """Make DATA with its keys and logs folders; StartError when it cannot be written or is full."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, mode in (("keys", 0o700), ("logs", 0o700)):
            (data / name).mkdir(mode=mode, exist_ok=True)
        probe = data / f".probe-{os.getpid()}"
        try:
            probe.write_bytes(b"haulout" * 1024)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as exc:
        raise from_oserror(exc, str(data)) from exc
    free_bytes = shutil.disk_usage(data).free
    if free_bytes < MIN_FREE_BYTES:
        raise StartError(
            f"{free_bytes >> 20} MiB are free at {data}, and at least {MIN_FREE_BYTES >> 20} are "
            "needed: free some space, or use another folder (--data DIR)"
        )


def make_run_folder(run: Path) -> None:
    """Make RUN and RUN/link, ours alone (0700). StartError when it is too long or somebody else's."""
    if len(os.fsencode(str(run))) > LONGEST_RUN:
        raise StartError(
            f"the socket folder {run} is too long for unix sockets (at most {LONGEST_RUN} bytes): "
            "set HAULOUT_RUN to a short folder such as /tmp/haulout"
        )
    try:
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = run.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
            raise StartError(
                f"the socket folder {run} belongs to somebody else: "
                "remove it, or set HAULOUT_RUN to a folder of your own"
            )
        run.chmod(0o700)
        (run / "link").mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise from_oserror(exc, str(run)) from exc


class DataLock:
    """The lock on a data folder. Children inherit it, so it ends with the last of them."""

    def __init__(self, data: Path) -> None:
        self.path = data / "lock"
        self.fd = -1

    def take(self, *, demo: bool = False) -> None:
        """StartError when another supervisor, or a child that it left, holds it.

        `demo`: whoever asks wants demo hosts, and is told whether the other one has them.
        """
        try:
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise from_oserror(exc, str(self.path)) from exc
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = self._holder()
            self.release()
            where = f", process {holder['pid']}" if holder.get("pid") else ""
            at = f" at {holder['url']}" if holder.get("url") else ""
            if demo:
                at += ", with its demo hosts" if holder.get("demo") else ", without demo hosts"
            raise StartError(
                f"Haulout already runs on {self.path.parent}{where}{at}: "
                "stop that one, or use another folder (--data DIR) and port (--port)"
            ) from exc
        os.ftruncate(self.fd, 0)

    def tell(self, **facts: object) -> None:
        """Write who holds the lock (pid, url, run), for people and for other commands."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, json.dumps(facts).encode(), 0)

    def release(self) -> None:
        """Let go of our copy; children keep theirs."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _holder(self) -> dict[str, object]:
        try:
            found = json.loads(self.path.read_text() or "{}")
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
