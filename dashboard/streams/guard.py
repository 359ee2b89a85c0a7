"""Ends streams whose right was withdrawn: two looks a second for all of a process's streams, and one
at once when the bell of access rings.

Looks at the moment of rights (hosts.access.moment) and at the sessions behind the streams; streams
are asked for again only when one of them changed: first those of people who hold something else now,
whoever else has hundreds open. Those of people whose grants are for containers of some names also when
the inventory changed: what they watch may be called otherwise now.
"""

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import redis
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from accounts.models import User
from dashboard.second_factor import lacking
from dashboard.streams.asking import ask, own
from hosts import bells
from hosts.access import Denied, NotVisible, Person, moment
from hosts.access.fetch import asking_again, write_withdrawn
from hosts.access.moment import by_name, written
from hosts.access.rights import know, rights_of
from hosts.database_threads import DatabaseThreads

# of the 2 s that a stream may outlive its right the rest is for asking: hundreds of streams at once
EVERY_S = 0.5
# and what is left to everything else in this process between two looks, however long one takes
REST_S = 0.1
# what of each look goes to streams of people who hold what they held
OTHERS_S = 0.2
# so many are asked for at once; each has a thread and a connection to the database
AT_ONCE = 4
# and so many before those of them end that may not go on
MANY = 64
# without Redis nothing rings, and the looks alone have to do
REDIS_AGAIN_S = 1.0
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
        # what its person held (Rights.key) when it was last found to be allowed
        self._held: dict[Watched, str] = {}
        # entries of those that ended
        self._writing: set[asyncio.Task[None]] = set()

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
            self._held.pop(stream, None)

    async def _run(self) -> None:
        threads = DatabaseThreads(AT_ONCE, name="guard")
        rung = asyncio.Event()
        hears = asyncio.create_task(_hear(rung), name="guard bells")
        try:
            with own(threads):
                await self._look_again_and_again(rung)
        finally:
            # whoever opens a stream from here on begins another
            if self._task is asyncio.current_task():
                self._task = None
            hears.cancel()
            await asyncio.gather(hears, *self._writing, return_exceptions=True)
            await asyncio.to_thread(threads.shutdown)

    async def _look_again_and_again(self, rung: asyncio.Event) -> None:
        took_s = 0.0
        while self._streams:
            await asyncio.sleep(REST_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, EVERY_S - REST_S - took_s)):
                    await rung.wait()
            rung.clear()
            began = time.monotonic()
            try:
                await self._look(set(self._streams))
            except DatabaseError as error:
                log.warning("rights cannot be looked at: %s", error)
            except Exception:
                # without it nothing would end any more
                log.exception("rights cannot be looked at")
            took_s = time.monotonic() - began

    async def _look(self, streams: set[Watched]) -> None:
        keys = {stream.scope["session_key"] for stream in streams}
        people = {stream.person.user.pk for stream in streams}
        seen = await ask(lambda: _read(keys, people))
        for stream in streams:
            if stream.scope["session_key"] not in seen.alive:
                await stream.end(stream.WITHDRAWN)
        if seen.moment != self._moment:
            self._moment = seen.moment
            self._due |= streams
        if seen.by_name and seen.written != self._written:
            self._due |= {stream for stream in streams if stream.person.user.pk in seen.by_name}
        self._written = seen.written
        await self._ask_all(self._due & streams, seen.by_name)

    async def _ask_all(self, streams: set[Watched], by_name: set[int]) -> None:
        if not streams:
            return
        people = {stream.person.user.pk for stream in streams}
        newcomers = [stream for stream in streams if stream not in self._held]
        fresh, held = await ask(lambda: (_people(people), _held_at_first(newcomers)))
        held = {**held, **self._held}
        self._held = {stream: held[stream] for stream in self._streams if stream in held}
        urgent = {
            stream
            for stream in streams
            if stream.person.user.pk in by_name
            or stream.person.user.pk not in fresh
            or fresh[stream.person.user.pk].holds != held.get(stream)
        }
        await self._ask_each(urgent, fresh)
        # no more of them than lets the next look come in time
        await self._ask_each(streams - urgent, fresh, until=time.monotonic() + OTHERS_S)

    async def _ask_each(
        self, streams: set[Watched], fresh: dict[int, "_Fresh"], *, until: float = math.inf
    ) -> None:
        """Those that cannot be asked for stay due, and keep nobody else from being asked.

        They end once all have been asked for, or so many at a time: what their ends do takes this
        process's time from the asking for the others.
        """
        asked = list(streams)
        for start in range(0, len(asked), MANY):
            some = asked[start : start + MANY]
            turns = asyncio.Semaphore(AT_ONCE)

            async def one(stream: Watched, turns: asyncio.Semaphore = turns) -> bool | Denied:
                async with turns:
                    if time.monotonic() > until:
                        return True
                    return await self._ask(stream, fresh.get(stream.person.user.pk))

            answers = list(zip(some, await asyncio.gather(*map(one, some)), strict=True))
            for stream, answer in answers:
                if answer is not True:
                    await stream.end(stream.WITHDRAWN)
            refused = [
                (stream.person, answer) for stream, answer in answers if isinstance(answer, Denied)
            ]
            if refused:
                # they have ended, and others' ends do not wait for a log that cannot be written just now
                self._write(refused)

    def _write(self, refused: list[tuple[Person, Denied]]) -> None:
        writing = asyncio.create_task(
            sync_to_async(_write, thread_sensitive=False)(refused), name="guard writes"
        )
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _ask(self, stream: Watched, found: "_Fresh | None") -> bool | Denied:
        """Whether it may go on; Denied where that is to be written down."""
        answer: bool | Denied = found is not None
        if found is not None:
            stream.person = replace(stream.person, user=found.user)
            try:
                with asking_again():
                    await stream.authorise()
            except NotVisible:
                answer = False
            except Denied as denied:
                answer = denied
            except DatabaseError as error:
                log.warning("a right cannot be looked at yet: %s", error)
                return True
            except Exception:
                # nobody knows whether it is still allowed
                log.exception("a stream's right cannot be looked at: it ends")
                answer = False
            if stream in self._streams:
                self._held[stream] = found.holds
        self._due.discard(stream)
        return answer


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look. `by_name`: people with grants for names; `written`: 0 where there are none."""

    moment: tuple[int, int]
    alive: set[str]
    by_name: set[int]
    written: int


def _read(keys: set[str], people: set[int]) -> _Seen:
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    keys = set(alive.values_list("session_key", flat=True))
    named = by_name(people)
    return _Seen(moment(), keys, named, written() if named else 0)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Somebody as the database knows them now. `holds`: Rights.key."""

    user: User
    holds: str


