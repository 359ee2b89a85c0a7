"""Haulout's reading of a request against Podman's: what it lets through is made, and inspect judges it.

Under strict rules nothing may come to be that breaks one, however the request is spelt. 100 inputs on
this machine's Podman in every run, always the same; 2,000 others with --all, over all the lab's.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from hosts.actions.builds import build_image, containerfile
from hosts.actions.builds.build_fields import build_order
from hosts.actions.kube import play_kube
from hosts.actions.kube.kube_documents import with_job_labels
from hosts.actions.kube.kube_plan import plan_of
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.actions.run import run_spec
from hosts.actions.run.pasted_line import read
from hosts.capabilities import version_of
from hosts.guardrails import from_spec
from hosts.guardrails.judge import judge
from hosts.podman import Podman, base_judge, containers, kube, pods, secrets, volumes
from hosts.podman.build import build
from hosts.podman.errors import NotFound, PodmanError
from hosts.refusals import Refusal
from tests.lab.differential import requests, texts
from tests.lab.differential.inspected import ALLOWED, OTHER, RULES, faults
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, client

__all__ = ["any_host", "any_lab"]
# what was found once counts, whatever another try would find
NEVER_AGAIN = pytest.mark.flaky(reruns=0)
# how many inputs of each kind: in every run, and on each Podman with --all
COUNTS = {"kube": (40, 200), "run": (30, 150), "spec": (20, 130), "build": (20, 60)}
_OWN_IMAGES = {f"localhost/{name}" for name in ("busybox", "web", "logger", "crasher")} | {"<none>"}
# kinds of an outcome
REFUSED, NOT_TAKEN, MADE = "refused by Haulout", "not taken by Podman", "made"


@pytest.fixture
def host(any_host: Host) -> Host:
    any_host.run("mkdir", "-p", f"{ALLOWED}/shop", f"{ALLOWED}/a")
    return any_host


@pytest.fixture
def play(
    request: pytest.FixtureRequest, host: Host
) -> Callable[[str, Any, Callable[[Podman, Any], Awaitable[str]]], Counter[str]]:
    """`play(kind, strategy, make)`: makes each, judges what came to be, counts the outcomes."""
    every = request.config.getoption("--all")

    def run(
        kind: str, strategy: Any, make: Callable[[Podman, Any], Awaitable[str]]
    ) -> Counter[str]:
        outcomes: Counter[str] = Counter()

        @settings(
            max_examples=COUNTS[kind][bool(every)],
            deadline=None,
            database=None,
            derandomize=not every,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def each(one: Any) -> None:
            outcome, broken = asyncio.run(_tried(host, make, one))
            outcomes[outcome] += 1
            assert not broken, f"{broken}\nby: {one}"

        each()
        print(f"Podman {host.podman_version}, {kind}: {dict(outcomes)}")
        return outcomes

    return run


async def _tried(
    host: Host, make: Callable[[Podman, Any], Awaitable[str]], one: Any
) -> tuple[str, list[str]]:
    async with client(host, timeout_s=60) as podman:
        try:
            outcome = await make(podman, one)
        except PodmanError as refused:
            if not refused.status:
                raise
            outcome = NOT_TAKEN
        if outcome == REFUSED:
            return outcome, []
        found = [text async for text in _there(podman)]
        await _emptied(podman)
        return outcome, found


async def _there(podman: Podman) -> AsyncIterator[str]:
    """What is there and breaks a rule, also where Podman gave up in the middle."""
    made = {}
    for volume in await volumes.list_volumes(podman):
        made[volume["Name"]] = await volumes.inspect(podman, volume["Name"])
    for row in await containers.list_containers(podman, all=True):
        found = await containers.inspect(podman, row["Id"])
        is_infra = bool(row.get("IsInfra"))
        for text in faults(found, is_infra=is_infra, volumes=made):
            yield f"{found.get('Name')}: {text}"


async def _emptied(podman: Podman) -> None:
    for pod in await pods.list_pods(podman):
        await pods.remove(podman, pod["Id"], force=True)
    for row in await containers.list_containers(podman, all=True):
        try:
            await containers.remove(podman, row["Id"], force=True, wait_s=0)
        except NotFound:
            continue  # it went with another
    for volume in await volumes.list_volumes(podman):
        await volumes.remove(podman, volume["Name"], force=True)
    for secret in await secrets.list_secrets(podman):
        await secrets.remove(podman, secret["ID"])


def _endpoint(host: Host) -> Any:
    return SimpleNamespace(podman_version=host.podman_version, rootless=False, info={})


@NEVER_AGAIN
def test_the_judge_sees_what_rules_forbid(host: Host) -> None:
    """Made on the host itself, past Haulout: else the others could not fail."""
    flags = (
        "--privileged --net=host --pid=host --ipc=host --uts=host --user 0 -p 22:22 -m 2g",
        "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --device /dev/null",
        f"-v /etc:/e -v {ALLOWED}/a:/a:rshared --annotation io.haulout.order=x",
        "-p 22:22",
    )
    for one in flags:
        host.podman("create", *one.split(), OTHER, "sleep", "9")

    async def look() -> list[str]:
        async with client(host) as podman:
            found = [text async for text in _there(podman)]
            await _emptied(podman)
            return found

    said = "\n".join(asyncio.run(look()))
    # what this Podman's inspect does not show, nobody can judge by it
    blind = {"IpcMode host"} if host.podman_version.startswith("4.3.") else set()
    for word in (
        *("privileged", "NetworkMode host", "PidMode host", "IpcMode host", "UTSMode host"),
        *("CapAdd", "SecurityOpt", "Devices", "/etc", "rshared", "io.haulout.order"),
        *("port 22/tcp", "memory 2147483648", "memory 0", "user", "labels", "image localhost/web"),
    ):
        assert word in said or word in blind, (word, said)


@NEVER_AGAIN
def test_kube_files(host: Host, play: Any) -> None:
    async def make(podman: Podman, text: str) -> str:
        try:
            plan = plan_of(text)
        except YamlRefused:
            return REFUSED
        if judge(RULES, play_kube.proposal(_endpoint(host), plan)).blocking:
            return REFUSED
        await kube.play(podman, with_job_labels(plan, job_id=1), start=False)
        return MADE

    assert play("kube", texts.kube_files(), make)[MADE] > 2


@NEVER_AGAIN
def test_run_lines(host: Host, play: Any) -> None:
    async def make(podman: Podman, line: str) -> str:
        try:
            parsed = read(line)
            params = run_spec.params_of(parsed.texts())
        except Refusal:
            return REFUSED
        spec = run_spec.build(params, {}, job_id=1)
        spec = run_spec.for_version(spec, version_of(_endpoint(host)))
        if judge(RULES, from_spec.container("container.run", spec)).blocking:
            return REFUSED
        await containers.create(podman, spec)
        return MADE

    assert play("run", requests.run_lines(), make)[MADE] > 2


@NEVER_AGAIN
def test_bodies_of_the_api(host: Host, play: Any) -> None:
    async def make(podman: Podman, body: dict[str, Any]) -> str:
        if judge(RULES, from_spec.container("container.run", body)).blocking:
            return REFUSED
        await containers.create(podman, body)
        return MADE

    play("spec", requests.bodies(), make)


@NEVER_AGAIN
def test_builds(host: Host, play: Any) -> None:
    """Nothing of the forbidden image may be in what was built, and no other name may have been made."""

    async def make(podman: Podman, one: tuple[str, list[str]]) -> str:
        text, tags = one
        try:
            order = build_order(tags=tags)
            base_judge.judge(text, order.arguments)
        except (ValueError, Refusal):
            return REFUSED
        if judge(RULES, build_image.proposal(order, text)).blocking:
            return REFUSED
        lines = build(podman, containerfile.context_of(text), order.options())
        async with aclosing(lines) as told:
            async for _line in told:
                pass
        broken = await asyncio.to_thread(_forbidden_in_images, host, there)
        assert not broken, f"{broken}\nby: {one}"
        return MADE

    # what earlier tests of this host have left is none of ours
    there = set(_images(host))
    assert play("build", requests.builds(), make)[MADE] > 0


def _images(host: Host) -> list[str]:
    return host.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()


def _forbidden_in_images(host: Host, there: set[str]) -> list[str]:
    """Of what a build has made, which goes: names, and what it has of the forbidden image."""
    found = []
    for line in _images(host):
        name = line.rpartition(":")[0]
        if line in there or name in _OWN_IMAGES or name.startswith("localhost/podman-pause"):
            continue
        if name != "localhost/mine":
            found.append(f"an image was named {line}")
        script = "ls -d /got/index.html /www/index.html 2>/dev/null || true"
        has = host.podman("run", "--rm", "--net=none", line, "sh", "-c", script).split()
        found += [f"{line} has {path} of {OTHER}" for path in has]
        host.podman("rmi", "-f", line)
    return found
