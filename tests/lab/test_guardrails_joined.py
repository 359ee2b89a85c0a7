"""A container that joins a pod gets what the pod has. A pod that is older than a rule, or made
outside Haulout, is no way round it.
"""

from dataclasses import replace
from typing import Any

import pytest

from hosts.access import Person
from hosts.actions.approvals import decide
from hosts.actions.run import run_container
from hosts.guardrails import Verdict, from_inspect, hits
from hosts.guardrails.judge import judge
from hosts.models import Guardrail, Job
from tests.hosts.guardrails.escalations import RULES
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.wait import until

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]
IMAGE = "localhost/busybox:latest"
# (arguments of podman pod create, kind of the rule that has to see it, what its containers then have)
PODS = [
    (("--network", "host"), "host_namespaces", (".HostConfig.NetworkMode", "host")),
    (("--network", "host"), "ports", (".HostConfig.NetworkMode", "host")),
    (("-p", "99:80"), "ports", None),
    (("-v", "/etc:/x"), "mounts", ("range .Mounts", "/etc")),
    (("--device", "/dev/null:/dev/x"), "devices", ("range .HostConfig.Devices", "/dev/null")),
    (
        ("--security-opt", "seccomp=unconfined"),
        "security_options",
        (".HostConfig.SecurityOpt", "[seccomp=unconfined]"),
    ),
]


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Host:
    found: Host = lab.hosts[0]
    return found


def judged(host: Host, *arguments: str) -> Verdict:
    host.podman("pod", "create", "--name", "old", *arguments)
    pod = inspected(host, "pod", "old")
    carrier = inspected(host, "container", pod["InfraContainerID"])
    return judge(RULES, from_inspect.joined_pod("container.run", pod, carrier))


@pytest.mark.parametrize(("arguments", "kind", "gets"), PODS, ids=lambda part: str(part))
def test_what_a_pod_gives_is_seen(
    host: Host, arguments: tuple[str, ...], kind: str, gets: tuple[str, str] | None
) -> None:
    [name] = [rule.name for rule in RULES if rule.kind == kind]
    found = [one for one in judged(host, *arguments).findings if one.rule == name]
    assert found
    assert all(one.field.startswith("pod.") for one in found)
    if gets is None:
        return
    # and it is so: Podman gives it to a container that says nothing of it
    where, what = gets
    ends = {
        "range .Mounts": "{{.Source}}{{end}}",
        "range .HostConfig.Devices": "{{.PathOnHost}}{{end}}",
    }
    host.podman("create", "--pod", "old", "--name", "joins", IMAGE, "true")
    form = f"{{{{{where}}}}}{ends.get(where, '')}"
    assert host.podman("inspect", "--format", form, "joins").strip() == what


@pytest.mark.parametrize(
    "arguments",
    [(), ("--share", "net"), ("-p", "127.0.0.1:8080:80"), ("--share", "net,uts", "--pid", "host")],
)
def test_a_plain_pod_breaks_nothing(host: Host, arguments: tuple[str, ...]) -> None:
    """Also one whose own container has what it does not share."""
    assert judged(host, *arguments).findings == ()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("severity", ["refuse", "ask", "warn"])
def test_who_joins_it_meets_the_rule(
    severity: str,
    host: Host,
    endpoint_on: Any,
    cast: Any,
    who_of: Any,
    person: Any,
    worker: Any,
    ended: Any,
) -> None:
    rule = Guardrail.objects.create(
        name="no host network", kind="host_namespaces", severity=severity
    )
    endpoint = endpoint_on(host)
    host.podman("pod", "create", "--name", "old", "--network", "host")
    host.podman("pod", "create", "--name", "plain")

    def joins(pod: str, name: str) -> Any:
        params = {"image": IMAGE, "name": name, "pod": pod, "pull": "never", "command": ["true"]}
        return run_container.ask(replace(person, reason=""), endpoint.pk, params=params, env={})

    loop = worker()
    fine, job = joins("plain", "fine"), joins("old", "joins")
    loop.hand_over([fine.pk, job.pk])
    assert ended(fine, within_s=60).state == "ok", (fine.error, fine.cause)
    if severity == "ask":
        until("it waits", lambda: Job.objects.filter(pk=job.pk, state="held").exists())
        assert "joins" not in host.podman("ps", "-a", "--format", "{{.Names}}")
        row = job.approvals.get(state="asked")
        assert [one["field"] for one in row.findings] == ["pod.HostConfig.NetworkMode"]
        decide.approve(Person(cast.alice, who_of(cast.alice)), row.pk)
        loop.hand_over([job.pk])
    ended(job, within_s=60)
    if severity == "refuse":
        assert (job.state, rule.name in job.error) == ("denied", True)
        assert "joins" not in host.podman("ps", "-a", "--format", "{{.Names}}")
    else:
        assert job.state == "ok", (job.error, job.cause)
        told = host.podman("inspect", "--format", "{{.HostConfig.NetworkMode}}", "joins")
        assert told.strip() == "host"
        assert (rule.name in job.output) == (severity == "warn")
    wanted = {"refuse": "refused", "ask": "asked", "warn": "warned"}[severity]
    assert hits.hit_counts() == {rule.pk: hits.HitCounts(**{wanted: 1})}
