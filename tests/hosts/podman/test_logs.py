"""Logs through the client: any pieces, partial lines, a stream that breaks."""

from contextlib import aclosing
from datetime import UTC, datetime
from struct import pack
from urllib.parse import parse_qs

import pytest

from hosts.podman import containers, errors
from hosts.podman.frames import Frame
from tests.hosts.podman.fake import answer, before, chunked, ends_with, frames_of, says, talking

SENT = [
    Frame(1, b"out\n"),
    Frame(2, b"err\n"),
    Frame(1, b""),
    Frame(1, b"half a "),
    Frame(1, b"line\n"),
]
RAW = b"".join(pack(">BxxxI", frame.stream, len(frame.data)) + frame.data for frame in SENT)


async def test_one_byte_chunks() -> None:
    said = chunked(*(bytes([byte]) for byte in RAW))
    async with talking(says(said)) as (podman, _):
        assert [frame async for frame in frames_of(podman, "web", follow=True)] == SENT


async def test_cut_inside_a_frame_is_told() -> None:
    async with talking(says(chunked(RAW[:-3]))) as (podman, _):
        got = await before(errors.Malformed, frames_of(podman, "web"))
    assert got == SENT[:-1]


async def test_broken_connection_is_told_after_what_came() -> None:
    async with talking(ends_with(chunked(RAW, end=False))) as (podman, _):
        got = await before(errors.Interrupted, frames_of(podman, "web", follow=True))
    assert got == SENT


async def test_no_such_container() -> None:
    said = answer("404 Not Found", b'{"cause":"no such container","message":"none","response":404}')
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.NotFound):
            _ = [frame async for frame in frames_of(podman, "web")]


@pytest.mark.parametrize(
    ("tail", "sent"), [(None, None), (-2, "1"), (0, "1"), (7, "7"), (10**9, "10000")]
)
async def test_tail_is_clamped(tail: int | None, sent: str | None) -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    async with talking(says(chunked())) as (podman, fake):
        assert [f async for f in frames_of(podman, "web", tail=tail, since=when)] == []
    query = parse_qs(fake.asked[0].line.split(" ")[1].partition("?")[2])
    assert query.get("tail") == (None if sent is None else [sent])
    assert query["stdout"] == query["stderr"] == ["true"]
    assert query["since"] == ["2026-01-02T00:00:00+00:00"]


async def test_closing_ends_the_connection_and_not_the_client() -> None:
    endless = chunked(RAW, end=False)
    async with talking(says(endless, answer("200 OK", b"[]"))) as (podman, fake):
        async with aclosing(frames_of(podman, "web", follow=True)) as frames:  # type: ignore[type-var]
            async for frame in frames:
                assert frame == SENT[0]
                break
        assert await containers.list_containers(podman) == []
    assert [asked.connection for asked in fake.asked] == [1, 2]
