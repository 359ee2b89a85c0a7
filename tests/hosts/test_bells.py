"""Bells through the channel layer: all who listen hear them; a Redis that is full or away does no harm."""

import asyncio
import logging
import os
import signal
import time
from contextlib import aclosing
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from hosts import bells
from tests.dashboard.live.conftest import serve_valkey, valkey
from tests.lab.wait import until_then

__all__ = ["valkey"]
pytestmark = pytest.mark.django_db(transaction=True)


class Heard:
    """Somebody who listens."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.bells = 0

    def __call__(self, topics: set[str]) -> None:
        self.topics |= topics
        self.bells += 1


async def rings_until_heard(heard: Heard, topic: str = "images", *, timeout_s: float = 30) -> None:
    """Rings again and again: nothing tells when an ear has begun, or begun again, to hear."""
    async with asyncio.timeout(timeout_s):
        while topic not in heard.topics:
            await sync_to_async(bells.ring)(topic)
            await asyncio.sleep(0.02)


async def test_all_on_one_loop_hear_by_one_connection(valkey: Any) -> None:
    one, other = Heard(), Heard()
    with bells.receiver().subscribed(one), bells.receiver().subscribed(other):
        await rings_until_heard(one)
        assert other.topics == {"images"}
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            found = client.client_list(_type="pubsub")
        assert len(found) == 1


async def test_it_rings_when_the_transaction_has_committed(valkey: Any) -> None:
    @sync_to_async
    def change() -> set[str]:
        with transaction.atomic():
            bells.ring("volumes")
            bells.ring("freezes")
            return set(heard.topics)

    @sync_to_async
    def undone() -> None:
        with transaction.atomic():
            bells.ring("tokens")
            transaction.set_rollback(True)

    heard = Heard()
    with bells.receiver().subscribed(heard):
        await rings_until_heard(heard)
        assert await change() == {"images"}
        await undone()
        await until_then("both", lambda: {"volumes", "freezes"} <= heard.topics)
        assert "tokens" not in heard.topics


async def test_who_listens_no_more_hears_nothing_and_may_come_back(valkey: Any) -> None:
    left, stays = Heard(), Heard()
    with bells.receiver().subscribed(left):
        await rings_until_heard(left)
    with bells.receiver().subscribed(stays):
        await rings_until_heard(stays, "pods")
    assert left.topics == {"images"}
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        await until_then("no ear", lambda: not client.client_list(_type="pubsub"))


async def test_a_redis_that_hangs_holds_nobody_up(valkey: Any) -> None:
    """What rings meanwhile goes with one bell when it is back."""
    heard = Heard()
    with bells.receiver().subscribed(heard):
        await rings_until_heard(heard)
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            for _number in range(500):
                await sync_to_async(bells.ring)("jobs", "audit")
            took_s = time.monotonic() - began
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
        # by a call that waits for half a second each it would be minutes
        assert took_s < 10
        before = heard.bells
        await until_then("the bells", lambda: {"jobs", "audit"} <= heard.topics)
        assert heard.bells - before < 50


async def test_away_is_said_once_and_back_is_heard(
    valkey: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    heard = Heard()
    with bells.receiver().subscribed(heard):
        await rings_until_heard(heard)
        valkey.kill()
        valkey.wait()
        for _number in range(5):
            await sync_to_async(bells.ring)("jobs")
        await until_then("the cause", lambda: "Redis takes no bells" in caplog.text)
        await until_then("the cause for the ear", lambda: "Redis gives no bells" in caplog.text)
        again = serve_valkey()
        try:
            await rings_until_heard(heard, "secrets")
            await until_then("that they ring again", lambda: "Redis takes bells" in caplog.text)
        finally:
            again.kill()
            again.wait()
            assert again.stdout is not None
            again.stdout.close()
    assert "Traceback" not in caplog.text
    for words in ("Redis takes no bells", "Redis gives no bells"):
        assert caplog.text.count(words) == 1
    assert (
        "No such file" in caplog.text or "refused" in caplog.text.lower() or "closed" in caplog.text
    )


async def test_a_redis_that_is_full_loses_bells_and_nothing_else(
    valkey: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """One that takes no more listeners, and one whose listener it throws out for being slow."""
    heard = Heard()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.config_set("maxclients", "1")
        with bells.receiver().subscribed(heard):
            await until_then("the cause", lambda: "Redis gives no bells" in caplog.text)
            client.config_set("maxclients", "100")
            await rings_until_heard(heard)
            # as it does with one for which too much has piled up
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await rings_until_heard(heard, "hosts")


@pytest.mark.parametrize("told", [{"type": "bell.rung"}, {"topics": 3}, {"topics": [["x"]]}, [1]])
async def test_what_is_no_bell_makes_nobody_deaf(valkey: Any, told: Any) -> None:
    heard = Heard()
    with bells.receiver().subscribed(heard):
        await rings_until_heard(heard)
        await get_channel_layer().group_send(bells.GROUP, told)
        await get_channel_layer().group_send(bells.GROUP, {"topics": ["no such topic"]})
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            assert client.publish(f"haulout__group__{bells.GROUP}", b"\xc1 no message") == 1
        await rings_until_heard(heard, "pods")
    assert heard.topics == {"images", "pods"}


async def test_listening_says_why_it_cannot() -> None:
    with pytest.raises((redis.RedisError, OSError)):
        async with aclosing(bells.listen()) as topics:
            await anext(topics)


def test_a_bell_that_is_none_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="doorbell"):
        bells.ring("doorbell")
