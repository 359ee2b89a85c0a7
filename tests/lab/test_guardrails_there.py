"""What is on a host already, judged by Podman's own inspect: before a checkpoint goes on."""

from typing import Any

import pytest

from tests.lab.hosts import Host
from tests.lab.mirrored import inspected

IMAGE = "localhost/busybox:latest"
CALM = ("--user", "1000", "-m", "64m", "--label", "team=shop")
# (arguments of podman create, kind of the rule that has to stop it)
THERE = [
    (("--privileged",), "privileged"),
    (("--privileged",), "devices"),
    (("--network", "host"), "host_namespaces"),
    (("--network", "host"), "ports"),
    (("--pid", "host"), "host_namespaces"),
    (("--ipc", "host"), "host_namespaces"),
    (("--uts", "host"), "host_namespaces"),
    (("--cap-add", "SYS_ADMIN"), "capabilities"),
    (("--device", "/dev/null:/dev/x"), "devices"),
    (("--security-opt", "seccomp=unconfined"), "security_options"),
    (("--security-opt", "label=disable"), "security_options"),
    (("-v", "/etc:/x"), "mounts"),
    (("-p", "99:80"), "ports"),
    (("--user", "root"), "users"),
]


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Host:
    found: Host = lab.hosts[0]
    return found


def judged(host: Host, *arguments: str) -> Any:
    from hosts.guardrails import of_inspect
    from hosts.guardrails.judge import judge
    from tests.hosts.guardrails.escalations import RULES

    host.podman("create", "--replace", "--name", "there", *CALM, *arguments, IMAGE)
    proposed = of_inspect.container("container.restore", inspected(host, "container", "there"))
    return judge(RULES, proposed)


@pytest.mark.parametrize(("arguments", "kind"), THERE, ids=lambda part: str(part))
def test_each_is_seen(host: Host, arguments: tuple[str, ...], kind: str) -> None:
    from tests.hosts.guardrails.escalations import RULES

    names = [rule.name for rule in RULES if rule.kind == kind]
    assert names[0] in [one.rule for one in judged(host, *arguments).findings]


def test_a_plain_one_breaks_only_what_its_image_breaks(host: Host) -> None:
    found = judged(
        host, "-v", "stock:/data", "-p", "127.0.0.1:8080:80", "--pids-limit", "50", "--cpus", "1"
    )
    assert {one.rule for one in found.findings} == {"our registry"}
