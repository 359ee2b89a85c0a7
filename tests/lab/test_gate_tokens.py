"""docker, curl, docker-py and podman-py come with a token, by HTTP and TLS, to the gate of a real host."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from accounts.models import Role, User
from audit.models import Entry
from hosts.models import Grant
from tests.cast import Cast
from tests.hosts.gate.http_cast import HttpGate, add_token_of, http_gate
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import endpoint_on, person, vault_keys
from tests.lab.test_container_verbs import IMAGE, SLEEP

__all__ = ["endpoint_on", "person", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)

# (exit status, standard output, standard error)
Said = tuple[int, str, str]
Client = Callable[..., Awaitable[Said]]
LIBRARIES = ("docker==7.1.0", "podman==5.4.0.1")


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    one = lab.hosts[0]
    for name in ("shop", "bank"):
        one.podman("run", "-d", "--name", name, IMAGE, *SLEEP)
    return one


@pytest.fixture
def endpoint(host: Any, endpoint_on: Any) -> Any:
    found = endpoint_on(host)
    mirror(found, "container")
    return found


@pytest_asyncio.fixture
async def door(endpoint: Any, settings: Any) -> AsyncIterator[HttpGate]:
    async with http_gate(settings.HAULOUT_KEYS) as found:
        yield found


@pytest.fixture
def certificate(settings: Any) -> str:
    return str(settings.HAULOUT_KEYS / "web.crt")


@pytest.fixture
def client(tmp_path: Path, must_have: Any) -> Callable[..., Awaitable[Client]]:
    """`await client(user)`: runs a program in a home whose Docker configuration has a token of theirs; the
    environment has it too.
    """
    for program in ("docker", "docker-compose", "curl"):
        must_have(shutil.which(program), f"{program} is missing: apt-get install it")

    async def of(user: User, **given: Any) -> Client:
        _token, secret = await add_token_of(user, **given)
        home = tmp_path / str(user)
        (home / ".docker").mkdir(parents=True)
        fields = {"HttpHeaders": {"Authorization": f"Bearer {secret}"}}
        (home / ".docker" / "config.json").write_text(json.dumps(fields))
        environ = {"HOME": str(home), "PATH": os.environ["PATH"], "TOKEN": secret}

        async def run(*words: str, given: bytes = b"", **more: str) -> Said:
            process = await asyncio.create_subprocess_exec(
                *words,
                env={**environ, **more},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, error = await asyncio.wait_for(process.communicate(given), 60)
            return process.returncode or 0, out.decode(), error.decode()

        return run

    return of


@pytest.fixture
def docker(door: HttpGate, host: Any, certificate: str) -> Callable[..., tuple[str, ...]]:
    """The words of `docker` at a path, which checks the certificate."""

    def words(*more: str, path: str = f"/{host.name}") -> tuple[str, ...]:
        address = ("-H", f"tcp://127.0.0.1:{door.port}{path}")
        return "docker", "--tlsverify", "--tlscacert", certificate, *address, *more

    return words


async def test_what_docker_is_given_reaches_its_end(
    cast: Cast, host: Any, client: Any, docker: Any
) -> None:
    run = await client(cast.alice)
    for path in (f"/{host.name}", f"/{host.name}/root"):
        words = docker("exec", "-i", "shop", "cat", path=path)
        assert await run(*words, given=b"seals\n") == (0, "seals\n", "")
    given = os.urandom(300_000).hex()
    words = docker("exec", "-i", "shop", "sh", "-c", "cat; echo end >&2; exit 3")
    assert await run(*words, given=given.encode()) == (3, given, "end\n")


async def test_docker_lists_runs_and_removes(
    cast: Cast, host: Any, client: Any, docker: Any
) -> None:
    run = await client(cast.alice)
    status, out, error = await run(*docker("ps", "--format", "{{.Names}}"))
    assert (status, sorted(out.split())) == (0, ["bank", "shop"]), error
    status, out, error = await run(*docker("run", "--rm", IMAGE, "echo", "hello"))
    assert (status, out) == (0, "hello\n"), error
    status, out, error = await run(*docker("rm", "-f", "bank"))
    assert (status, out) == (0, "bank\n"), error
    assert host.podman("ps", "--format", "{{.Names}}").split() == ["shop"]
    entry = await Entry.objects.filter(verb="container.remove", kind="outcome").alast()
    assert entry is not None
    assert (entry.door, entry.who_name, entry.token[:6]) == ("gate", "Alice", "script")


async def test_compose_brings_services_up_and_down(
    cast: Cast, host: Any, door: HttpGate, client: Any, certificate: str, tmp_path: Path
) -> None:
    run = await client(cast.alice)
    service = {"image": IMAGE, "command": "sleep 1000", "stop_grace_period": "0s"}
    (tmp_path / "compose.yaml").write_text(json.dumps({"services": {"a": service, "b": service}}))
    shutil.copy(certificate, tmp_path / "ca.pem")
    there = {
        "DOCKER_HOST": f"tcp://127.0.0.1:{door.port}/{host.name}",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(tmp_path),
    }
    words = ("docker-compose", "-p", "both", "-f", str(tmp_path / "compose.yaml"))
    for more in (("up", "-d"), ("ps", "--format", "{{.Name}}"), ("logs",), ("down",)):
        status, out, error = await run(*words, *more, **there)
        assert status == 0, error
        if more[0] == "ps":
            assert out.split() == ["both-a-1", "both-b-1"]
    assert "both" not in host.podman("ps", "-a")


async def test_without_its_token_docker_hears_why(
    cast: Cast, endpoint: Any, client: Any, docker: Any
) -> None:
    run = await client(cast.alice)
    status, out, error = await run(*docker("ps"), DOCKER_CONFIG="/nonexistent")
    assert (status != 0, out) == (True, "")
    assert "Send a valid token" in error


async def test_who_sees_one_container_lists_one(
    cast: Cast, endpoint: Any, client: Any, docker: Any
) -> None:
    member, viewer = [await Role.objects.aget(name=name) for name in ("member", "viewer")]
    erin = await User.objects.acreate(email="erin@example.org", name="Erin", role=member)
    await Grant.objects.acreate(
        role=viewer, user=erin, endpoint=endpoint, names="shop*", made_by="Alice"
    )
    run = await client(erin)
    status, out, error = await run(*docker("ps", "--format", "{{.Names}}"))
    assert (status, out.split()) == (0, ["shop"]), error
    status, out, error = await run(*docker("rm", "-f", "shop"))
    assert status != 0
    assert "container.remove" in error


async def test_curl_speaks_both_dialects(
    cast: Cast, host: Any, door: HttpGate, client: Any, certificate: str
) -> None:
    run = await client(cast.alice)
    at = f"https://127.0.0.1:{door.port}/{host.name}"
    asked = 'curl -sS --cacert "$0" -H "Authorization: Bearer $TOKEN" "$@"'
    for path in ("/v5.0.0/libpod/containers/json", "/v1.41/containers/json"):
        status, out, error = await run("sh", "-c", asked, certificate, f"{at}{path}")
        assert status == 0, error
        names = sorted(one["Names"][0].strip("/") for one in json.loads(out))
        assert names == ["bank", "shop"]
    # two hosts by one connection, of which one is not there
    none = f"https://127.0.0.1:{door.port}/web9/_ping"
    words = ("sh", "-c", asked, certificate, "-w", " %{http_code} %{num_connects}\n")
    status, out, error = await run(*words, f"{at}/_ping", none)
    assert status == 0, error
    first, second = out.splitlines()
    assert first == "OK 200 1"
    assert second.endswith(" 404 0")
    assert f"/{host.name}/root" in second


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory, must_have: Any) -> str:
    """A folder with docker-py and podman-py. They are no part of what the project needs."""
    folder = tmp_path_factory.mktemp("libraries")
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder))
    done = subprocess.run([*install, *LIBRARIES], capture_output=True, text=True, timeout=300)
    must_have(
        done.returncode == 0, f"pip installs no docker-py and podman-py: {done.stderr[-300:]}"
    )
    return str(folder)


DOCKER_PY = """
import docker, os, sys
address, certificate, image = sys.argv[1:]
tls = docker.tls.TLSConfig(ca_cert=certificate, verify=True)
client = docker.DockerClient(f"tcp://{address}", version="1.41", tls=tls)
client.api.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]
print(sorted(one.name for one in client.containers.list()))
assert image in str(client.images.list())
assert "bridge" in [one.name for one in client.networks.list()]
assert client.volumes.list() == []
print(client.containers.run(image, ["echo", "seals"], remove=True))
shop = client.containers.get("shop")
# docker-py loses what comes together with the answer's head, from Podman itself too
print(shop.exec_run(["sh", "-c", "sleep 0.5; echo seals"]).output)
assert shop.logs() == b""
assert shop.stats(stream=False)["name"].strip("/") == "shop"
assert len(shop.top()["Processes"]) == 1
shop.restart(timeout=0)
client.containers.get("bank").remove(force=True)
"""
# without TLS of its own
PODMAN_PY = """
import os, podman, requests, sys
address, certificate, image = sys.argv[1:]
address, _slash, host = address.partition("/")

