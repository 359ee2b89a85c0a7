"""Terminals and pipes into containers, on each Podman version."""

import asyncio

import pytest

from hosts.podman import Podman, attach, containers, errors, execs
from hosts.podman.attach import RawStream
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]

IMAGE = "localhost/busybox:latest"


async def running(podman: Podman, command: list[str]) -> str:
    spec = {"image": IMAGE, "command": command, "stdin": True}
    container, _ = await containers.create(podman, spec)
    await containers.start(podman, container)
    return container


async def everything(pipe: RawStream) -> dict[int, bytes]:
    streams: dict[int, bytes] = {}
    async with asyncio.timeout(20):
        async for frames in pipe.frames():
            for stream, data in frames:
                streams[stream] = streams.get(stream, b"") + data
    await pipe.close()
    return streams


async def test_pipe_keeps_the_streams_apart_and_tells_the_exit_code(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sleep", "1000"])
        session = await execs.create(podman, container, ["/bin/sh"])
        pipe = await execs.start(podman, session, tty=False)
        pipe.writer.write(b"echo hello; echo oops >&2; exit 3\n")
        assert await everything(pipe) == {1: b"hello\n", 2: b"oops\n"}
        assert (await execs.inspect(podman, session))["ExitCode"] == 3


async def test_end_of_input_arrives(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sleep", "1000"])
        pipe = await execs.start(
            podman, await execs.create(podman, container, ["/bin/cat"]), tty=False
        )
        sent = b"x" * 300_000

        async def write() -> None:
            pipe.writer.write(sent)
            await pipe.writer.drain()
            pipe.writer.write_eof()

        _, got = await asyncio.gather(write(), everything(pipe))
        assert got == {1: sent}


@pytest.mark.on_every_podman
async def test_terminal_has_its_size_from_the_start_and_changes_it(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sleep", "1000"])
        # before 5 the terminal is set up beside the process, which may be there first
        wait = "sleep 0.5; " if any_host.podman_version.startswith("4.") else ""
        script = f"{wait}stty size; read x; stty size"
        session = await execs.create(podman, container, ["/bin/sh", "-c", script], tty=True)
        pipe = await execs.start(podman, session, tty=True, columns=101, rows=33)
        async with asyncio.timeout(20):
            assert await pipe.reader.readuntil(b"\n") == b"33 101\r\n"
        await execs.resize(podman, session, columns=77, rows=22)
        pipe.writer.write(b"\n")
        assert (await everything(pipe))[1].split() == [b"22", b"77"]


async def test_attach_to_what_runs(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman, ["/bin/sh", "-c", "read x; echo got $x"])
        pipe = await attach.attach(podman, container, tty=False)
        pipe.writer.write(b"it\n")
        assert await everything(pipe) == {1: b"got it\n"}


async def test_refusals(any_host: Host) -> None:
    async with client(any_host) as podman:
        with pytest.raises(errors.NotFound):
            await attach.attach(podman, "nobody", tty=False)
        with pytest.raises(errors.NotFound):
            await execs.start(podman, "f" * 64, tty=False)
        container = await running(podman, ["/bin/true"])
        await containers.wait(podman, container)
        with pytest.raises(errors.Conflict):
            await execs.create(podman, container, ["/bin/true"])
