"""What was made is judged by Podman's inspect before it starts. Here Podman reads a request
otherwise than we do, an image brings more than was asked for, or a host lies or hangs. Each time
Podman itself is asked whether anything started.
"""

import re
from typing import Any

import pytest

from hosts.access import Person
from hosts.actions import second_look
from hosts.actions.approvals import decide
from hosts.actions.containers import recreate_container
from hosts.actions.run import run_spec
from hosts.actions.run.pasted_line import read
from hosts.models import Guardrail, Job
from tests.hosts.guardrails.test_privileged import without_the_right
from tests.lab.bent_podman import BentPodman
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected, mirror, names
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.second_look_cast import IMAGE, Runner, alarms, bend, events, rules, runner
from tests.lab.wait import until

__all__ = [
    "any_host",
    "any_lab",
    "bend",
    "ended",
    "endpoint_on",
    "person",
    "rules",
    "runner",
    "vault_keys",
    "worker",
]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_every_podman]


@pytest.fixture
def host(any_host: Host) -> Host:
    return any_host


def manages_cgroups(host: Host) -> str:
    """`systemd` or `cgroupfs`, by Podman's word."""
    return host.podman("info", "--format", "{{.Host.CgroupManager}}").strip()


BENT: dict[str, tuple[dict[str, Any], str]] = {
    "privileged": ({"privileged": True}, "privileged"),
    "the host's network": ({"netns": {"nsmode": "host"}}, "host_namespaces"),
    "the host's pids": ({"pidns": {"nsmode": "host"}}, "host_namespaces"),
    "a capability": ({"cap_add": ["SYS_ADMIN"]}, "capabilities"),
    "a device": ({"devices": [{"path": "/dev/null:/dev/x"}]}, "devices"),
    "an annotation": ({"annotations": {"run.oci.handler": "x"}}, "security_options"),
    "a systemd property": (
        {"annotations": {"org.systemd.property.ExecStartPre": "x"}},
        "security_options",
    ),
    "another cgroup": ({"cgroup_parent": "/elsewhere"}, "security_options"),
    "a folder of the host": (
        {"mounts": [{"type": "bind", "source": "/etc", "destination": "/x", "options": ["ro"]}]},
        "mounts",
    ),
    "mounts that spread": (
        {
            "mounts": [
                {
                    "type": "bind",
                    "source": "/var/tmp",
                    "destination": "/x",
                    "options": ["rshared"],
                }
            ]
        },
        "mounts",
    ),
    "an upper folder": (
        {
            "volumes": [
                {"Name": "bent", "Dest": "/x", "Options": ["O", "upperdir=/etc", "workdir=/tmp"]}
            ]
        },
        "mounts",
    ),
    "mounts of another": ({"volumes_from": ["other"]}, "mounts"),
    "a log elsewhere": (
        {"log_configuration": {"driver": "k8s-file", "path": "/var/cache/log"}},
        "mounts",
    ),
    "a port": ({"portmappings": [{"container_port": 80, "host_port": 99}]}, "ports"),
    "no limit": ({"resource_limits": {}}, "limits"),
    "no label": ({"labels": {}}, "labels"),
}


@pytest.mark.parametrize("way", BENT)
def test_what_podman_made_otherwise_never_starts(
    way: str, runner: Runner, bend: BentPodman, rules: None
) -> None:
    """It fell to Podman's reading what the request means: the request itself was within the rules."""
    runner.host.podman("create", "--name", "other", "--label", "team=shop", IMAGE)
    more, kind = BENT[way]
    if kind == "limits" and not runner.limits:
        pytest.skip("no limits on this host's kernel")
    if "cgroup_parent" in more and manages_cgroups(runner.host) == "systemd":
        # nothing but a slice comes to be where systemd manages them
        more = {"cgroup_parent": "elsewhere.slice"}
    bend.spec(**more)
    job = runner.run(f"--name victim {IMAGE} sleep 99")
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "” refuses what Podman created (" in job.error
    assert "removed before it started" in job.error
    assert bend.started() == []
    assert events(runner.host, "victim") == []
    assert "victim" not in names(runner.host, "container")
    [alarm] = alarms()
    assert alarm.params["job"] == job.pk
    assert f"rule of {kind}" in alarm.params["rules"]
    assert alarm.host_name == runner.endpoint.host.name


def test_privileged_without_any_rule_needs_its_right(runner: Runner, bend: BentPodman) -> None:
    """S3: where no rule applies the right to it is asked of what came to be."""
    runner.person = without_the_right(runner.person)
    bend.spec(privileged=True)
    job = runner.run(f"--name victim {IMAGE} sleep 99")
    assert job.state == "denied", (job.state, job.error)
    assert "privileged (HostConfig.Privileged)" in job.error
    assert bend.started() == []
    assert "victim" not in names(runner.host, "container")
    assert len(alarms()) == 1


FINE = [
    "--name fine {image} sleep 99",
    "--name fine -p 8123:80 -p 127.0.0.1:8200-8202:90-92 {image} sleep 99",
    "--name fine -P --expose 99 {image} sleep 99",
    "--name fine -v /var/tmp:/x:ro -v named:/y -v /nameless --tmpfs /t {image} sleep 99",
    "--name fine --cap-drop ALL --security-opt no-new-privileges {image} sleep 99",
    "--name fine --user 1000:1000 --pids-limit 50 --cpus 0.5 --read-only --init {image} sleep 99",
    "--name fine --network none --hostname h --dns 192.0.2.1 {image} sleep 99",
    "--name fine --restart always --health-cmd true {image} sleep 99",
    "{image} sleep 99",
]