def _people(user_ids: set[int]) -> dict[int, _Fresh]:
    """Those of them who may do anything at all, with what each holds, in a fixed number of queries."""
    active = User.objects.filter(is_active=True).select_related("role").in_bulk(user_ids)
    shut_out = lacking(active)
    found = {pk: user for pk, user in active.items() if pk not in shut_out}
    know(found.values())
    return {pk: _Fresh(user, rights_of(user).key) for pk, user in found.items()}


def _held_at_first(streams: Iterable[Watched]) -> dict[Watched, str]:
    """What they were let in by, which the objects of their people keep: when it is the same now,
    there is no hurry to ask a second time for all of a crowd that has just come.
    """
    return {stream: rights_of(stream.person.user).key for stream in streams}


async def _hear(rung: asyncio.Event) -> None:
    """Set `rung` whenever somebody's access may have changed."""
    while True:
        try:
            async for topics in bells.listen():
                if "access" in topics:
                    rung.set()
        except (redis.RedisError, OSError) as error:
            log.debug("the guard hears no bells, looking every %s s: %s", EVERY_S, error)
        await asyncio.sleep(REDIS_AGAIN_S)


def _write(refused: Iterable[tuple[Person, Denied]]) -> None:
    close_old_connections()
    for person, denied in refused:
        try:
            write_withdrawn(person, denied)
        except DatabaseError as error:
            log.warning("the end of a stream without a right is not written: %s", error)


guard = Guard()
