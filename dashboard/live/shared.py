"""One result for all sockets that look at the same view with the same rights, and when it runs again."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from django.db import Error as DatabaseError
from django.utils import translation

from dashboard.live.pool import SqlPool
from dashboard.live.render import mark_of, row_html
from dashboard.live.view import View, run
from hosts.access import Person

log = logging.getLogger(__name__)

MIN_PAUSE_S = 0.25
COST_FACTOR = 20
RETRY_S = 2.0


class Viewer(Protocol):
    """Whoever watches a result: told when there is a newer one."""

    @property
    def person(self) -> Person:
        """The person it is shown to."""

    def renewed(self) -> None:
        """The result has changed; must not block."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of rows as it stood at `at`. `marks`: row id to fingerprint, in order.

    A head of a group has a word for an id.
    """

    at: datetime
    total: int
    page: int
    pages: int
    marks: dict[int | str, str]
    html: dict[int | str, str]


@dataclass(eq=False)
class Shared:
    """A view run for a visibility, as long as somebody watches."""

    view: View
    language: str
    pool: SqlPool
    picture: Picture | None = None
    viewers: set[Viewer] = field(default_factory=set)
    runs: int = 0
    cost_s: float = 0.0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _clock: Callable[[], float] = time.monotonic
    _took_s: float = 0.0

    def start(self) -> None:
        """Run once now, and again after each bell."""
        self._bell.set()
        self._task = asyncio.create_task(self._keep(), name=f"live {self.view.key}")

    async def stop(self) -> None:
        """No more runs."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ring(self) -> None:
        """Something may have changed."""
        self._bell.set()

    async def _keep(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            if not self.viewers:
                continue
            # chosen here: the set changes in this thread only
            person = next(iter(self.viewers)).person
            try:
                newer, took_s = await self.pool.run(partial(self._timed_look, person))
            except DatabaseError as error:
                log.warning("live list %s: %s", self.view.spec.name, error)
                await asyncio.sleep(RETRY_S)
                self._bell.set()
                continue
            # the lower of the last two: one slow run (the first is cold) says nothing of the next
            self.cost_s, self._took_s = min(took_s, self._took_s), took_s
            self.runs += 1
            if newer is not None:
                self.picture = newer
                for viewer in tuple(self.viewers):
                    viewer.renewed()
            # what told nobody anything need not rest: the next change is to be seen at once
            least_s = 0.0 if newer is None else MIN_PAUSE_S
            await asyncio.sleep(max(least_s, COST_FACTOR * self.cost_s))

    def _timed_look(self, person: Person) -> tuple[Picture | None, float]:
        """As `_look`, and the seconds it took: to wait for a thread is no cost of the query."""
        began = self._clock()
        return self._look(person), self._clock() - began

    def _look(self, person: Person) -> Picture | None:
        """In a thread: the page now, or None when it looks as before."""
        before, spec = self.picture, self.view.spec
        with translation.override(self.language):
            at = datetime.now(UTC)
            result = run(self.view, person)
            marks: dict[int | str, str] = {
                row.pk: mark_of(spec, row, person) for row in result.rows
            }
            if before and before.total == result.total and _same(before.marks, marks):
                return None
            html = {
                row.pk: self._kept(row, marks[row.pk]) or row_html(spec, row, person)
                for row in result.rows
            }
        return Picture(at, result.total, result.page, result.pages, marks, html)

    def _kept(self, row: Any, mark: str) -> str:
        before = self.picture
        return before.html[row.pk] if before and before.marks.get(row.pk) == mark else ""


def _same(one: dict[int | str, str], other: dict[int | str, str]) -> bool:
    return list(one.items()) == list(other.items())
