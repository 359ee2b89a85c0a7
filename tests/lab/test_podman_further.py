"""Building, archives, registries, lists, kube files, members and checks, on each Podman version."""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from hosts.podman import (
    artifacts,
    build,
    containers,
    errors,
    execs,
    image_archive,
    images,
    kube,
    manifests,
    networks,
    pods,
    push,
    quadlets,
    search,
    system,
)
from hosts.podman.registry_auth import Credential
from tests.lab.hosts import Host, Lab
from tests.lab.lab_images import remove_named
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]

IMAGE = "localhost/busybox:latest"
SLEEP = ["sleep", "1000"]
KUBE = b"""apiVersion: v1
kind: Pod
metadata: {name: floe}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: seal, image: "localhost/busybox:latest", imagePullPolicy: Never, command: [sleep, "1000"]}
"""


@pytest.fixture
def without_images(any_host: Host) -> Iterator[None]:
    """Takes away what a test names localhost/further/…"""
    yield
    remove_named(any_host, "/further/")


def tar_of(**files: bytes) -> bytes:
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return out.getvalue()


async def sent(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.usefixtures("without_images")
async def test_built_saved_and_loaded_again(any_host: Host) -> None:
    context = tar_of(Containerfile=f"FROM {IMAGE}\nCOPY kept /kept\n".encode(), kept=b"kept")
    names = ["localhost/further/built:1", "localhost/further/made:1"]
    async with client(any_host, timeout_s=60) as podman:
        options = build.BuildOptions(tags=[names[0]])
        *lines, last = [line async for line in build.build(podman, sent(context), options)]
        assert isinstance(last, build.BuildResult)
        assert any("COPY kept" in str(line) for line in lines)
        made = await image_archive.import_tar(
            podman,
            sent(tar_of(only=b"file")),
            reference=names[1],
            message="",
            changes=['CMD ["/only"]'],
        )
        both = image_archive.save(podman, names, form="docker-archive")
        archive = b"".join([piece async for piece in both])
        one = image_archive.save(podman, names[:1], form="oci-archive")
        with tarfile.open(fileobj=io.BytesIO(b"".join([piece async for piece in one]))) as oci:
            assert "oci-layout" in oci.getnames()
        for name in names:
            await images.remove(podman, name)
        heard: list[str] = []

        async def heed(given: list[str]) -> None:
            heard.extend(given)

        loaded = await image_archive.load(podman, sent(archive), heed=heed)
        assert sorted(loaded) == sorted(heard) == names
        assert (await images.inspect(podman, names[1]))["Id"] == made
    assert any_host.podman("run", "--rm", names[0], "cat", "/kept") == "kept"


@pytest.mark.usefixtures("without_images")
async def test_pushed_found_and_named_in_a_list(any_lab: Lab, any_host: Host) -> None:
    registry, name = any_lab.registry, "localhost/further/list:1"
    account = Credential(registry.user, registry.password, registry.address)
    there = f"{registry.address}/further/seal"
    async with client(any_host, timeout_s=60) as podman:
        steps = [
            step
            async for step in push.push(podman, IMAGE, destination=f"{there}:1", credential=account)
        ]
        assert isinstance(steps[-1], push.PushResult)
        found = await search.search(
            podman, f"{registry.address}/further", limit=10, credential=account, timeout_s=20
        )
        assert there in [one.name for one in found]
        await manifests.create(podman, name, [], all_images=False)
        assert await manifests.exists(podman, name)
        await manifests.add(
            podman, name, [f"docker://{there}:1"], all_images=False, credential=account
        )
        (member,) = (await manifests.inspect(podman, name))["manifests"]
        await manifests.annotate(
            podman, name, member["digest"], os="linux", arch="arm64", variant="v8"
        )
        (member,) = (await manifests.inspect(podman, name))["manifests"]
        assert member["platform"]["architecture"] == "arm64"
        steps = [
            step
            async for step in push.push_manifest(
                podman, name, destination=f"{there}:list", credential=account
            )
        ]
        assert isinstance(steps[-1], push.PushResult)
        await manifests.drop(podman, name, member["digest"])
        assert not (await manifests.inspect(podman, name)).get("manifests")
        await manifests.remove(podman, name)
        assert not await manifests.exists(podman, name)


async def test_kube_file_and_its_pod(any_host: Host) -> None:
    async with client(any_host, timeout_s=60) as podman:
        (pod,) = (await kube.play(podman, KUBE))["Pods"]
        try:
            for _try in range(100):
                # a process that has just been made is still its runtime
                if "sleep 1000" in (found := str(await pods.top(podman, "floe"))):
                    break
                await asyncio.sleep(0.1)
            assert "sleep 1000" in found
            told = await kube.generate(podman, ["floe"])
            assert "kind: Pod" in told
            assert "localhost/busybox:latest" in told
        finally:
            await kube.down(podman, KUBE)
        with pytest.raises(errors.NotFound):
            await pods.inspect(podman, pod["ID"])


async def test_on_and_off_a_network_and_the_main_terminal(any_host: Host) -> None:
    async with client(any_host) as podman:
        await networks.create(podman, {"name": "floe", "dns_enabled": True})
        spec = {"name": "seal", "image": IMAGE, "command": SLEEP, "terminal": True}
        container, _ = await containers.create(podman, spec | {"netns": {"nsmode": "bridge"}})
        try:
            await containers.start(podman, container)
            await networks.connect(podman, "floe", container, aliases=["pup"])
            settings = (await containers.inspect(podman, container))["NetworkSettings"]
            assert "pup" in settings["Networks"]["floe"]["Aliases"]
            await networks.disconnect(podman, "floe", container)
            settings = (await containers.inspect(podman, container))["NetworkSettings"]
            assert "floe" not in settings["Networks"]
            await execs.resize_container(podman, container, columns=132, rows=43)
            assert (
                any_host.podman("exec", "seal", "stty", "-F", "/proc/1/fd/0", "size") == "43 132\n"
            )
        finally:
            await containers.remove(podman, container, force=True, wait_s=0)
            await networks.remove(podman, "floe")


async def test_checks_its_store_and_cannot_checkpoint(any_host: Host) -> None:
    """The lab's hosts have no CRIU, and Podman 4.3 has no check."""
    async with client(any_host, timeout_s=60) as podman:
        container, _ = await containers.create(podman, {"image": IMAGE, "command": SLEEP})
        await containers.start(podman, container)
        with pytest.raises(errors.ServerFault, match=r"(?i)criu"):
            await containers.checkpoint(podman, container)
        with pytest.raises(errors.PodmanError):
            await containers.restore(podman, container)
        await containers.remove(podman, container, force=True, wait_s=0)
        if any_host.podman_version.startswith("4."):
            with pytest.raises(errors.Unsupported):
                await system.check(podman, quick=True, timeout_s=60)
        else:
            assert (await system.check(podman, quick=True, timeout_s=60))["Errors"] is False


async def test_artifacts_and_quadlets(any_host: Host) -> None:
    """Most of the lab's hosts have no systemd, which Podman asks about its quadlets."""
    async with client(any_host) as podman:
        if any_host.podman_version.startswith(("4.", "5.4.")):
            for read in (artifacts.list_artifacts, quadlets.list_quadlets):
                with pytest.raises(errors.Unsupported):
                    await read(podman)
            return

        def ours(one: dict[str, Any]) -> bool:
            return one["Name"] == "localhost/further/tide:1"

        any_host.run("sh", "-c", "echo tide > /tmp/tide.txt")
        any_host.podman("artifact", "add", "localhost/further/tide:1", "/tmp/tide.txt")
        try:
            (found,) = [one for one in await artifacts.list_artifacts(podman) if ours(one)]
        finally:
            any_host.podman("artifact", "rm", "localhost/further/tide:1")
        assert [one["size"] for one in found["Manifest"]["layers"]] == [5]
        assert not any(map(ours, await artifacts.list_artifacts(podman)))
        if any_host.systemd:
            assert await quadlets.list_quadlets(podman) == []
            return
        with pytest.raises(errors.ServerFault, match="systemd"):
            await quadlets.list_quadlets(podman)
