"""What is on a host already: judged before a checkpoint goes on, and before it is pulled and recreated."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.actions.containers import upgrade_container
from hosts.guardrails import from_inspect
from hosts.guardrails.judge import judge
from hosts.models import Guardrail
from tests.hosts.guardrails.escalations import RULES
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected
from tests.lab.lab_images import keep_password
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import QUICK, carried, inspect, names
from tests.lab.test_container_verbs import published

__all__ = ["carried", "ended", "endpoint_on", "keep_password", "person", "published"]
__all__ += ["vault_keys", "worker"]

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
    host.podman("create", "--replace", "--name", "there", *CALM, *arguments, IMAGE)
    proposal = from_inspect.container("container.restore", inspected(host, "container", "there"))
    return judge(RULES, proposal)


@pytest.mark.parametrize(("arguments", "kind"), THERE, ids=lambda part: str(part))
def test_each_is_seen(host: Host, arguments: tuple[str, ...], kind: str) -> None:
    names = [rule.name for rule in RULES if rule.kind == kind]
    assert names[0] in [one.rule for one in judged(host, *arguments).findings]


def test_a_plain_one_breaks_only_what_its_image_breaks(host: Host) -> None:
    found = judged(
        host, "-v", "stock:/data", "-p", "127.0.0.1:8080:80", "--pids-limit", "50", "--cpus", "1"
    )
    assert {one.rule for one in found.findings} == {"our registry"}


@pytest.mark.django_db(transaction=True)
def test_what_breaks_a_rule_is_not_made_again(
    host: Host,
    published: Callable[..., str],
    endpoint_on: Any,
    carried: Callable[..., Any],
) -> None:
    """Its spec is known to the worker alone, which reads it from the container."""
    name, endpoint = published("first"), endpoint_on(host)
    host.podman("run", "-d", "--name", "shop", *QUICK, "--privileged", name, "sleep", "999")
    old = inspect(host, "shop")
    published("second")
    host.podman("tag", old["Image"], name)
    rule = Guardrail.objects.create(name="no privileged ones", kind="privileged")
    job = carried(upgrade_container, endpoint, old, watch_s=1)
    assert (job.state, rule.name in job.error) == ("denied", True), job.error
    assert names(host) == ["shop"]
    assert inspect(host, "shop")["State"]["Pid"] == old["State"]["Pid"]
    rule.delete()
    job = carried(upgrade_container, endpoint, old, watch_s=1)
    assert job.state == "ok", (job.error, job.cause)
    assert inspect(host, "shop")["Id"] != old["Id"]
