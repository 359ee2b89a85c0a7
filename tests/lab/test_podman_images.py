"""Pull with bytes per layer and with a password, and what else is done to images."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from hosts.podman import Podman, containers, errors, events, images, pull, shortnames, system
from hosts.podman.registry_auth import Credential
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.images import many_layers
from tests.lab.hosts.registry import SLOW_BYTES_PER_S, push
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]


REPOSITORY = "lab/three"
IMAGE = "localhost/busybox:latest"


@pytest.fixture
def slow_image(any_lab: Lab) -> str:
    """An image of three layers that takes three seconds to pull through the slow door."""
    image = many_layers(REPOSITORY, layers=3, layer_bytes=3 * SLOW_BYTES_PER_S // 3, seed=7)
    push(any_lab.registry, image, REPOSITORY)
    return f"{any_lab.registry.slow_address}/{REPOSITORY}:latest"


def account(lab: Lab, address: str) -> Credential:
    return Credential(lab.registry.user, lab.registry.password, address)


async def absent(podman: Podman, reference: str) -> None:
    if await images.exists(podman, reference):
        await images.remove(podman, reference, force=True)


@pytest.mark.on_every_podman
async def test_pull_tells_the_bytes_of_each_layer(any_lab: Lab, slow_image: str) -> None:
    address, reference = any_lab.registry.slow_address, slow_image
    async with client(any_lab.hosts[0]) as podman:
        await absent(podman, reference)
        async with asyncio.timeout(120):
            steps = [
                step
                async for step in pull.pull(podman, reference, credential=account(any_lab, address))
            ]
        *lines, last = steps
        assert isinstance(last, pull.PullResult)
        moving = [
            line for line in lines if isinstance(line, pull.PullProgress) and line.total_bytes
        ]
        assert len({line.layer for line in moving}) >= 2
        for line in moving:
            assert line.current_bytes is not None
            assert line.total_bytes is not None
            assert 0 < line.current_bytes <= line.total_bytes
        assert (await images.inspect(podman, reference))["Id"] == last.image_id
        (listed,) = await images.list_images(podman, filters={"reference": [reference]})
        assert listed["Id"] == last.image_id
        assert await images.history(podman, reference)
        untagged, deleted = await images.remove(podman, reference)
        assert untagged == [reference]
        assert last.image_id in deleted
        assert not await images.exists(podman, reference)


async def test_closing_the_pull_ends_it(any_lab: Lab, slow_image: str) -> None:
    credential = account(any_lab, any_lab.registry.slow_address)
    async with client(any_lab.hosts[0]) as podman:
        await absent(podman, slow_image)
        async with aclosing(pull.pull(podman, slow_image, credential=credential)) as steps:
            async for step in steps:
                if isinstance(step, pull.PullProgress) and step.current_bytes:
                    break
        # what a pull that went on would tell at its end, at most three seconds later
        now = (await system.ping(podman)).now
        assert now is not None
        until = now + timedelta(seconds=6)
        async with asyncio.timeout(20):
            told = [
                event
                async for event in events.follow(podman, since=now, until=until)
                if event["Action"] == "pull"
            ]
        assert told == []
        assert not await images.exists(podman, slow_image)


@pytest.mark.parametrize(
    ("repository", "password", "words"),
    [
        ("lab/busybox", "wrong", "authentication required"),
        ("lab/nothing-here", None, "manifest unknown"),
    ],
)
async def test_refusals_of_the_registry(
    any_lab: Lab, repository: str, password: str | None, words: str
) -> None:
    registry = any_lab.registry
    credential = Credential(registry.user, password or registry.password, registry.address)
    async with client(any_lab.hosts[0]) as podman:
        with pytest.raises(errors.PullFailed) as caught:
            async for _ in pull.pull(
                podman, f"{registry.address}/{repository}:latest", credential=credential
            ):
                pass
    assert words in caught.value.message


async def test_registry_that_is_not_there(any_lab: Lab) -> None:
    async with client(any_lab.hosts[0]) as podman:
        with pytest.raises(errors.PullFailed) as caught:
            async for _ in pull.pull(podman, "127.0.0.1:1/x/y:1"):
                pass
    assert "connection refused" in caught.value.message


async def test_image_in_use_and_its_names(any_lab: Lab) -> None:
    async with client(any_lab.hosts[0]) as podman:
        image = IMAGE
        await images.tag(podman, image, repository="localhost/deep/er", name="2")
        assert await images.exists(podman, "localhost/deep/er:2")
        assert await images.remove(podman, "localhost/deep/er:2") == (["localhost/deep/er:2"], [])
        with pytest.raises(errors.NotFound):
            await images.remove(podman, "localhost/deep/er:2")
        # another test may have pulled the same image under the registry's name: with two names
        # a removal only takes the one away
        for name in (await images.inspect(podman, image))["RepoTags"]:
            if name != image:
                await images.remove(podman, name)
        await containers.create(podman, {"image": image, "command": ["/bin/true"]})
        with pytest.raises(errors.Conflict):
            await images.remove(podman, image)


async def test_layers_and_what_the_newest_changed(any_host: Host) -> None:
    any_host.podman("run", "--name", "layered", IMAGE, "sh", "-c", "echo x > /tide; rm /bin/wget")
    any_host.podman("commit", "-q", "layered", "localhost/lab/layered:1")
    any_host.podman("rm", "layered")
    try:
        async with client(any_host) as podman:
            changed = await images.changes(podman, "localhost/lab/layered:1")
            assert {"Path": "/tide", "Kind": 1} in changed
            assert {"Path": "/bin/wget", "Kind": 2} in changed
            tree = await images.tree(podman, "localhost/lab/layered:1")
            assert "localhost/lab/layered:1" in tree
            with pytest.raises(errors.ServerFault) as absent:
                await images.changes(podman, "localhost/lab/nowhere:1")
            assert "not found" in absent.value.message
    finally:
        any_host.podman("rmi", "localhost/lab/layered:1")


async def test_short_name_of_a_host_that_searches_nowhere(any_lab: Lab) -> None:
    async with client(any_lab.hosts[0]) as podman:
        assert not (await system.info(podman))["registries"].get("search")
        with pytest.raises(errors.BadRequest):
            await shortnames.resolve(podman, "seal-of-nowhere")
