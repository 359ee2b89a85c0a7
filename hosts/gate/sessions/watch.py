"""What is open at the gate, as the one watcher of rights sees it (hosts.access.guard)."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone

from hosts.access import NotVisible, Person
from hosts.access.guard import NO_SESSION, guard
from hosts.access.rights_threads import in_rights_thread
from hosts.gate.sessions.session import Session, SessionOver


class Open:
    """Something that somebody has open: `recheck(person)` raises NotVisible or Denied where they may not
    have it any more, and then `stop(why)` ends it.
    """

    WITHDRAWN: ClassVar[int] = 0

    def __init__(
        self, session: Session, recheck: Callable[[Person], Any], stop: Callable[[str], None]
    ) -> None:
        self.person = session.person
        # a key is no session of a browser: whether it is in force is asked with the right
        self.scope: dict[str, Any] = {"session_key": NO_SESSION}
        self._session, self._recheck, self._stop = session, recheck, stop
        self._why = "the right to it was withdrawn"

    async def authorise(self) -> None:
        """As guard.Watched says."""
        await in_rights_thread(self._look)

    async def end(self, code: int) -> None:
        """As guard.Watched says."""
        self._stop(self._why if code == self.WITHDRAWN else "its owner may not sign in any more")

    def _look(self) -> None:
        try:
            person = self._session.look()
        except SessionOver as over:
            self._why = str(over)
            raise NotVisible from over
        self._session.person = person
        self._recheck(person)


@contextmanager
def watched(
    session: Session, recheck: Callable[[Person], Any], stop: Callable[[str], None]
) -> Iterator[None]:
    """While the block runs, `stop(why)` is called within two seconds of the right's end."""
    with guard.watch(Open(session, recheck, stop)):
        yield


async def until_over(
    session: Session, expires_at: datetime, recheck: Callable[[Person], Any] = lambda _person: None
) -> None:
    """Watch the session until it has ended: its key or token, or what `recheck` looks at."""
    left_s = (expires_at - timezone.now()).total_seconds()
    with watched(session, recheck, session.end):
        try:
            async with asyncio.timeout(left_s):
                await session.ended()
        except TimeoutError:
            session.end("expired")
