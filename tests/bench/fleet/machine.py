"""One simulated host: the state of its containers, what changes it, and whoever listens to events.

Keeps three small values a container, so that thousands of hosts fit into one process.
"""

import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.bench.fleet import content

STATES = ("created", "running", "paused", "exited")
_REMEMBERED = 64
# what each change needs, and what it makes of it
_FROM = {
    "start": ("created", "exited"),
    "stop": ("running", "paused"),
    "kill": ("running", "paused"),
    "pause": ("running",),
    "unpause": ("paused",),
    "restart": STATES,
}
_TO = {"start": 1, "stop": 3, "kill": 3, "pause": 2, "unpause": 1, "restart": 1}
_EVENTS = {
    "start": ("init", "start"),
    "stop": ("died", "stop"),
    "kill": ("kill", "died"),
    "pause": ("pause",),
    "unpause": ("unpause",),
    "restart": ("restart", "died", "init", "start"),
}
Event = dict[str, Any]


class SimulatedHost:
    """Host `number` with so many containers. Not for threads."""

    def __init__(self, number: int, containers: int) -> None:
        self.number = number
        self.count = containers
        first = [content.first_state(n) for n in range(containers)]
        self._state = bytearray(STATES.index(state) for state in first)
        self._started = array("q", [content.first_started_at(number, n) for n in range(containers)])
        self._pid = array("L", [1000 + n for n in range(containers)])
        self._next_pid = 1000 + containers
        self._numbers: dict[str, int] = {}
        self._events: deque[Event] = deque(maxlen=_REMEMBERED)
        self.listeners: set[Callable[[Event], None]] = set()

    def state(self, number: int) -> str:
        """The state of a container, in Podman's word."""
        return STATES[self._state[number]]

    def find(self, name: str) -> int | None:
        """Number of the container of that id or name."""
        if not self._numbers:
            # made when somebody first asks: most hosts only list
            for n in range(self.count):
                self._numbers[content.container_id(self.number, n)] = n
                self._numbers[self.container(n)["Names"][0]] = n
        return self._numbers.get(name)

    def container(self, n: int) -> dict[str, Any]:
        """As `containers/json` lists it."""
        return content.container(
            self.number,
            n,
            state=STATES[self._state[n]],
            started_at=self._started[n],
            pid=self._pid[n],
        )

    def containers(self) -> list[dict[str, Any]]:
        return [self.container(n) for n in range(self.count)]

    def pods(self) -> list[dict[str, Any]]:
        found = []
        for number in range(-(-self.count // content.POD_EVERY)):
            begin = number * content.POD_EVERY
            members = range(begin, min(begin + content.POD_SIZE, self.count))
            items = [self.container(n) for n in members]
            found.append(content.pod(self.number, number, members=items))
        return found

    def images(self) -> list[dict[str, Any]]:
        kinds = min(content.IMAGES, self.count)
        return [
            content.image(n, used_by=len(range(n, self.count, content.IMAGES)))
            for n in range(kinds)
        ]

    def volumes(self) -> list[dict[str, Any]]:
        return [content.volume(self.number, n) for n in range(min(10, self.count))]

    def networks(self) -> list[dict[str, Any]]:
        return [content.network(self.number, n) for n in range(2)]

    def change(self, n: int, what: str) -> bool | None:
        """Do it and send its events. True: done; False: it was so already; None: cannot be."""
        state = STATES[self._state[n]]
        if state not in _FROM[what]:
            return False if what in ("start", "stop") else None
        self._state[n] = _TO[what]
        if what in ("start", "restart"):
            self._next_pid += 1
            self._pid[n], self._started[n] = self._next_pid, int(time.time())
        for action in _EVENTS[what]:
            self._tell(n, action)
        return True

    def _tell(self, n: int, action: str) -> None:
        item, now_ns = self.container(n), time.time_ns()
        labels = item["Labels"] | {
            "image": item["Image"],
            "name": item["Names"][0],
            "podId": item["Pod"],
        }
        event = {
            "status": action,
            "id": item["Id"],
            "from": item["Image"],
            "Type": "container",
            "Action": action,
            "Actor": {"ID": item["Id"], "Attributes": labels},
            "scope": "local",
            "time": now_ns // 10**9,
            "timeNano": now_ns,
        }
        self._events.append(event)
        for listener in tuple(self.listeners):
            listener(event)

    def events_since(self, moment_s: float) -> list[Event]:
        """The remembered ones from then on."""
        return [event for event in self._events if event["timeNano"] >= moment_s * 1e9]