@pytest.mark.parametrize("line", FINE)
def test_what_is_within_the_rules_raises_no_alarm(line: str, runner: Runner, rules: None) -> None:
    """Also with what Podman, the image and the host's configuration add by themselves."""
    Guardrail.objects.filter(kind="capabilities").update(
        settings={"drop_all": "--cap-drop" in line}
    )
    Guardrail.objects.filter(kind="security_options").update(
        settings={"no_new_privileges": "--security-opt" in line}
    )
    job = runner.run(line.format(image=IMAGE))
    assert job.state == "ok", (job.error, job.cause)
    found = inspected(runner.host, "container", job.result["id"])
    assert found["State"]["Running"]
    assert alarms() == []
    # what inspect does not show is said once each
    assert job.output.count("Podman's inspect does not show") == 3


def test_labels_that_an_image_brings_count(runner: Runner, rules: None) -> None:
    """A proxy takes orders from them, whoever wrote them; what build tools write is no order."""
    runner.host.podman("create", "--name", "source", "--label", "team=shop", IMAGE)
    change = ("--change", "LABEL traefik.enable=true")
    runner.host.podman("commit", *change, "source", "localhost/mine:bent")
    Guardrail.objects.filter(kind="labels").update(
        settings={"require": ["team=*"], "refuse": ["traefik.*", "io.*"]}
    )
    job = runner.run("--name victim localhost/mine:bent sleep 99")
    assert job.state == "denied", (job.state, job.error)
    assert "“rule of labels” refuses what Podman created (labels.traefik.enable)" in job.error
    assert "victim" not in names(runner.host, "container")
    job = runner.run(f"--name fine {IMAGE} sleep 99")
    assert job.state == "ok", (job.error, job.cause)


@pytest.mark.parametrize("severity", ["ask", "warn"])
def test_a_mild_rule_asks_or_warns(
    severity: str, runner: Runner, rules: None, cast: Any, who_of: Any
) -> None:
    """What waits for a yes is not there meanwhile, and made anew after it."""
    runner.host.podman("create", "--name", "source", "--label", "team=shop", IMAGE)
    change = ("--change", "LABEL traefik.enable=true")
    runner.host.podman("commit", *change, "source", "localhost/mine:bent")
    Guardrail.objects.filter(kind="labels").update(
        settings={"refuse": ["traefik.*"]}, severity=severity
    )
    job = runner.order("--name victim localhost/mine:bent sleep 99")
    runner.loop.hand_over([job.pk])
    if severity == "ask":
        until("it waits", lambda: Job.objects.filter(pk=job.pk, state="held").exists())
        assert "victim" not in names(runner.host, "container")
        row = job.approvals.get(state="asked")
        decide.approve(Person(cast.alice, who_of(cast.alice)), row.pk)
        runner.loop.hand_over([job.pk])
    runner.ended(job, within_s=60)
    assert job.state == "ok", (job.error, job.cause)
    assert ("“rule of labels” warns" in job.output) == (severity == "warn")
    assert inspected(runner.host, "container", "victim")["State"]["Running"]
    assert alarms() == []


def test_a_host_that_tells_of_another_container_gets_nothing_started(
    runner: Runner, bend: BentPodman
) -> None:
    def lie(way: str, told: Any) -> Any:
        return {**told, "Name": "innocent"} if way.endswith("/json") and "State" in told else told

    bend.answer = lie
    job = runner.run(f"--name victim {IMAGE} sleep 99")
    assert job.state == "failed"
    assert "was not started" in job.error
    assert "innocent" in job.cause
    assert bend.started() == []
    assert not inspected(runner.host, "container", "victim")["State"]["Running"]


def test_a_host_that_hangs_after_it_made_it_gets_nothing_started(
    runner: Runner, bend: BentPodman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_look, "LOOK_S", 1.0)
    one = re.compile(r"/containers/[0-9a-f]{64}/json")
    bend.hang = lambda method, way: method == "GET" and one.fullmatch(way) is not None
    job = runner.run(f"--name victim {IMAGE} sleep 99")
    assert (job.state, bend.started()) == ("failed", [])
    assert "was not started" in job.error
    assert "No answer within 1 s" in job.cause
    assert not inspected(runner.host, "container", "victim")["State"]["Running"]


def test_create_alone_is_looked_at_too(runner: Runner, bend: BentPodman, rules: None) -> None:
    bend.spec(privileged=True)
    job = runner.run(f"--name victim {IMAGE}", create=True)
    assert job.state == "denied"
    assert "victim" not in names(runner.host, "container")


def test_the_old_container_runs_on_where_the_new_one_breaks_a_rule(
    runner: Runner, bend: BentPodman, rules: None
) -> None:
    first = runner.run(f"--name shop {IMAGE} sleep 99")
    assert first.state == "ok", (first.error, first.cause)
    before = inspected(runner.host, "container", "shop")
    row = mirror(runner.endpoint, "container")["shop"]
    bend.spec(privileged=True)
    started = len(bend.started())
    line = f"podman run -m 64m --label team=shop --pull never --name shop {IMAGE} sleep 98"
    params = run_spec.params_of(read(line).texts())
    ref = (runner.endpoint.pk, row.podman_id)
    job = runner.end(recreate_container.ask(runner.person, ref, params=params, env={}, watch_s=1))
    assert job.state == "denied", (job.state, job.error)
    assert "The old container was kept." in job.error
    after = inspected(runner.host, "container", "shop")
    assert after["Id"] == before["Id"]
    assert after["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert names(runner.host, "container") == {"shop"}
    assert len(bend.started()) == started
