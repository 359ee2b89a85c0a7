"""Lists the objects of one endpoint and hands them to its mirror.

Compares the bytes of a list first: most are as they were a minute ago, and need no parsing.
"""

import hashlib
import time
from typing import Any, Final

import orjson

from hosts.inventory import Changes, Mirror, WriteBatch
from hosts.inventory.rows import MAX_OBJECTS
from hosts.link.supervise.database import Database
from hosts.link.supervise.end_reasons import EndReasons
from hosts.podman import Podman
from hosts.podman.client import require_few_values
from hosts.podman.errors import Malformed
from hosts.podman.paths import Params, path

LISTED: Final = ("container", "pod", "image", "volume", "network", "secret")
_PATHS: Final = {
    "container": path("containers", "json"),
    "pod": path("pods", "json"),
    "image": path("images", "json"),
    "volume": path("volumes", "json"),
    "network": path("networks", "json"),
    "secret": path("secrets", "json"),
}


class Lister:
    def __init__(self, *, podman: Podman, mirror: Mirror, database: Database) -> None:
        self._podman = podman
        self._mirror = mirror
        self._database = database
        self._ends = EndReasons(podman)
        # kind -> hash of the last full list, while nothing else of that kind was written
        self._bodies: dict[str, bytes] = {}
        self._looks: dict[str, int] = {}
        # kind -> how many entries of its last full list were left out
        self.left_out: dict[str, int] = {}

    async def look(self, kind: str, ids: list[str] | None) -> tuple[Changes, list[dict[str, Any]]]:
        """List all of a kind, or containers by id; the changes written, and the objects parsed.

        Raises PodmanError, LeaseLost and whatever else a write raises.
        """
        began = time.monotonic()
        params: Params | None = None
        if kind == "container":
            params = {"all": True, "filters": {"id": ids} if ids else None}
        body = (await self._podman.get(_PATHS[kind], params=params)).body
        digest = hashlib.blake2b(body, digest_size=16).digest()
        if ids is None and self._bodies.get(kind) == digest:
            return Changes(self._mirror.revision), []
        listed, left_out = _parsed(body)
        if ids is None:
            self.left_out[kind] = left_out
        self._bodies.pop(kind, None)
        number = self._looks[kind] = self._looks.get(kind, 0) + 1

        def step(batch: WriteBatch) -> Changes:
            if ids is None:
                changes = self._mirror.compare(batch, kind, listed=listed, began=began)
            else:
                changes = self._mirror.apply(batch, kind, ids=ids, listed=listed, began=began)
            if stopped:
                self._mirror.write_ends(batch, stopped)
            if oom:
                self._mirror.write_ends(batch, oom, column="oom_at")
            return changes

        stopped = await self._ends.find_stopped(listed) if kind == "container" else {}
        oom = self._ends.take_oom()
        changes = await self._database.write(step)
        if ids is None and number == self._looks[kind]:
            self._bodies[kind] = digest
        return changes, listed


def _parsed(body: bytes) -> tuple[list[dict[str, Any]], int]:
    """The objects of a list, MAX_OBJECTS at most, and how many entries were left out."""
    require_few_values(body)
    try:
        listed = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise Malformed("Podman's list is not JSON.") from exc
    if listed is None:
        # Go's nil slice
        return [], 0
    if not isinstance(listed, list):
        raise Malformed("Podman's list is something else.")
    taken = [one for one in listed[:MAX_OBJECTS] if isinstance(one, dict)]
    return taken, len(listed) - len(taken)
