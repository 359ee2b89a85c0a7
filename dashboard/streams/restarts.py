"""Marks restarts in a log: a line `m<time> <exit code>` before the first line after the restart.

While a log is followed the place is exact (log_source). Before that, it comes from the events that
the link kept. Podman up to 5.4 gives whole seconds, so a restart comes after all lines of its
second.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from dashboard.streams.lines import time_of
from hosts.models import HostEvent, InventoryRow
from hosts.podman import Podman, PodmanError, events

MARK: Final = b"m"
# newest of each container; one row stands for all restarts of a minute
MOST: Final = 200
# the same restart by Podman's event and by the container's own start
SAME_S: Final = 2.0
PATIENCE_S: Final = 3.0
Ref = tuple[int, str]


def mark(moment: datetime, exit_code: int | None) -> bytes:
    """The line that says so; "-" where nobody knows how it had ended."""
    code = "-" if exit_code is None else str(exit_code)
    return b"%b%b %b\n" % (MARK, moment.isoformat().encode(), code.encode())


def is_mark(line: bytes) -> bool:
    """True for a line of ours: no log's."""
    return line[:1] == MARK


def moment_in(line: bytes) -> float | None:
    """When a line was written, as seconds since 1970."""
    try:
        return datetime.fromisoformat(time_of(line).partition("@")[0]).timestamp()
    except ValueError:
        return None


def restarts_of(rows: Iterable[InventoryRow]) -> dict[Ref, "RestartMarks"]:
    """What is known of these containers' restarts, each ready to be placed into its log."""
    found = {}
    for row in rows:
        kept = HostEvent.objects.filter(
            endpoint_id=row.endpoint_id,
            kind="container",
            podman_id=row.podman_id,
            action__in=("died", "start"),
        ).order_by("-at", "-id")[:MOST]
        restarts, exit_code, died = RestartMarks(), None, False
        for event in reversed(kept):
            if event.action == "died":
                exit_code, died = event.exit_code, True
            elif died:
                restarts.marks.append((event.at.timestamp(), mark(event.at, exit_code)))
                died = False
        found[row.endpoint_id, row.podman_id] = restarts
    return found


@dataclass
class RestartMarks:
    """Inserts marks into one log in order. Marks before its first line are dropped."""

    marks: deque[tuple[float, bytes]] = field(default_factory=deque)
    _begun: bool = False

    def insert(self, lines: list[bytes]) -> list[bytes]:
        """`lines` with the marks that belong between them."""
        if not self.marks:
            return lines
        placed = []
        for line in lines:
            moment = moment_in(line) if self.marks else None
            while moment is not None and self.marks and self.marks[0][0] <= moment + SAME_S:
                at, said = self.marks[0]
                if at > moment and not is_mark(line):
                    break
                self.marks.popleft()
                if self._begun and not is_mark(line):
                    placed.append(said)
            self._begun = True
            placed.append(line)
        return placed


async def exit_before(
    podman: Podman, container: str, since: datetime, until: datetime
) -> int | None:
    """The exit code of a container's last end between two moments; None where Podman does not say."""
    code = None
    filters = {"type": ["container"], "container": [container], "event": ["died"]}
    try:
        # not `until`: with it Podman leaves out some of what it kept (measured on 5.4 and 5.8)
        async for event in events.follow(podman, since=since, filters=filters, stream=False):
            if event["timeNano"] > until.timestamp() * 1e9:
                break
            told = (event["Actor"].get("Attributes") or {}).get("containerExitCode", "")
            code = int(told) if told.lstrip("-").isdecimal() else code
    except (PodmanError, TimeoutError):
        return code
    return code
