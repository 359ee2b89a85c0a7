"""Doorbells: "something of this kind changed". They carry no data and may get lost.

Whoever listens reads the database, and also looks by itself: lists each second, streams twice a second,
workers every ten.
"""

import logging
from collections.abc import AsyncGenerator
from functools import cache

import redis
import redis.asyncio
from django.conf import settings
from django.db import transaction

CHANNEL = "haulout:bell"
TOPICS = frozenset(
    {
        "containers",
        "pods",
        "images",
        "volumes",
        "networks",
        "secrets",
        "hosts",
        "events",
        "jobs",
        # a job ended in trouble, or whoever asked has seen that: rare, while "jobs" rings all the time
        "failures",
        "terminals",
        "audit",
        "access",
        "tokens",
        "freezes",
    }
)
log = logging.getLogger(__name__)


@cache
def _client() -> redis.Redis:
    # short: a bell is not worth waiting for
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def ring(*topics: str) -> None:
    """Ring once the current transaction has committed (at once outside of one)."""
    unknown = set(topics) - TOPICS
    if unknown:
        raise ValueError(f"no such bell: {', '.join(sorted(unknown))}")
    transaction.on_commit(lambda: _publish(topics), robust=True)


def _publish(topics: tuple[str, ...]) -> None:
    try:
        _client().publish(CHANNEL, " ".join(topics))
    except redis.RedisError as error:
        # listeners look by themselves
        log.debug("bell lost: %s", error)


async def listen() -> AsyncGenerator[set[str], None]:
    """Topics as they ring. Raises redis.RedisError when Redis goes away; the caller tries again."""
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    try:
        async with client.pubsub() as ear:
            await ear.subscribe(CHANNEL)
            async for message in ear.listen():
                if message["type"] == "message":
                    yield set(message["data"].decode().split())
    finally:
        await client.aclose()
