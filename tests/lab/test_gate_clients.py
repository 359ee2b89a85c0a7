"""Podman's and Docker's own clients through the gate's HTTP, on a real host. SSH is left out here."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audit.models import Entry
from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.gate.doors.serve import serve
from hosts.gate.sessions.session import Session
from hosts.models import OpenTransfer
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on

__all__ = ["endpoint_on", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox"
Run = Callable[..., Awaitable[str]]


@asynccontextmanager
async def gate_socket(path: Path, person: Person, endpoint_id: int) -> AsyncIterator[Path]:
    """A socket behind which that person is served."""
    serving: set[asyncio.Task[None]] = set()

    async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        task.add_done_callback(serving.discard)
        somebody = replace(person, who=replace(person.who, door="gate"))
        await serve(reader, writer, Session(somebody, 0), endpoint_id)

    server = await asyncio.start_unix_server(come, str(path))
    try:
        yield path
    finally:
        server.close()
        for task in tuple(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


@pytest.fixture
def on_docker_hub(host: Host) -> Iterator[None]:
    """The image by the name that Docker's clients give it; other tests know it by its own."""
    name = "docker.io/library/busybox:latest"
    host.podman("tag", IMAGE, name)
    yield
    host.podman("untag", IMAGE, name)


@pytest.fixture
async def run(
    host: Host, endpoint_on: Callable[..., Any], tmp_path: Path
) -> AsyncIterator[Callable[[Person], Awaitable[Run]]]:
    """Clients at the gate of that host."""
    endpoint = await in_thread(endpoint_on, host)
    async with clients_at(endpoint.pk, tmp_path) as made:
        yield made


@asynccontextmanager
async def clients_at(
    endpoint_id: int, within: Path
) -> AsyncIterator[Callable[[Person], Awaitable[Run]]]:
    """`client = await run(person)`; `await client("podman", "ps")` gives what it prints. `fails`: it must."""
    async with AsyncExitStack() as open_while:

        async def made(person: Person) -> Run:
            folder = within / str(person.user.pk)
            folder.mkdir()
            where = gate_socket(folder / "s", person, endpoint_id)
            path = await open_while.enter_async_context(where)

            async def client(
                *words: str, fails: bool = False, stdin: str = "", limit_s: float = 60
            ) -> str:
                env = {**os.environ, "HOME": str(folder), "DOCKER_HOST": f"unix://{path}"}
                if words[0] == "podman":
                    words = ("podman", "--remote", "--url", f"unix://{path}", *words[1:])
                child = await asyncio.create_subprocess_exec(
                    *words,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                    env=env,
                    cwd=folder,
                )
                async with asyncio.timeout(limit_s):
                    said, _none = await child.communicate(stdin.encode())
                assert (child.returncode != 0) is fails, (words, said.decode())
                return said.decode()

            return client

        yield made


async def outcomes() -> list[tuple[str, str]]:
    """Verb and result of what was begun. A client hears the end of a stream before the log has it."""
    async with asyncio.timeout(10):
        while await in_thread(OpenTransfer.objects.filter(lost_at=None).exists):
            continue

    def read() -> list[tuple[str, str]]:
        rows = Entry.objects.filter(kind="outcome", door="gate").order_by("number")
        return list(rows.values_list("verb", "result"))

    return await in_thread(read)


