"""Counts the sessions of one connection. sshd's limit (MaxSessions) is learnt from its refusals."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import asyncssh

# OpenSSH's default; no server tells its own value, it must be tried
MAX_SESSIONS: Final = 10
_MOST_EVER: Final = 64
# after a refusal, wait this long before asking for more: the host logs each refusal
TRY_MORE_S: Final = 60.0
# a loaded host takes this long to notice that a command has ended
_REAPED_S: Final = 5.0
_AGAIN_S: Final = 0.5


class Closable(Protocol):
    """A channel."""

    def abort(self) -> None: ...
    async def wait_closed(self) -> None: ...


C = TypeVar("C", bound=Closable)
Opening = Callable[[], Coroutine[Any, Any, C]]


class Sessions:
    """Counts the sessions of one connection; whoever asks for more waits.

    `most`: how many the host is known to give. It is 10 until the host refuses earlier, or grants one
    more while all are in use.
    """

    def __init__(self, *, try_more_s: float = TRY_MORE_S) -> None:
        self.most = MAX_SESSIONS
        # called when somebody waits: ends a session that nobody uses
        self.make_room: Callable[[], None] = lambda: None
        self._asked = 0
        self._granted = 0
        self._endings: set[asyncio.Future[None]] = set()
        self._ends: deque[float] = deque(maxlen=_MOST_EVER)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._loop = asyncio.get_running_loop()
        self._try_more_s = try_more_s
        self._try_more_at = self._loop.time()
        self._trying = False

    @property
    def used(self) -> int:
        """Sessions that are open or being opened."""
        return self._asked + self._granted

    @property
    def free(self) -> int:
        """How many more the host is known to give."""
        return max(0, self.most - self.used)

    @property
    def waiting(self) -> int:
        """How many wait for one to end."""
        return len(self._waiting)

    async def open(self, opening: Opening[C], *, patiently: bool = True) -> C:
        """What `opening` opens, counted until it is closed. Raises what it raises.

        Waits while all sessions are in use, unless not `patiently`. When cancelled, it closes what opens
        too late.
        """
        # sshd counts a session until its command has ended, a moment after its channel is closed
        waits_s = [0.1, 0.3, 0.6]
        while True:
            beyond = await self._take()
            task = asyncio.ensure_future(opening())
            try:
                channel = await asyncio.shield(task)
            except asyncssh.ChannelOpenError:
                self._not_given(beyond=beyond)
                if not patiently:
                    raise
                if beyond:
                    self._try_more_at = self._loop.time() + self._try_more_s
                elif waits_s:
                    await asyncio.sleep(waits_s.pop(0))
                elif others := self._granted + self._ended_lately():
                    # the others are all that the host gives, for a while
                    self._try_more_at = self._loop.time() + self._try_more_s
                    self.most = min(self.most, others)
                    await asyncio.sleep(_AGAIN_S)
                else:
                    raise
            except asyncio.CancelledError:
                # asyncssh never closes a channel if nobody awaits its opening
                task.add_done_callback(partial(self._late, beyond))
                raise
            except BaseException:
                # whatever happened, its place is free again
                self._not_given(beyond=beyond)
                raise
            else:
                self._given(channel, beyond=beyond)
                return channel

    async def _take(self) -> bool:
        """Wait for room; True: this exceeds what the host is known to give."""
        while not self._room():
            self.make_room()
            turn = self._loop.create_future()
            self._waiting.append(turn)
            # a moment late: a timer can fire before its time by the loop's own clock
            later = self._loop.call_at(self._try_more_at + 0.05, self._wake)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise
            finally:
                later.cancel()
                if turn in self._waiting:
                    self._waiting.remove(turn)
        beyond = self.used >= self.most
        self._trying = self._trying or beyond
        self._asked += 1
        return beyond

    def _given(self, channel: Closable, *, beyond: bool) -> None:
        self._asked -= 1
        self._granted += 1
        self.most = max(self.most, self._granted)
        self._trying = self._trying and not beyond
        ending = asyncio.ensure_future(channel.wait_closed())
        self._endings.add(ending)
        ending.add_done_callback(self._ended)
        self._wake()

    def _not_given(self, *, beyond: bool) -> None:
        self._asked -= 1
        self._trying = self._trying and not beyond
        self._wake()

    def _ended_lately(self) -> int:
        since = self._loop.time() - _REAPED_S
        return sum(ended > since for ended in self._ends)

    def _late(self, beyond: bool, task: asyncio.Task[C]) -> None:  # noqa: FBT001 - a partial
        if task.cancelled() or task.exception() is not None:
            self._not_given(beyond=beyond)
            return
        channel = task.result()
        self._given(channel, beyond=beyond)
        channel.abort()

    def _ended(self, ending: asyncio.Future[None]) -> None:
        self._endings.discard(ending)
        self._granted -= 1
        self._ends.append(self._loop.time())
        self._wake()

    def _room(self) -> bool:
        if self.used < self.most:
            return True
        due = self._loop.time() >= self._try_more_at
        return due and not self._trying and self.most < _MOST_EVER

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
