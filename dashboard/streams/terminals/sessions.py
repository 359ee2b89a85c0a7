"""The terminals that this process holds open."""

import asyncio
import logging

from django.conf import settings
from django.db import DatabaseError

from dashboard.streams.terminals.session import Session
from hosts.access import NotVisible, Person
from hosts.actions.containers import open_terminal
from hosts.actions.containers.open_terminal import ExecOptions
from hosts.actions.object_orders import ObjectRef
from hosts.database_threads import in_thread

log = logging.getLogger(__name__)
# so a killed web process leaves its terminals recorded to the last second
SEEN_EVERY_S = 1.0
# of one person at once; a mistake in a script must not fill the host
MOST_EACH = 50


class TooManySessions(Exception):
    """This person has as many terminals open as are allowed."""


class Sessions:
    """One per process (`sessions`)."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beat: asyncio.Task[None] | None = None

    async def open(
        self,
        person: Person,
        session_key: str,
        ref: ObjectRef,
        options: ExecOptions,
        *,
        grace_s: float | None = None,
    ) -> Session:
        """Write the intent, then start. Without `grace_s` it is as settings say. NotVisible, Denied,
        TooManySessions, DatabaseError.
        """
        mine = [one for one in self._sessions.values() if one.person.user.pk == person.user.pk]
        if len([one for one in mine if not one.ending]) >= MOST_EACH:
            raise TooManySessions
        opened = await in_thread(open_terminal.begin, person, ref, options)
        if grace_s is None:
            grace_s = float(settings.HAULOUT_TERMINAL_GRACE_S)
        session = Session(person, session_key, opened, grace_s=grace_s)
        self._sessions[opened.key] = session
        task = asyncio.create_task(self._keep(session), name=f"terminal {opened.intent}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self._beat is None or self._beat.done():
            self._beat = asyncio.create_task(self._say_seen(), name="terminals seen")
        return session

    def find(self, key: str) -> Session:
        """The session of this key. NotVisible where this process holds none."""
        if key not in self._sessions:
            raise NotVisible
        return self._sessions[key]

    async def end_all(self) -> None:
        """Close all of them, and wait until each has its outcome."""
        for session in self._sessions.values():
            session.stop("closed")
        await asyncio.gather(*(one.over.wait() for one in self._sessions.values()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sessions.clear()

    async def _keep(self, session: Session) -> None:
        """Runs a session. It is kept a while after its end, for pages that were away."""
        try:
            await session.run()
        finally:
            await asyncio.sleep(session.grace_s)
            await session.deserted()
            self._sessions.pop(session.opened.key, None)

    async def _say_seen(self) -> None:
        while self._sessions:
            await asyncio.sleep(SEEN_EVERY_S)
            pks = [one.opened.pk for one in self._sessions.values() if not one.ending]
            try:
                if pks:
                    await in_thread(open_terminal.renew_rows, pks)
            except DatabaseError as error:
                log.warning("open terminals cannot be written down: %s", error)


sessions = Sessions()
