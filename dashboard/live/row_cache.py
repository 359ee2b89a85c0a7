"""A cache of drawn rows. Drawing fifty takes half of a page's time, and most have not changed."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

# some 4 KB each
MOST = 4096
# “2 min ago” is counted on by the page's script, but should begin about right
KEEP_S = 60


class RowCache:
    """HTML by all that it was drawn from, the least used forgotten first; for all threads."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._html: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], str]) -> str:
        """What was drawn for an equal key within the minute, else what `draw` gives."""
        key = (key, int(self._clock()) // KEEP_S)
        with self._lock:
            html = self._html.get(key)
            if html is not None:
                self._html.move_to_end(key)
                return html
        html = draw()
        with self._lock:
            self._html[key] = html
            while len(self._html) > self._most:
                self._html.popitem(last=False)
        return html
