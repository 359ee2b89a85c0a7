"""What a job needs of an action. hosts.actions provides it; this room knows no verb."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from hosts.jobs.errand import Errand


class Settlement(StrEnum):
    """What became of a broken try, found by a look at the host."""

    DONE = "done"
    AGAIN = "again"
    UNKNOWN = "unknown"


class Handler(Protocol):
    """An action's side of a job."""

    @property
    def verb(self) -> str:
        """Its name."""

    @property
    def waits(self) -> bool:
        """True when it only looks, maybe for hours: it takes none of the endpoint's places."""

    @property
    def mend(self) -> Callable[[Errand], Awaitable[None]] | None:
        """Puts in order what an unknown try, found not to be done, has left behind."""

    @property
    def look_back(self) -> Callable[[Errand], Awaitable[Settlement | None]] | None:
        """As `settle`, for a try that ended unknown; None: ask again later."""

    async def do(self, errand: Errand) -> dict[str, Any]:
        """Carry it out; returns the result. PodmanError or ActionFailed when it fails."""

    async def settle(self, errand: Errand) -> Settlement:
        """Find out whether a broken try had its effect."""


Handlers = Mapping[str, Handler]
