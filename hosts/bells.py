"""Doorbells: "something of this kind changed". They carry no data and may get lost.

A listener reads the database, and also looks by itself: lists each second, streams twice a second,
workers every four. Bells go through Channels' layer: docs/decisions/bells-by-the-channel-layer.md.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import cache
from typing import Any, Literal, TypedDict

from channels.layers import get_channel_layer
from django.db import transaction
from redis import RedisError

GROUP = "bells"
TOPICS = frozenset(
    {
        "containers",
        "pods",
        "images",
        "volumes",
        "networks",
        "secrets",
        "units",
        "hosts",
        "events",
        "jobs",
        # a job failed, or whoever asked has seen that. Rare, while "jobs" rings all the time
        "failures",
        "terminals",
        "audit",
        "access",
        "tokens",
        "freezes",
    }
)
# a layer that takes longer than this to take a bell is away
SEND_WITHIN_S = 5.0
AGAIN_S = 1.0
# errors of a layer that is full or away; group_send drops what a full channel does not take
AWAY = (RedisError, OSError)
log = logging.getLogger(__name__)


class Bell(TypedDict):
    """The message in the layer."""

    type: Literal["bell.rung"]
    topics: list[str]


# called with topics as they ring, in the event loop: it must not block
Listener = Callable[[set[str]], None]


def ring(*topics: str) -> None:
    """Ring once the current transaction has committed (at once outside of one). Never waits."""
    unknown = set(topics) - TOPICS
    if unknown:
        raise ValueError(f"no such bell: {', '.join(sorted(unknown))}")
    transaction.on_commit(lambda: _sender().ring(topics), robust=True)


class _Outage:
    """Says once that bells get lost and why, and once that they come again."""

    def __init__(self, what: str) -> None:
        self._what, self._said = what, False

    def begins(self, error: Exception) -> None:
        """Bells get lost; said the first time."""
        if not self._said:
            why = str(error) or type(error).__name__
            log.warning("%s no bells, pages look by themselves: %s", self._what, why)
        self._said = True

    def ends(self) -> None:
        """Bells come, or come again."""
        if self._said:
            log.info("%s bells again", self._what)
        self._said = False


class _Sender:
    """Sends this process's bells, from an event loop in a thread of its own.

    With async_to_sync each bell would make a loop and a connection to Redis (channels_redis issue
    125). Bells that ring during a send go together with the next. A bulk rings a few times a second,
    and no transaction waits for Redis.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._topics: set[str] = set()
        self._rung = asyncio.Event()
        self._outage = _Outage("Redis takes")
        threading.Thread(target=self._run, name="bells", daemon=True).start()

    def ring(self, topics: tuple[str, ...]) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._add, topics)

    def _add(self, topics: tuple[str, ...]) -> None:
        self._topics.update(topics)
        self._rung.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._send_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            topics, self._topics = self._topics, set()
            bell: Bell = {"type": "bell.rung", "topics": sorted(topics)}
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await get_channel_layer().group_send(GROUP, bell)
            except (*AWAY, TimeoutError) as error:
                self._outage.begins(error)
            else:
                self._outage.ends()


@cache
def _sender() -> _Sender:
    return _Sender()


async def listen() -> AsyncGenerator[set[str], None]:
    """Topics as they ring, for the one receiver of an event loop.

    Raises what a layer that is away raises; later the layer connects again by itself.
    """
    layer = get_channel_layer()
    try:
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        while True:
            try:
                message = await layer.receive(channel)
            except ValueError:
                # no message of a layer
                continue
            yield _topics_of(message)
    finally:
        # also what a failed start left in the layer; nobody else on this loop uses it
        await layer.flush()


def _topics_of(message: Any) -> set[str]:
    """The topics of a bell that we know; none of what is no bell, or another version's."""
    topics = message.get("topics") if isinstance(message, dict) else None
    if not isinstance(topics, list):
        return set()
    return {one for one in topics if isinstance(one, str)} & TOPICS


class BellReceiver:
    """Hears the bells for all listeners in one event loop: one channel, one connection to Redis."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._outage = _Outage("Redis gives")

    @contextmanager
    def subscribed(self, listener: Listener) -> Iterator[None]:
        """Call `listener` while the block runs."""
        self._listeners.add(listener)
        if len(self._listeners) == 1:
            self._task = asyncio.create_task(self._hear(self._task), name="bells")
        try:
            yield
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._task is not None:
                self._task.cancel()

    async def _hear(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            # the task before leaves the layer as if it were new
            await asyncio.wait([before])
        while True:
            try:
                async with aclosing(listen()) as bells:
                    async for topics in bells:
                        self._outage.ends()
                        for listener in tuple(self._listeners):
                            listener(topics)
            except AWAY as error:
                self._outage.begins(error)
            await asyncio.sleep(AGAIN_S)


_ears: dict[asyncio.AbstractEventLoop, BellReceiver] = {}


def receiver() -> BellReceiver:
    """The receiver of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _ears:
        for old in [known for known in _ears if known.is_closed()]:
            del _ears[old]
        _ears[loop] = BellReceiver()
    return _ears[loop]
