"""Builds by Podman's and Docker's own clients through the gate; the host says what came to be."""

import bz2
import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.archives import tar_of
from tests.hosts.gate.door import knocking
from tests.hosts.jobs.conftest import vault_keys
from tests.hosts.podman.test_decompress import zstd
from tests.lab.hosts import Host
from tests.lab.real_endpoint import endpoint_on
from tests.lab.test_gate_clients import IMAGE, host, on_docker_hub, outcomes, run
from tests.lab.test_gate_images import names_on, only_its_own_images, params_of

__all__ = ["endpoint_on", "host", "on_docker_hub", "only_its_own_images", "run", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
FILE = f"FROM {IMAGE}\nARG WHO=nobody\nCOPY page /page\nRUN echo $WHO > /who\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "deep").mkdir(parents=True)
    (folder / "page").write_text("seals")
    (folder / "deep" / "link").symlink_to("../page")
    for name in ("Containerfile", "Dockerfile"):
        (folder / name).write_text(FILE)
    return folder


async def test_podman_remote(
    host: Host, run: Any, cast: Cast, context: Path, tmp_path: Path
) -> None:
    said = await run(await in_thread(person_of, cast.bob))
    words = ("build", "-t", "shop:1", "--build-arg", "WHO=seals", "--label", "team=haul")
    told = await said("podman", *words, str(context))
    assert "STEP 5/5" in told
    assert host.podman("run", "--rm", "localhost/shop:1", "cat", "/who") == "seals\n"
    assert "haul" in host.podman("inspect", "-f", "{{.Config.Labels}}", "localhost/shop:1")
    outside = tmp_path / "Outside"
    outside.write_text(f"FROM {IMAGE}\nRUN --mount=type=secret,id=key cat /run/secrets/key > /k\n")
    (tmp_path / "key").write_text("rocks")
    await said(
        "podman", "build", "-t", "shop:2", "-f", str(outside),
        "--secret", f"id=key,src={tmp_path / 'key'}", str(context),
    )  # fmt: skip
    assert host.podman("run", "--rm", "localhost/shop:2", "cat", "/k") == "rocks"
    await said("podman", "build", "-t", "shop:3", "-f", "-", str(context), stdin=FILE)
    assert "localhost/shop:3" in names_on(host)
    await said("podman", "build", str(context))
    assert await outcomes() == [("image.build", "ok")] * 4
    first, *_others = await params_of("image.build")
    assert (first["tags"], first["argument_names"]) == (["localhost/shop:1"], ["WHO"])
    assert "seals" not in json.dumps(first)


async def test_folders_and_devices_of_the_host(
    host: Host, run: Any, cast: Cast, context: Path
) -> None:
    host.run("sh", "-c", "mkdir -p /srv/rocks && echo seals > /srv/rocks/who")
    rules = {"mounts": {"allow": ["/srv"]}, "devices": {"allow": ["/dev/fuse"]}}

    def judged() -> None:
        for kind, settings in rules.items():
            Guardrail.objects.create(
                name=kind, kind=kind, settings=settings, severity="refuse", everywhere=True
            )

    await in_thread(judged)
    (context / "Containerfile").write_text(
        f"FROM {IMAGE}\nRUN cat /rocks/who > /who && test -c /dev/fuse\n"
    )
    said = await run(await in_thread(person_of, cast.bob))
    words = ("podman", "build", "-t", "shop:1", "--device", "/dev/fuse")
    await said(*words, "-v", "/srv/rocks:/rocks:ro", str(context))
    assert host.podman("run", "--rm", "localhost/shop:1", "cat", "/who") == "seals\n"
    told = await said(*words, "-v", "/etc:/rocks:ro", str(context), fails=True)
    assert "“mounts” refuses it" in told
    told = await said(*words, "--device", "/dev/kmsg", str(context), fails=True)
    assert "“devices” refuses it" in told


@pytest.mark.parametrize("pack", [zstd, lzma.compress, bz2.compress], ids=["zst", "xz", "bz2"])
async def test_compressed_contexts(
    host: Host, endpoint_on: Any, cast: Cast, pack: Callable[[bytes], bytes]
) -> None:
    endpoint = await in_thread(endpoint_on, host)
    context = pack(tar_of({"Containerfile": f"FROM {IMAGE}\nCOPY page /page\n", "page": "seals"}))
    async with knocking(endpoint.pk) as knock:
        door = await knock(await in_thread(person_of, cast.bob))
        got = await door.ask("POST /v5.0.0/libpod/build?t=shop:1", body=context)
    assert got.status == 200, got.body
    assert host.podman("run", "--rm", "localhost/shop:1", "cat", "/page") == "seals"


@pytest.mark.usefixtures("on_docker_hub")
async def test_docker(
    must_have: Any, host: Host, run: Any, cast: Cast, context: Path, monkeypatch: Any
) -> None:
    must_have(shutil.which("docker"), "no docker here: apt install docker-cli")
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    said = await run(await in_thread(person_of, cast.bob))
    await said("docker", "build", "-t", "shop:1", "--build-arg", "WHO=seals", str(context))
    name = "docker.io/library/shop:1"
    assert host.podman("run", "--rm", name, "cat", "/who") == "seals\n"
    (context / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN exit 3\n")
    assert "exit" in await said("docker", "build", str(context), fails=True)
    assert await outcomes() == [("image.build", "ok"), ("image.build", "failed")]


@pytest.mark.usefixtures("on_docker_hub")
async def test_compose(
    must_have: Any, host: Host, run: Any, cast: Cast, context: Path, monkeypatch: Any
) -> None:
    must_have(shutil.which("docker-compose"), "no docker-compose here: apt install docker-compose")
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    said = await run(await in_thread(person_of, cast.alice))
    service = {"build": str(context), "command": "sleep 1000", "stop_grace_period": "0s"}
    file = context / "compose.yaml"
    file.write_text(json.dumps({"services": {"a": service}}))
    words = ("docker-compose", "-p", "shop", "-f", str(file))
    await said(*words, "up", "-d", "--build")
    assert await said(*words, "exec", "-T", "a", "cat", "/page") == "seals"
    await said(*words, "down")
    assert ("image.build", "ok") in await outcomes()


async def test_what_is_refused(host: Host, run: Any, cast: Cast, context: Path) -> None:
    def rule() -> None:
        Guardrail.objects.create(
            name="ours",
            kind="images",
            settings={"allow": ["quay.io/ours/*"], "archives": True},
            severity="refuse",
            everywhere=True,
        )

    said = await run(await in_thread(person_of, cast.alice))
    before = host.podman("images", "-q")
    for words, told in (
        (("--build-context", "etc=/etc"), "additionalbuildcontexts"),
        (("--security-opt", "seccomp=/etc/shadow"), "seccomp"),
    ):
        assert told in await said("podman", "build", *words, str(context), fails=True)
    (context / "Containerfile").write_text("FROM docker-archive:/etc/shadow\n")
    assert "Line 1" in await said("podman", "build", str(context), fails=True)
    (context / "Containerfile").write_text("FROM quay.io/other/x\n")
    await in_thread(rule)
    assert "ours" in await said("podman", "build", str(context), fails=True)
    assert host.podman("images", "-q") == before
    assert [result for _verb, result in await outcomes()] == ["failed", "failed"]


async def test_a_viewer_builds_nothing(run: Any, cast: Cast, context: Path) -> None:
    said = await run(await in_thread(person_of, cast.charlie))
    assert "image.build" in await said("podman", "build", str(context), fails=True)
    assert await outcomes() == []
