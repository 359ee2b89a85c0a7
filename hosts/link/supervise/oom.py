"""Which crashes were for lack of memory (OOM): told by events of Podman 6, by inspect in all versions.

Podman never resets inspect's `OOMKilled` (4.3 to 6.1). For a container that was once killed so,
it proves nothing about a later end. That end must then also be by the kernel's signal.
"""

import time
from datetime import datetime
from typing import Any, Final

from hosts.inventory.bounds import BoundedDict, mapping
from hosts.podman import Podman, PodmanError, containers

_BY_THE_KERNEL: Final = 137
_AGAIN_S: Final = 60.0
_PER_ROUND: Final = 5
_REMEMBERED: Final = 2000


def killed_for_memory(event: dict[str, Any]) -> bool:
    """True where the event of an end says so (Podman 6)."""
    return mapping(event["Actor"].get("Attributes"), count=200).get("oomKilled") == "true"


class OomKills:
    """For one endpoint's containers that their policy restarts: lists show them as running."""

    def __init__(self, podman: Podman) -> None:
        self._podman = podman
        self._crashed: dict[str, tuple[datetime, bool]] = {}
        # when inspect was asked (monotonic), and its answer
        self._answers: BoundedDict[str, tuple[float, bool]] = BoundedDict(_REMEMBERED)

    def add_crash(self, podman_id: str, at: datetime, code: int | None, *, known: bool) -> None:
        """A container crashed. `known`: its event says that memory ran out."""
        if known or code == _BY_THE_KERNEL:
            self._crashed[podman_id] = (at, known)

    def forget(self, podman_id: str) -> None:
        self._crashed.pop(podman_id, None)
        self._answers.pop(podman_id, None)

    async def confirmed(self) -> dict[str, datetime]:
        """Crashes since the last call that were for lack of memory: id to when."""
        some = list(self._crashed.items())[:_PER_ROUND]
        found: dict[str, datetime] = {}
        for podman_id, (at, known) in some:
            del self._crashed[podman_id]
            if known or await self._ask(podman_id):
                found[podman_id] = at
        return found

    async def _ask(self, podman_id: str) -> bool:
        asked, answer = self._answers.get(podman_id, (0.0, False))
        if answer or (asked and time.monotonic() - asked < _AGAIN_S):
            return answer
        try:
            state = (await containers.inspect(self._podman, podman_id)).get("State")
        except PodmanError:
            # its next crash asks again
            return False
        answer = isinstance(state, dict) and state.get("OOMKilled") is True
        self._answers[podman_id] = (time.monotonic(), answer)
        return answer
