"""One result for all sockets with the same view and the same rights, and when it runs again."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from django.db import Error as DatabaseError
from django.utils import translation

from dashboard.live.pool import SqlPool
from dashboard.live.render import mark_of, row_html
from dashboard.live.spec import Figures
from dashboard.live.view import View, run
from hosts.access import Person

log = logging.getLogger(__name__)

MIN_PAUSE_S = 0.25
COST_FACTOR = 20
RETRY_S = 2.0


class Watcher(Protocol):
    """Watches a result, and is called when there is a newer one."""

    @property
    def person(self) -> Person:
        """The person it is shown to."""

    def renewed(self) -> None:
        """The result has changed; must not block."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page of rows as it stood at `at`. `marks`: row id to fingerprint, in order.

    A head of a group has a word for an id.
    """

    at: datetime
    total: int
    page: int
    pages: int
    marks: dict[int | str, str]
    html: dict[int | str, str]
    # of the rows that have some and may show them
    figures: Figures = field(default_factory=dict)


Look = Callable[[Person], Snapshot | None]


@dataclass(eq=False)
class SharedResult:
    """A view run for a visibility, as long as somebody watches."""

    view: View
    language: str
    pool: SqlPool
    picture: Snapshot | None = None
    viewers: set[Watcher] = field(default_factory=set)
    runs: int = 0
    cost_s: float = 0.0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _clock: Callable[[], float] = time.monotonic
    _took_s: float = 0.0
    # what the bell was rung for: the rows, or their figures alone
    _rows_due: bool = False

    def start(self) -> None:
        """Run once now, and again after each bell."""
        self.ring()
        self._task = asyncio.create_task(self._keep(), name=f"live {self.view.key}")

    async def stop(self) -> None:
        """No more runs."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ring(self) -> None:
        """Something may have changed."""
        self._rows_due = True
        self._bell.set()

    def tick(self) -> None:
        """There may be newer figures, which ring no bell."""
        if self.view.by_figures:
            self.ring()
        elif self.view.spec.figures:
            self._bell.set()

    async def _keep(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            if not self.viewers:
                continue
            rows_due, self._rows_due = self._rows_due, False
            if not rows_due and self.picture is None:
                continue
            # chosen here: the set changes in this thread only
            person = next(iter(self.viewers)).person
            try:
                look = self._look if rows_due else self._look_at_figures
                newer, took_s = await self.pool.run(partial(self._timed, look, person))
            except DatabaseError as error:
                log.warning("live list %s: %s", self.view.spec.name, error)
                await asyncio.sleep(RETRY_S)
                self.ring()
                continue
            if not rows_due:
                self._show(newer)
                continue
            # the lower of the last two: one slow run (the first is cold) says nothing of the next
            self.cost_s, self._took_s = min(took_s, self._took_s), took_s
            self.runs += 1
            self._show(newer)
            # what told nobody anything need not rest: the next change is to be seen at once
            least_s = 0.0 if newer is None else MIN_PAUSE_S
            await asyncio.sleep(max(least_s, COST_FACTOR * self.cost_s))

    def _show(self, newer: Snapshot | None) -> None:
        if newer is not None:
            self.picture = newer
            for viewer in tuple(self.viewers):
                viewer.renewed()

    def _timed(self, look: Look, person: Person) -> tuple[Snapshot | None, float]:
        """The result of a look, and its seconds without the wait for a thread."""
        began = self._clock()
        return look(person), self._clock() - began

    def _look_at_figures(self, person: Person) -> Snapshot | None:
        """The same rows with current figures; None when these are as before. Runs in a thread."""
        before = self.picture
        assert before is not None
        figures = self._figures(person, before.marks)
        if figures == before.figures:
            return None
        return replace(before, at=datetime.now(UTC), figures=figures)

    def _figures(self, person: Person, marks: Iterable[int | str]) -> Figures:
        figures = self.view.spec.figures
        keys = [pk for pk in marks if isinstance(pk, int)]
        return figures.read(person, keys) if figures and keys else {}

    def _look(self, person: Person) -> Snapshot | None:
        """In a thread: the page now, or None when it looks as before."""
        before, spec = self.picture, self.view.spec
        with translation.override(self.language):
            at = datetime.now(UTC)
            result = run(self.view, person)
            marks: dict[int | str, str] = {
                row.pk: mark_of(spec, row, person) for row in result.rows
            }
            figures = self._figures(person, marks)
            if (
                before
                and before.total == result.total
                and _same(before.marks, marks)
                and before.figures == figures
            ):
                return None
            html = {
                row.pk: self._kept(row, marks[row.pk]) or row_html(spec, row, person)
                for row in result.rows
            }
        return Snapshot(at, result.total, result.page, result.pages, marks, html, figures)

    def _kept(self, row: Any, mark: str) -> str:
        before = self.picture
        return before.html[row.pk] if before and before.marks.get(row.pk) == mark else ""


def _same(one: dict[int | str, str], other: dict[int | str, str]) -> bool:
    return list(one.items()) == list(other.items())
