"""Podman's and Docker's own clients, as Debian has them, come by SSH to the gate of a real host."""

import asyncio
import io
import json
import os
import shutil
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from accounts.models import Role, User
from hosts.database_threads import in_thread
from hosts.gate.doors.serve import serve
from hosts.gate.sessions import host_key
from hosts.gate.sessions.connections import FILES, connections_of
from hosts.models import Grant
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.gate_cast import Gate, add_key_of, gate
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import endpoint_on, person, vault_keys
from tests.lab.test_container_verbs import IMAGE, SLEEP

__all__ = ["endpoint_on", "person", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)

# (exit status, standard output, standard error)
Said = tuple[int, str, str]
Client = Callable[..., Awaitable[Said]]


class RealGate(Gate):
    """With the engine itself behind it."""

    serve = staticmethod(serve)  # type: ignore[assignment]


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    one.podman("run", "-d", "--name", "shop", IMAGE, *SLEEP)
    one.podman("run", "-d", "--name", "bank", IMAGE, *SLEEP)
    return one


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    found = endpoint_on(host)
    mirror(found, "container")
    return found


@pytest_asyncio.fixture
async def door(endpoint: Any, settings: Any) -> AsyncIterator[Gate]:
    async with gate(settings.HAULOUT_KEYS, RealGate) as found:
        yield found


