"""Ends streams whose right was withdrawn: one look a second for all of a process's streams.

Looks at the moment of rights (hosts.access.moment) and at the sessions behind the streams; streams
are asked for again only when one of them changed. Those of people whose grants are for containers of
some names also when the inventory did: what they watch may be called otherwise now.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from accounts.models import User
from dashboard.second_factor import lacks
from hosts.access import Denied, NotVisible, Person, moment
from hosts.access.moment import by_name, written

EVERY_S = 1.0
log = logging.getLogger(__name__)


class Watched(Protocol):
    """What the guard needs of a stream: `scope` holds its "session_key"."""

    WITHDRAWN: ClassVar[int]
    scope: dict[str, Any]
    person: Person

    async def authorise(self) -> None:
        """Raise NotVisible or Denied unless the person may have this stream."""

    async def end(self, code: int) -> None:
        """Close the stream."""


class Guard:
    """One per process (`guard`). Its task lives while there are streams."""

    def __init__(self) -> None:
        self._streams: set[Watched] = set()
        self._task: asyncio.Task[None] | None = None
        self._moment: tuple[int, int] | None = None
        self._written: int | None = None
        # streams that have to be asked for at the next look
        self._due: set[Watched] = set()

    @contextmanager
    def watch(self, stream: Watched) -> Iterator[None]:
        """Watch `stream` while the block runs."""
        self._streams.add(stream)
        # it was authorised a moment ago, but maybe just before a change
        self._due.add(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="stream guard")
        try:
            yield
        finally:
            self._streams.discard(stream)
            self._due.discard(stream)

    async def _run(self) -> None:
        while self._streams:
            await asyncio.sleep(EVERY_S)
            try:
                await self._look(set(self._streams))
            except DatabaseError as error:
                log.warning("rights cannot be looked at: %s", error)

    async def _look(self, streams: set[Watched]) -> None:
        keys = {stream.scope["session_key"] for stream in streams}
        people = {stream.person.user.pk for stream in streams}
        seen = await sync_to_async(_read, thread_sensitive=False)(keys, people)
        for stream in streams:
            if stream.scope["session_key"] not in seen.alive:
                await stream.end(stream.WITHDRAWN)
        if seen.moment != self._moment:
            self._moment = seen.moment
            self._due |= streams
        if seen.by_name and seen.written != self._written:
            self._due |= {stream for stream in streams if stream.person.user.pk in seen.by_name}
        self._written = seen.written
        for stream in self._due & streams:
            # one that cannot be asked for stays due, and keeps nobody else from being asked
            try:
                await self._ask(stream)
            except DatabaseError as error:
                log.warning("a right cannot be looked at yet: %s", error)
            else:
                self._due.discard(stream)

    async def _ask(self, stream: Watched) -> None:
        fresh = await sync_to_async(_person, thread_sensitive=False)(stream.person)
        if fresh is None:
            await stream.end(stream.WITHDRAWN)
            return
        stream.person = fresh
        try:
            await stream.authorise()
        except (NotVisible, Denied):
            await stream.end(stream.WITHDRAWN)
        except DatabaseError:
            raise
        except Exception:
            # nobody knows whether it is still allowed
            log.exception("a stream's right cannot be looked at: it ends")
            await stream.end(stream.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look. `by_name`: people with grants for names; `written`: 0 where there are none."""

    moment: tuple[int, int]
    alive: set[str]
    by_name: set[int]
    written: int


def _read(keys: set[str], people: set[int]) -> _Seen:
    close_old_connections()
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    keys = set(alive.values_list("session_key", flat=True))
    named = by_name(people)
    return _Seen(moment(), keys, named, written() if named else 0)


def _person(old: Person) -> Person | None:
    user = User.objects.filter(pk=old.user.pk, is_active=True).first()
    return replace(old, user=user) if user and not lacks(user) else None


guard = Guard()
