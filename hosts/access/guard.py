"""Watches rights in a process and ends streams, transfers and lists that are no longer permitted.

It looks twice a second, and at once when the bell of access rings. It compares the rights' version, the
accounts and the sessions. Streams are checked again only after a change, and people whose rights differ
come first.

For grants by container name, a change of the inventory counts too.
"""

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Protocol

from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import User
from hosts import bells
from hosts.access import Denied, NotVisible, Person, rights_version
from hosts.access.fetch import defer_refusal_entry, write_withdrawn
from hosts.access.rights import load_rights, rights_of
from hosts.access.rights_threads import in_rights_thread, own_threads
from hosts.access.rights_version import inventory_revision, people_with_name_grants
from hosts.access.second_factor import users_lacking_factor
from hosts.database_threads import DatabaseThreads, in_thread

# of the 2 s that a stream may outlive its right, the rest is for checking hundreds of streams
EVERY_S = 0.5
# the pause between two looks, left to everything else in this process
REST_S = 0.1
# the share of a look for streams of people with unchanged rights
OTHERS_S = 0.2
# threads for checks, each with a database connection
THREADS = 4
# checks before withdrawn streams are ended, and checks of unchanged people between two looks at the clock
MANY, SOME = 64, 8
# instead of a session key: a token's validity is checked with its rights
NO_SESSION: Final = "no session"
# the close code for an ended session or a disabled account
SIGNED_OUT: Final = 4401
log = logging.getLogger(__name__)


class GuardedStream(Protocol):
    """What the guard needs of a stream. `scope` has its "session_key". `WITHDRAWN`: the close code for a
    person who is signed in but lost the right.
    """

    WITHDRAWN: ClassVar[int]
    scope: dict[str, Any]
    person: Person

    async def authorise(self) -> None:
        """Raise NotVisible or Denied unless the person may have this stream."""

    async def end(self, code: int) -> None:
        """Close the stream."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the guard saw at a look. If it is equal at the next one, nobody's rights changed. `revision`: 0
    where nobody has grants by name. `accounts`: (active, role) by id.
    """

    version: tuple[int, int] | None = None
    revision: int | None = None
    accounts: dict[int, tuple[bool, int]] = field(default_factory=dict)


class Guard:
    """One per process (`guard`). Its task runs while there are streams."""

    def __init__(self) -> None:
        self._streams: set[GuardedStream] = set()
        self._task: asyncio.Task[None] | None = None
        self._known = Snapshot()
        # streams to check at the next look
        self._due: set[GuardedStream] = set()
        # the person's Rights.key at the last successful check
        self._held: dict[GuardedStream, str] = {}
        self._rung: asyncio.Event | None = None
        # refusals to log, of ended streams
        self._writing: set[asyncio.Task[None]] = set()

    @contextmanager
    def watch(self, stream: GuardedStream) -> Iterator[None]:
        """Watch `stream` while the block runs."""
        self._streams.add(stream)
        # it was authorised just now, but maybe just before a change
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
        threads = DatabaseThreads(THREADS, name="guard")
        rung = self._rung = asyncio.Event()

        def hear(topics: set[str]) -> None:
            if "access" in topics:
                rung.set()

        try:
            with own_threads(threads), bells.receiver().subscribed(hear):
                await self._look_again_and_again(rung)
        finally:
            # a stream opened from now on starts another task
            if self._task is asyncio.current_task():
                self._task = None
            await asyncio.gather(*self._writing, return_exceptions=True)
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
                # without this task no stream would be ended
                log.exception("rights cannot be looked at")
            took_s = time.monotonic() - began

    async def _look(self, streams: set[GuardedStream]) -> None:
        # in one call, since switching to a thread costs most on a busy machine
        before = _GuardState(self._known, self._due & streams, dict(self._held))
        seen = await in_rights_thread(lambda: _read(streams, before))
        for stream in seen.signed_out:
            await self._end(stream, SIGNED_OUT)
        self._known = seen.known
        # some have closed meanwhile
        self._due |= seen.due & self._streams
        for stream in seen.held.keys() & self._streams:
            self._held.setdefault(stream, seen.held[stream])
        await self._ask_each(seen.urgent, seen.fresh, MANY)
        # only so many that the next look is in time, or at once when the bell rings
        others, until = seen.due - seen.urgent, time.monotonic() + OTHERS_S
        await self._ask_each(others, seen.fresh, SOME, until=until)

    async def _ask_each(
        self,
        streams: set[GuardedStream],
        fresh: dict[int, "_CurrentUser"],
        at_once: int,
        *,
        until: float = math.inf,
    ) -> None:
        """Check each stream. One that cannot be checked stays due and blocks no other. They are ended after
        all checks, or in batches, since ending takes time from checking.
        """
        asked = list(streams & self._streams)
        for start in range(0, len(asked), at_once):
            if until < math.inf and (time.monotonic() > until or self._hurries()):
                return
            some = asked[start : start + at_once]
            found = [self._ask(stream, fresh.get(stream.person.user.pk)) for stream in some]
            answers = list(zip(some, await asyncio.gather(*found), strict=True))
            for stream, answer in answers:
                if answer is not True:
                    there = stream.person.user.pk in fresh
                    await self._end(stream, stream.WITHDRAWN if there else SIGNED_OUT)
            refused = [
                (stream.person, answer) for stream, answer in answers if isinstance(answer, Denied)
            ]
            if refused:
                # the streams have ended. Ending others must not wait for the log.
                self._write(refused)

    async def _end(self, stream: GuardedStream, code: int) -> None:
        """End it once, although a new task's look may meet one that still runs."""
        if stream in self._streams:
            self._streams.discard(stream)
            try:
                await stream.end(code)
            except BaseException:
                # the next look tries again
                self._streams.add(stream)
                raise

    def _hurries(self) -> bool:
        return self._rung is not None and self._rung.is_set()

    def _write(self, refused: list[tuple[Person, Denied]]) -> None:
        writing = asyncio.create_task(in_thread(_write, refused), name="guard writes")
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _ask(self, stream: GuardedStream, found: "_CurrentUser | None") -> bool | Denied:
        """True if it may go on. Denied where a refusal is to be logged."""
        answer: bool | Denied = found is not None
        if found is not None:
            stream.person = replace(stream.person, user=found.user)
            try:
                with defer_refusal_entry():
                    await stream.authorise()
            except NotVisible:
                answer = False
            except Denied as denied:
                answer = denied
            except DatabaseError as error:
                log.warning("a right cannot be looked at yet: %s", error)
                return True
            except Exception:
                # it is not known whether it is still allowed
                log.exception("a stream's right cannot be looked at: it ends")
                answer = False
            if stream in self._streams:
                self._held[stream] = found.holds
        self._due.discard(stream)
        return answer


