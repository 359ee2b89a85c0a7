"""Files by archive and by tools, on each Podman version."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hosts.podman import Podman, archive, containers
from hosts.podman.errors import BadRequest, NotFound, PodmanError
from hosts.podman.folders import list_folder
from hosts.podman.tars import Member, file_end, file_head
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]

IMAGE = "localhost/busybox:latest"


async def running(podman: Podman) -> str:
    spec = {"image": IMAGE, "command": ["/bin/sleep", "1000"]}
    container, _ = await containers.create(podman, spec)
    await containers.start(podman, container)
    return container


async def one_file(name: str, content: bytes, **owner: int) -> AsyncIterator[bytes]:
    size = len(content)
    head: dict[str, Any] = {"size_bytes": size, "mode": 0o640, "mtime_s": 1000.0}
    head |= {"uid": 0, "gid": 0, **owner}
    yield file_head(name, **head)
    yield content
    yield file_end(size)


async def test_put_stat_list_and_read(any_host: Host) -> None:
    async with client(any_host) as podman:
        container = await running(podman)
        content = bytes(range(256)) * 5000
        await archive.put(podman, container, "/tmp", one_file("ünï", content, uid=12, gid=34))
        stat = await archive.stat(podman, container, "/tmp/ünï")
        assert (stat.kind, stat.size_bytes, stat.mode) == ("file", len(content), 0o640)
        by_tool = await list_folder(podman, container, "/tmp", running=True)
        by_tar = await list_folder(podman, container, "/tmp", running=False)
        (told,), (packed,) = by_tool.entries, by_tar.entries
        assert (told.name, told.uid, told.gid, told.mode) == ("ünï", 12, 34, 0o640)
        assert (packed.name, packed.size_bytes) == ("ünï", len(content))
        items = [item async for item in archive.content(podman, container, "/tmp/ünï")]
        assert isinstance(items[0], Member)
        assert b"".join(item for item in items if isinstance(item, bytes)) == content
        with pytest.raises(NotFound):
            await archive.stat(podman, container, "/tmp/nothing")


async def test_a_body_that_breaks_off_is_told_as_it_was(any_host: Host) -> None:
    class Broken(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield file_head("x", size_bytes=10**6, mode=0o600, uid=0, gid=0, mtime_s=0)
        raise Broken

    async with client(any_host) as podman:
        container = await running(podman)
        with pytest.raises(Broken):
            await archive.put(podman, container, "/tmp", broken())

        async def nonsense() -> AsyncIterator[bytes]:
            yield b"this is no tar" * 1000

        with pytest.raises(PodmanError):
            await archive.put(podman, container, "/tmp", nonsense())


# each beside what it would find as a pattern of Go's
PATTERNS = {
    "a?b": "axb",
    "*": "anything",
    "a*b": "a)b",
    "[x]*": "xy",
    "[": "]",
    "[^a]": "b",
    "back\\slash": "backslash",
    "a\\*?[b]{c}": "a*",
}


@pytest.mark.on_every_podman
async def test_a_name_that_is_a_pattern_is_read_as_a_name(any_host: Host) -> None:
    spec = {
        "image": IMAGE,
        "command": ["/bin/sleep", "1000"],
        "volumes": [{"Name": "patterns", "Dest": "/vol"}],
    }
    async with client(any_host) as podman:
        container, _ = await containers.create(podman, spec)
        await containers.start(podman, container)
        for folder in ("/tmp", "/vol", "/vol/a?b*[d]"):
            any_host.podman("exec", container, "mkdir", "-p", folder)
            for name, decoy in PATTERNS.items():
                script = 'printf "%s" "$1" > "$2/$1"; printf "other thing" > "$2/$3"; ln -s "$1" "$2/l$1"'
                any_host.podman("exec", container, "sh", "-c", script, "sh", name, folder, decoy)
        for running in (True, False):
            if not running:
                any_host.podman("stop", "-t", "0", container)
            for folder in ("/tmp", "/vol", "/vol/a?b*[d]"):
                assert (await archive.stat(podman, container, folder)).kind == "folder"
                there = await list_folder(podman, container, folder, running=running)
                assert PATTERNS.keys() | PATTERNS.values() <= {one.name for one in there.entries}
                for name in PATTERNS:
                    path = f"{folder}/{name}"
                    stat = await archive.stat(podman, container, path)
                    assert (stat.kind, stat.size_bytes) == ("file", len(name)), path
                    member, *parts = [
                        item async for item in archive.content(podman, container, path)
                    ]
                    assert isinstance(member, Member)
                    assert member.name.rsplit("/", 1)[-1] == name
                    assert (
                        b"".join(part for part in parts if isinstance(part, bytes)) == name.encode()
                    )
                    with pytest.raises(NotFound):
                        await archive.stat(podman, container, f"{path}x")
                    with pytest.raises(BadRequest):
                        await archive.stat(podman, container, f"{folder}/l{name}")
        # what is written is no pattern
        await archive.put(podman, container, "/vol/a?b*[d]", one_file("n*w", b"new"))
        stat = await archive.stat(podman, container, "/vol/a?b*[d]/n*w")
        assert stat.size_bytes == 3