class ByTls(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        request.url = request.url.replace("http:", "https:", 1)
        return super().send(request, **{**options, "verify": certificate})

client = podman.PodmanClient(base_url=f"http://{address}")
api = client.api
api.mount("http://", ByTls())
api.path_prefix = f"/{host}{api.path_prefix}"
api.compatible_prefix = f"/{host}{api.compatible_prefix}"
api.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]
print(sorted(one.name for one in client.containers.list()))
assert image in str(client.images.list())
assert "podman" in [one.name for one in client.networks.list()]
assert client.volumes.list() == client.pods.list() == []
made = client.containers.run(image, ["echo", "seals"], detach=True)
assert made.wait() == 0
print(b"".join(made.logs()))
made.remove()
shop = client.containers.get("shop")
print(shop.exec_run(["echo", "seals"], demux=True)[1][0])
assert list(shop.logs()) == []
assert len(shop.top()["Processes"]) == 1
shop.stop(timeout=0)
shop.start()
client.containers.get("bank").remove(force=True)
"""


@pytest.mark.parametrize("script", [DOCKER_PY, PODMAN_PY], ids=["docker", "podman"])
async def test_libraries_of_python(
    cast: Cast,
    host: Any,
    door: HttpGate,
    client: Any,
    certificate: str,
    libraries: str,
    script: str,
) -> None:
    run = await client(cast.alice)
    there = f"127.0.0.1:{door.port}/{host.name}"
    words = (sys.executable, "-c", script, there, certificate, IMAGE)
    status, out, error = await run(*words, PYTHONPATH=libraries)
    assert (status, out) == (0, "['bank', 'shop']\n" + "b'seals\\n'\n" * 2), error
    assert host.podman("ps", "-a", "--format", "{{.Names}}").split() == ["shop"]