@pytest.fixture
def client(tmp_path: Path, door: Gate, must_have: Any) -> Callable[..., Awaitable[Client]]:
    """`await client(user)`: runs a program in a home that has a key of theirs and knows the gate."""
    for program in ("podman-remote", "docker", "ssh"):
        must_have(shutil.which(program), f"{program} is missing: apt-get install it")

    async def of(user: User, **given: Any) -> Client:
        home = tmp_path / str(user)
        ssh = home / ".ssh"
        ssh.mkdir(parents=True, mode=0o700)
        _row, private = await add_key_of(user, **given)
        private.write_private_key(str(ssh / "id"))
        (ssh / "id").chmod(0o600)
        (ssh / "known_hosts").write_text(host_key.known_hosts_line("127.0.0.1", door.port) + "\n")
        # OpenSSH looks for its files in the account's home, whatever HOME says
        config = (
            f"IdentityFile {ssh}/id\nIdentitiesOnly yes\nUserKnownHostsFile {ssh}/known_hosts\n"
        )
        (ssh / "config").write_text(config)
        wrapper = home / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {ssh}/config "$@"\n')
        wrapper.chmod(0o700)
        environ = {"HOME": str(home), "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}

        async def run(*words: str) -> Said:
            process = await asyncio.create_subprocess_exec(
                *words,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, error = await asyncio.wait_for(process.communicate(), 60)
            return process.returncode or 0, out.decode(), error.decode()

        return run

    return of


@pytest.fixture
def podman(tmp_path: Path, door: Gate) -> Callable[..., tuple[str, ...]]:
    """The words of `podman --remote` at a path, with the key of somebody's home."""

    def words(user: User, path: str, *more: str) -> tuple[str, ...]:
        url = f"ssh://me@127.0.0.1:{door.port}{path}"
        key = str(tmp_path / str(user) / ".ssh" / "id")
        return "podman-remote", "--identity", key, "--url", url, *more

    return words


async def test_an_administrator_lists_and_reads(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, podman: Any
) -> None:
    run = await client(cast.alice)
    for path in (f"/{host.name}", f"/{host.name}/root", ""):
        status, out, error = await run(*podman(cast.alice, path, "ps", "--format", "{{.Names}}"))
        assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error
    url = f"ssh://me@127.0.0.1:{door.port}/{host.name}"
    status, out, error = await run("docker", "-H", url, "ps", "--format", "{{.Names}}")
    assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error
    status, out, error = await run(*podman(cast.alice, f"/{host.name}", "inspect", "shop"))
    assert status == 0, error
    (there,) = json.loads(host.podman("inspect", "shop"))
    (here,) = json.loads(out)
    assert (here["Id"], here["State"]["Pid"]) == (there["Id"], there["State"]["Pid"])


async def test_nobody_is_told_nothing(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, podman: Any
) -> None:
    """A member without a grant: their key is known, and opens no host."""
    member = await Role.objects.aget(name="member")
    erin = await User.objects.acreate(email="erin@example.org", name="Erin", role=member)
    run = await client(erin)
    words = f"There is no host {host.name} here that you may use. No host is open to you."
    status, out, error = await run(*podman(erin, f"/{host.name}", "ps"))
    assert (status != 0, out) == (True, "")
    assert words in error
    url = f"ssh://me@127.0.0.1:{door.port}/{host.name}"
    status, out, error = await run("docker", "-H", url, "ps", "--format", "{{.Names}}")
    assert (status != 0, out) == (True, "")
    assert words in error


async def test_who_sees_one_container_lists_one(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, podman: Any
) -> None:
    member = await Role.objects.aget(name="member")
    viewer = await Role.objects.aget(name="viewer")
    erin = await User.objects.acreate(email="erin@example.org", name="Erin", role=member)
    await Grant.objects.acreate(
        role=viewer, user=erin, endpoint=endpoint, names="shop*", made_by="Alice"
    )
    run = await client(erin)
    status, out, error = await run(*podman(erin, "", "ps", "--format", "{{.Names}}"))
    assert (status, out.split()) == (0, ["shop"]), error
    status, out, error = await run(*podman(erin, "", "container", "inspect", "bank"))
    assert status != 0
    assert "bank" not in out
    assert "no such container" in error.lower()
    url = f"ssh://me@127.0.0.1:{door.port}"
    status, out, error = await run("docker", "-H", url, "ps", "--format", "{{.Names}}")
    assert (status, out.split()) == (0, ["shop"]), error


async def test_a_connection_is_added_without_a_path(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, tmp_path: Path
) -> None:
    """`podman system connection add` asks for the socket's path by a command."""
    run = await client(cast.alice)
    key = str(tmp_path / "Alice" / ".ssh" / "id")
    url = f"ssh://me@127.0.0.1:{door.port}"
    added = ("podman-remote", "system", "connection", "add", "--identity", key, "here", url)
    status, _out, error = await run(*added)
    assert status == 0, error
    status, out, error = await run("podman-remote", "ps", "--format", "{{.Names}}")
    assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error


async def test_connections_that_are_downloaded_lead_there(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, tmp_path: Path
) -> None:
    run = await client(cast.alice)
    home = tmp_path / "Alice"
    at = f"127.0.0.1:{door.port}"
    found = await in_thread(lambda: connections_of(person_of(cast.alice), at))
    key = str(home / ".ssh" / "id")
    names = ("ps", "--format", "{{.Names}}")
    folder = home / ".config" / "containers"
    (folder / "containers.conf.d").mkdir(parents=True)
    for name, path in (
        ("containers", "containers.conf.d/haulout.conf"),
        ("podman", "podman-connections.json"),
    ):
        (folder / path).write_bytes(FILES[name].write(found, key))
        status, out, error = await run("podman-remote", "-c", host.name, *names)
        assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error
        (folder / path).unlink()
    with tarfile.open(fileobj=io.BytesIO(FILES["docker"].write(found, ""))) as tar:
        tar.extractall(home, filter="data")
    context = str(home / f"{host.name}.dockercontext")
    status, _out, error = await run("docker", "context", "import", host.name, context)
    assert status == 0, error
    status, out, error = await run("docker", "-c", host.name, *names)
    assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error


async def test_ssh_itself_forwards_the_socket(
    cast: Cast, endpoint: Any, host: Any, door: Gate, client: Any, tmp_path: Path
) -> None:
    """As podman-py does it."""
    run = await client(cast.alice)
    sock = tmp_path / "s.sock"
    forward = f"{sock}:/{host.name}"
    options = ("-o", "ExitOnForwardFailure=yes", "-p", str(door.port), "-N", "-f", "-L", forward)
    status, _out, error = await run("ssh", *options, "me@127.0.0.1")
    assert status == 0, error
    url = "http://d/v5.0.0/libpod/containers/json"
    status, out, error = await run("curl", "-s", "--unix-socket", str(sock), url)
    assert sorted(one["Names"][0] for one in json.loads(out)) == ["bank", "shop"], error
