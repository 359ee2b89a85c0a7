"""Connections are kept; a read is repeated once over a closed one, a change never."""

import asyncio

import pytest

from hosts.podman import containers, errors, system
from tests.hosts.podman.fake import Handler, Request, answer, says, talking


async def test_calls_share_one_connection() -> None:
    async with talking(says(answer("200 OK", b"[]"))) as (podman, fake):
        for _ in range(3):
            await containers.list_containers(podman)
    assert {asked.connection for asked in fake.asked} == {1}


def hangs_up_on_the_second() -> Handler:
    """Answers the first request of each connection and cuts it at the next, unanswered."""
    seen: set[int] = set()

    async def handler(asked: Request, writer: asyncio.StreamWriter) -> None:
        if asked.connection in seen:
            writer.close()
            return
        seen.add(asked.connection)
        writer.write(answer("200 OK", b"[]"))

    return handler


async def test_read_is_repeated_over_a_new_connection() -> None:
    async with talking(hangs_up_on_the_second()) as (podman, fake):
        await containers.list_containers(podman)
        assert await containers.list_containers(podman) == []
    assert [asked.connection for asked in fake.asked] == [1, 1, 2]


async def test_post_is_never_repeated() -> None:
    async with talking(hangs_up_on_the_second()) as (podman, fake):
        await containers.list_containers(podman)
        with pytest.raises(errors.Interrupted) as caught:
            await containers.start(podman, "web")
    assert caught.value.maybe_done
    assert sum(asked.line.startswith("POST") for asked in fake.asked) == 1


async def test_delete_is_never_repeated() -> None:
    async with talking(hangs_up_on_the_second()) as (podman, fake):
        await containers.list_containers(podman)
        with pytest.raises(errors.Interrupted):
            await containers.remove(podman, "web")
    assert sum(asked.line.startswith("DELETE") for asked in fake.asked) == 1


async def test_connection_with_an_unread_rest_is_not_used_again() -> None:
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n["
    async with talking(says(huge, answer("200 OK", b"[]"))) as (podman, fake):
        with pytest.raises(errors.AnswerTooLarge):
            await containers.list_containers(podman)
        assert await containers.list_containers(podman) == []
    assert [asked.connection for asked in fake.asked] == [1, 2]


async def test_ping_reads_the_version_and_the_clock() -> None:
    said = answer(
        "200 OK",
        b"OK",
        "Libpod-Api-Version: 5.4.2",
        "Date: Tue, 24 Nov 2026 16:15:42 GMT",
        kind="text/plain",
    )
    async with talking(says(said)) as (podman, fake):
        ping = await system.ping(podman)
    assert fake.asked[0].line == "GET /_ping HTTP/1.1"
    assert ping.libpod == "5.4.2"
    assert ping.now is not None
    assert ping.now.isoformat() == "2026-11-24T16:15:42+00:00"
