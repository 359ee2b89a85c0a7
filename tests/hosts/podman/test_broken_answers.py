"""Answers cut in half, not JSON, not UTF-8, endless, one byte at a time: a typed error each."""

import asyncio

import pytest

from hosts.podman import containers, errors, system
from tests.hosts.podman.fake import Request, answer, chunked, ends_with, says, talking


async def failure(handler: object, *, timeout_s: float = 5.0) -> errors.PodmanError:
    async with talking(handler, timeout_s=timeout_s) as (podman, _):  # type: ignore[arg-type]
        with pytest.raises(errors.PodmanError) as caught:
            await containers.list_containers(podman)
    return caught.value


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"Id":',
        chunked(b'[{"Id":', end=False),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n[",
    ],
)
async def test_half_an_answer(half: bytes) -> None:
    error = await failure(ends_with(half))
    assert type(error) is errors.Interrupted
    assert error.maybe_done


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'[{"Id": 1',
        b'[{"Id":"\xff\xfe\x00"}]',
        b"[" * 100_000,
        b'"text"',
        b"7",
        b'{"Id":"x"}',
        b"[1,2]",
    ],
)
async def test_body_that_is_no_list_of_objects(body: bytes) -> None:
    assert type(await failure(says(answer("200 OK", body)))) is errors.Malformed


async def test_null_is_an_empty_list() -> None:
    async with talking(says(answer("200 OK", b"null"))) as (podman, _):
        assert await containers.list_containers(podman) == []


@pytest.mark.parametrize(
    "noise",
    [
        b"SSH-2.0-OpenSSH_10.0\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    ],
)
async def test_what_is_not_http(noise: bytes) -> None:
    error = await failure(ends_with(noise))
    assert isinstance(error, errors.Malformed | errors.Interrupted)


async def test_length_of_a_gigabyte_is_refused_unread() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n[]"
    assert type(await failure(says(said))) is errors.AnswerTooLarge


async def test_endless_answer_is_cut_at_the_cap() -> None:
    written = 0

    async def endless(asked: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b" " * (1024 * 1024)
        while written < 1024:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            written += 1

    assert type(await failure(endless, timeout_s=30.0)) is errors.AnswerTooLarge
    assert written < 40


async def test_compressed_answer_is_not_unpacked() -> None:
    said = answer("200 OK", b"\x1f\x8b\x08\x00bomb", "Content-Encoding: gzip")
    assert type(await failure(says(said))) is errors.Malformed


async def test_one_byte_at_a_time_meets_the_deadline() -> None:
    async def slow(asked: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    # by the pace of the bytes it would last 20 s, and each of them comes in time
    async with asyncio.timeout(15):
        error = await failure(slow, timeout_s=0.3)
    assert type(error) is errors.DeadlineExceeded
    assert error.maybe_done


async def test_silence_meets_the_deadline() -> None:
    async def silent(asked: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    assert type(await failure(silent, timeout_s=0.2)) is errors.DeadlineExceeded


async def test_ping_of_something_else() -> None:
    async with talking(says(answer("200 OK", b"hello", kind="text/plain"))) as (podman, _):
        with pytest.raises(errors.Malformed):
            await system.ping(podman)
