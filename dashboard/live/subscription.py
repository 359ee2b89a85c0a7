"""One list on one page: what its browser shows already, and what it still needs."""

import asyncio
from typing import Any

from dashboard.live.shared_result import SharedResult
from dashboard.live.spec import Figures
from hosts.access import Person

MOST_MARKS = 2000


class Subscription:
    """Compares the shared picture with what was sent. The browser says at first what it has."""

    shared: SharedResult

    def __init__(self, name: str, person: Person, fresh: asyncio.Event, have: Any) -> None:
        self.name, self.person = name, person
        self.stale = True
        self._fresh = fresh
        self._sent: dict[int | str, str] = _marks(have)
        self._sent_shape: tuple[Any, ...] | None = None
        self._sent_figures: Figures = {}

    def renewed(self) -> None:
        """The shared result has changed; the socket's writer is woken."""
        self.stale = True
        self._fresh.set()

    def news(self) -> dict[str, Any] | None:
        """Changed rows, order and counts; None when there is nothing to tell. Counts as sent."""
        picture = self.shared.picture
        if picture is None:
            return None
        self.stale = False
        changed = {
            pk: picture.html[pk] for pk, mark in picture.marks.items() if self._sent.get(pk) != mark
        }
        shape = (list(picture.marks), picture.total, picture.page, picture.pages)
        # an empty one: it is not measured any more
        figures = {
            pk: picture.figures.get(pk, [])
            for pk in picture.marks
            if picture.figures.get(pk, []) != self._sent_figures.get(pk, [])
        }
        if not changed and not figures and shape == self._sent_shape:
            return None
        self._sent, self._sent_shape, self._sent_figures = picture.marks, shape, picture.figures
        more = {"figures": figures} if figures else {}
        return {
            **more,
            "id": self.name,
            "at": picture.at.isoformat(),
            "order": shape[0],
            "total": picture.total,
            "page": picture.page,
            "pages": picture.pages,
            "rows": changed,
        }


def _marks(have: Any) -> dict[int | str, str]:
    if not isinstance(have, dict):
        return {}
    return {
        int(pk) if pk.isdecimal() else pk: mark
        for pk, mark in list(have.items())[:MOST_MARKS]
        if isinstance(mark, str) and isinstance(pk, str) and (pk.isascii() and len(pk) < 30)
    }
