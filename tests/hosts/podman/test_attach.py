"""The upgrade: what follows the head belongs to the stream; every refusal is a typed error."""

import asyncio
import json
from struct import pack

import pytest

from hosts.podman import attach, errors, execs
from hosts.podman.frames import Frame
from tests.hosts.podman.fake import Request, answer, chunked, ends_with, says, talking

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
BARE = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
HELLO = pack(">BxxxI", 1, 6) + b"hello\n"


@pytest.mark.parametrize("head", [UPGRADED, BARE])
async def test_bytes_after_the_head_are_not_lost(head: bytes) -> None:
    async with talking(ends_with(head + HELLO)) as (podman, fake):
        pipe = await execs.start(podman, "e" * 64, tty=False)
        assert [frame async for frames in pipe.frames() for frame in frames] == [
            Frame(1, b"hello\n")
        ]
        await pipe.close()
    asked = fake.asked[0]
    assert asked.headers["connection"] == "Upgrade"
    assert json.loads(asked.body) == {"Detach": False, "Tty": False}


async def test_terminal_is_raw_and_starts_with_its_size() -> None:
    async with talking(ends_with(UPGRADED + b"\x1b[1mhi")) as (podman, fake):
        pipe = await execs.start(podman, "e" * 64, tty=True, columns=101, rows=33)
        assert [frame async for frames in pipe.frames() for frame in frames] == [
            Frame(1, b"\x1b[1mhi")
        ]
        await pipe.close()
    assert json.loads(fake.asked[0].body) == {"Detach": False, "Tty": True, "w": 101, "h": 33}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer("404 Not Found", b'{"message":"none"}'), errors.NotFound),
        (answer("409 Conflict", b'{"message":"stopped"}'), errors.Conflict),
        (answer("503 Service Unavailable", b'{"message":"away"}'), errors.Unavailable),
        (
            b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            errors.ServerFault,
        ),
        (b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", errors.ServerFault),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", errors.Malformed),
        (b"SSH-2.0-OpenSSH_10.0\r\n\r\n", errors.Malformed),
        (b"HTTP/1.1 1x1 OK\r\n\r\n", errors.Malformed),
        (b"", errors.Interrupted),
        (b"HTTP/1.1 101 UPG", errors.Interrupted),
    ],
)
async def test_refusals(said: bytes, kind: type[errors.PodmanError]) -> None:
    async with talking(ends_with(said)) as (podman, _):
        with pytest.raises(errors.PodmanError) as caught:
            await attach.attach(podman, "web", tty=False)
    assert type(caught.value) is kind


async def test_head_without_an_end_is_told() -> None:
    said = b"HTTP/1.1 101 UPGRADED\r\nX: " + b"x" * 400_000
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.Malformed):
            await attach.attach(podman, "web", tty=False)


async def test_silence_meets_the_deadline() -> None:
    async def silent(asked: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with talking(silent, timeout_s=0.2) as (podman, _):
        with pytest.raises(errors.DeadlineExceeded):
            await attach.attach(podman, "web", tty=False)


async def test_name_cannot_add_a_header() -> None:
    async with talking(says(chunked())) as (podman, fake):
        with pytest.raises(errors.BadRequest):
            await attach.attach(podman, "web\r\nX-Evil: 1", tty=False)
    assert fake.asked == []