@dataclass(frozen=True, slots=True)
class _GuardState:
    """The guard's state when it looks."""

    known: Snapshot
    due: set[GuardedStream]
    held: dict[GuardedStream, str]


@dataclass(frozen=True, slots=True)
class _Look:
    """One look. `due`: streams to check, `urgent` of them first. `fresh`: their users. `held`: the rights'
    keys with which new streams were authorised.
    """

    known: Snapshot
    signed_out: set[GuardedStream]
    due: set[GuardedStream]
    urgent: set[GuardedStream]
    fresh: dict[int, "_CurrentUser"]
    held: dict[GuardedStream, str]


def _read(streams: set[GuardedStream], before: _GuardState) -> _Look:
    # read first: a later change has another version and is seen at the next look
    now = rights_version()
    keys = {stream.scope["session_key"] for stream in streams}
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = {NO_SESSION, *live.values_list("session_key", flat=True)}
    people = {stream.person.user.pk for stream in streams}
    named = people_with_name_grants(people)
    rows = User.objects.filter(pk__in=people).values_list("pk", "is_active", "role_id")
    accounts = {pk: (active, role) for pk, active, role in rows}
    known, last = Snapshot(now, inventory_revision() if named else 0, accounts), before.known
    changed = {pk for pk in people if accounts.get(pk) != last.accounts.get(pk)}
    if known.revision != last.revision:
        changed |= named
    due = set(streams if now != last.version else before.due)
    due |= {stream for stream in streams if stream.person.user.pk in changed}
    signed_out = {stream for stream in streams if stream.scope["session_key"] not in alive}
    due -= signed_out
    fresh = _people({stream.person.user.pk for stream in due}) if due else {}
    held = _first_keys(stream for stream in due if stream not in before.held)
    urgent = {
        stream
        for stream in due
        if stream.person.user.pk in named
        # a token can end while its owner's rights stay
        or stream.scope["session_key"] == NO_SESSION
        or stream.person.user.pk not in fresh
        or fresh[stream.person.user.pk].holds != (before.held.get(stream) or held.get(stream))
    }
    return _Look(known, signed_out, due, urgent, fresh, held)


@dataclass(frozen=True, slots=True)
class _CurrentUser:
    """A user as the database has them now. `holds`: Rights.key."""

    user: User
    holds: str


def _people(user_ids: set[int]) -> dict[int, _CurrentUser]:
    """Users who may do anything at all, with their rights, in a fixed number of queries."""
    active = User.objects.filter(is_active=True).select_related("role").in_bulk(user_ids)
    shut_out = users_lacking_factor(active)
    found = {pk: user for pk, user in active.items() if pk not in shut_out}
    load_rights(found.values())
    return {pk: _CurrentUser(user, rights_of(user).key) for pk, user in found.items()}


def _first_keys(streams: Iterable[GuardedStream]) -> dict[GuardedStream, str]:
    """The rights' keys with which new streams were authorised. If a key is the same now, a crowd of new
    streams need not be checked again at once.
    """
    return {stream: rights_of(stream.person.user).key for stream in streams}


def _write(refused: Iterable[tuple[Person, Denied]]) -> None:
    for person, denied in refused:
        try:
            write_withdrawn(person, denied)
        except DatabaseError as error:
            log.warning("the end of a stream without a right is not written: %s", error)


guard = Guard()