async def test_podman_remote(host: Host, run: Any, cast: Cast) -> None:
    client = await run(await in_thread(person_of, cast.alice))
    assert "Server" in await client("podman", "version")
    assert json.loads(await client("podman", "info", "--format", "json"))["host"]
    made = await client("podman", "run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    assert len(made.strip()) == 64
    assert "web" in await client("podman", "ps")
    assert await client("podman", "exec", "web", "echo", "seals") == "seals\n"
    assert await client("podman", "exec", "-i", "web", "cat", stdin="rocks") == "rocks"
    assert await client("podman", "run", "--rm", "-i", IMAGE, "cat", stdin="shore") == "shore"
    await client("podman", "run", "--name", "two", IMAGE, "echo", "hello")
    assert await client("podman", "logs", "two") == "hello\n"
    assert await client("podman", "wait", "two") == "0\n"
    assert "PID" in await client("podman", "top", "web")
    await client("podman", "stats", "--no-stream")
    await client("podman", "pause", "web")
    await client("podman", "unpause", "web")
    await client("podman", "rename", "web", "site")
    await client("podman", "restart", "-t", "0", "site")
    await client("podman", "stop", "-t", "0", "site")
    await client("podman", "start", "site")
    await client("podman", "rm", "-f", "-t", "0", "site", "two")
    await client("podman", "volume", "create", "data")
    assert "data" in await client("podman", "volume", "ls")
    await client("podman", "volume", "rm", "data")
    await client("podman", "network", "create", "inside")
    await client("podman", "network", "rm", "inside")
    await client("podman", "tag", IMAGE, "localhost/other:1")
    assert "localhost/other" in await client("podman", "images")
    await client("podman", "rmi", "localhost/other:1")
    assert IMAGE in await client("podman", "images")
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


@pytest.mark.usefixtures("on_docker_hub")
async def test_docker(must_have: Any, run: Any, cast: Cast) -> None:
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
    client = await run(await in_thread(person_of, cast.alice))
    assert "Podman Engine" in await client("docker", "version")
    await client("docker", "info")
    await client(
        "docker", "run", "-d", "--name", "web", "-v", "data:/data", "busybox", "sleep", "1000"
    )
    assert "web" in await client("docker", "ps")
    assert await client("docker", "exec", "web", "echo", "seals") == "seals\n"
    assert await client("docker", "exec", "-i", "web", "cat", stdin="rocks") == "rocks"
    assert await client("docker", "run", "--rm", "-i", "busybox", "cat", stdin="shore") == "shore"
    await client("docker", "inspect", "web")
    await client("docker", "logs", "web")
    await client("docker", "top", "web")
    await client("docker", "stop", "-t", "0", "web")
    await client("docker", "start", "web")
    await client("docker", "rm", "-f", "web")
    await client("docker", "volume", "rm", "data")
    await client("docker", "images")
    # of one that is removed while somebody waits for it Podman says that it is not there
    failed = [verb for verb, result in await outcomes() if result != "ok"]
    assert set(failed) <= {"container.wait"}


@pytest.mark.usefixtures("on_docker_hub")
async def test_compose(must_have: Any, host: Host, run: Any, cast: Cast, tmp_path: Path) -> None:
    must_have(shutil.which("docker-compose"), "no docker-compose here: apt install docker-compose")
    client = await run(await in_thread(person_of, cast.alice))
    file = tmp_path / "compose.yaml"
    service = {"image": "busybox", "command": "sleep 1000", "stop_grace_period": "0s"}
    services = {"a": service, "b": {**service, "volumes": ["data:/data"]}}
    file.write_text(json.dumps({"services": services, "volumes": {"data": {}}}))
    words = ("docker-compose", "-p", "shop", "-f", str(file))
    await client(*words, "up", "-d")
    assert "shop-a-1" in await client(*words, "ps")
    assert await client(*words, "exec", "-T", "a", "echo", "seals") == "seals\n"
    await client(*words, "logs")
    await client(*words, "down", "-v")
    assert "shop" not in host.podman("ps", "-a")
    assert [verb for verb, result in await outcomes() if result != "ok"] == []


async def test_a_viewer_reads_and_does_nothing(host: Host, run: Any, cast: Cast) -> None:
    host.podman("run", "-d", "--name", "web", IMAGE, "sleep", "1000")
    client = await run(await in_thread(person_of, cast.charlie))
    assert "web" in await client("podman", "ps")
    said = await client("podman", "stop", "-t", "0", "web", fails=True)
    assert "container.stop" in said
    said = await client("podman", "create", IMAGE, "sleep", "1", fails=True)
    assert "image.pull" in said
    assert "container.stop" in await client("docker", "stop", "web", fails=True)
    assert "true" in host.podman("inspect", "-f", "{{.State.Running}}", "web")
