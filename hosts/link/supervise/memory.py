"""Which crashes were for want of memory: Podman 6 says so in the event, inspect in all versions.

Podman never takes inspect's `OOMKilled` back (4.3 to 6.1): of a container that has been killed so
once it tells nothing of a later end, so beside it the end must be by the kernel's signal.
"""

import time
from collections import OrderedDict
from datetime import datetime
from typing import Any, Final

from hosts.inventory.bounds import mapping
from hosts.podman import Podman, PodmanError, containers

_BY_THE_KERNEL: Final = 137
_AGAIN_S: Final = 60.0
_PER_ROUND: Final = 5
_REMEMBERED: Final = 2000


def killed_for_memory(event: dict[str, Any]) -> bool:
    """True where the event of an end says it (Podman 6)."""
    return mapping(event["Actor"].get("Attributes"), count=200).get("oomKilled") == "true"


class Memory:
    """Of one endpoint's containers that their policy starts again: lists show them as running."""

    def __init__(self, podman: Podman) -> None:
        self._podman = podman
        self._crashed: dict[str, tuple[datetime, bool]] = {}
        # when it was asked (monotonic), and the answer
        self._answers: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    def crashed(self, podman_id: str, at: datetime, code: int | None, *, known: bool) -> None:
        """It crashed. `known`: its event says that it was for want of memory."""
        if known or code == _BY_THE_KERNEL:
            self._crashed[podman_id] = (at, known)

    def forget(self, podman_id: str) -> None:
        """It is gone."""
        self._crashed.pop(podman_id, None)
        self._answers.pop(podman_id, None)

    async def asked(self) -> dict[str, datetime]:
        """Of those that crashed since: ids of which it is true, and when that was."""
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
            # it is asked with its next crash
            return False
        answer = isinstance(state, dict) and state.get("OOMKilled") is True
        self._answers[podman_id] = (time.monotonic(), answer)
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return answer
