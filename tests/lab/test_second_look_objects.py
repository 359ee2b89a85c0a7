"""The second look at pods, kube files, volumes, networks, clones and helpers, on real hosts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from hosts.actions.kube import play_kube
from hosts.actions.networks import create_network
from hosts.actions.pods import create_pod
from hosts.actions.volumes import clone_volume, create_volume
from hosts.models import Guardrail
from tests.lab.bent_podman import BentPodman
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected, mirror, names
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.second_look_cast import IMAGE, Runner, alarms, bend, events, rules, runner
from tests.lab.test_guardrails import RULES

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
LABEL = {"team": "shop"}
KUBE = """\
apiVersion: v1
kind: {kind}
metadata:
  name: shop
  labels: {{team: shop}}
spec:
  {head}
"""
POD = """\
containers:
  - name: c
    image: localhost/busybox:latest
    command: ["sleep", "999"]
    resources: {limits: {memory: 64Mi}}
    volumeMounts: [{name: data, mountPath: /data}, {name: e, mountPath: /e}]
    ports: [{containerPort: 80, hostPort: 8123}]
  initContainers:
  - name: i
    image: localhost/busybox:latest
    command: ["true"]
    resources: {limits: {memory: 64Mi}}
  volumes:
  - {name: data, persistentVolumeClaim: {claimName: shop-data}}
  - {name: e, emptyDir: {}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shop-data, labels: {team: shop}}
spec: {accessModes: [ReadWriteOnce]}
"""
LIMIT = "    resources: {limits: {memory: 64Mi}}\n"
PLAIN = KUBE.format(kind="Pod", head=POD)


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    yield any_host
    any_host.podman("network", "rm", "-f", "shop-net")


def play(runner: Runner, text: str) -> Any:
    return runner.end(play_kube.ask(runner.person, runner.endpoint.pk, text=text))


def test_a_kube_file_within_the_rules_is_played_and_started(runner: Runner, rules: None) -> None:
    # a container with limits is made on a host without controllers, and does not start there
    text = PLAIN if runner.limits else PLAIN.replace(LIMIT, "")
    job = play(runner, text)
    assert job.state == "ok", (job.error, job.cause)
    assert inspected(runner.host, "container", "shop-c")["State"]["Running"]
    # an init container that has ended well is gone
    assert "shop-i" not in names(runner.host, "container")
    assert "shop-data" in names(runner.host, "volume")
    assert alarms() == []


@pytest.mark.parametrize(
    ("word", "other", "kind"),
    [
        ('command: ["sleep", "999"]', "securityContext: {privileged: true}", "privileged"),
        ("memory: 64Mi", "Memory: 64Mi", "limits"),
        ("mountPath: /data", 'mountPath: "/data:O,upperdir=/etc,workdir=/tmp"', "mounts"),
        ("{name: e, emptyDir: {}}", "{name: e, hostPath: {path: /etc}}", "mounts"),
        ("hostPort: 8123", "hostPort: 99", "ports"),
        ("labels: {team: shop}}\nspec", "labels: {}}\nspec", "labels"),
    ],
)
def test_nothing_of_a_kube_file_starts_that_became_something_else(
    word: str, other: str, kind: str, runner: Runner, bend: BentPodman, rules: None
) -> None:
    """Podman was sent another file than was judged: as if it read it otherwise."""

    def change(way: str, body: bytes) -> bytes:
        if way != "/play/kube":
            return body
        sent = yaml.safe_load_all(PLAIN.replace(word, other))
        given = list(yaml.safe_load_all(body))
        label = given[0]["metadata"]["labels"]
        made = list(sent)
        made[0]["metadata"]["labels"] = {**label, **(made[0]["metadata"].get("labels") or {})}
        return yaml.safe_dump_all(made).encode()

    if kind == "limits" and not runner.limits:
        # `rules` leaves it out for what has to start; nothing does here
        Guardrail.objects.create(name="rule of limits", kind=kind, settings=RULES[kind])
    bend.body = change
    before, starts = runner.host.podman("ps", "-aq"), events(runner.host, "shop-c")
    job = play(runner, PLAIN)
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "refuses what Podman created" in job.error
    assert bend.started() == []
    assert events(runner.host, "shop-c") == starts
    assert runner.host.podman("ps", "-aq") == before
    assert names(runner.host, "pod") == set()
    assert "shop-data" not in names(runner.host, "volume")
    [alarm] = alarms()
    assert f"rule of {kind}" in alarm.params["rules"]


def test_a_volume_that_was_there_is_kept_where_a_play_breaks_a_rule(
    runner: Runner, bend: BentPodman, rules: None
) -> None:
    # another try begins where the first ended
    runner.host.podman("volume", "rm", "-f", "shop-data")
    runner.host.podman("volume", "create", "--label", "team=shop", "shop-data")
    runner.host.podman("run", "--rm", "-v", "shop-data:/d", IMAGE, "touch", "/d/kept")
    bend.body = lambda way, body: body.replace(b"8123", b"99") if way == "/play/kube" else body
    job = play(runner, PLAIN)
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "shop-data" in names(runner.host, "volume")
    # within the rules it is used as it is, by a Podman before 4.4 too
    bend.body = lambda way, body: body
    job = play(runner, PLAIN if runner.limits else PLAIN.replace(LIMIT, ""))
    assert job.state == "ok", (job.error, job.cause)
    assert runner.host.podman("exec", "shop-c", "ls", "/data").split() == ["kept"]
    # and so by a file that has nothing but the claim
    job = play(runner, PLAIN.split("---\n")[1])
    assert job.state == "ok", (job.error, job.cause)


def test_a_pod_is_looked_at(runner: Runner, bend: BentPodman, rules: None) -> None:
    def pod(name: str, **more: Any) -> Any:
        return runner.end(
            create_pod.ask(runner.person, runner.endpoint.pk, name=name, labels=LABEL, **more)
        )

    port = {"host_port": 8123, "container_port": 80}
    for name, more in (("plain", {}), ("ports", {"ports": [port]}), ("bare", {"infra": False})):
        job = pod(name, **more)
        assert job.state == "ok", (name, job.error, job.cause)

    def change(way: str, body: bytes) -> bytes:
        if way != "/pods/create":
            return body
        return json.dumps({**json.loads(body), "netns": {"nsmode": "host"}}).encode()

    bend.body = change
    job = pod("victim")
    assert job.state == "denied", (job.state, job.error)
    assert "HostConfig.NetworkMode" in job.error
    assert names(runner.host, "pod") == {"plain", "ports", "bare"}
    # a container that joins one of them shares what the pod has, and nothing else
    bend.body = lambda way, body: body
    job = runner.run(f"--name joined --pod plain {IMAGE} sleep 99")
    assert job.state == "ok", (job.error, job.cause)
    assert inspected(runner.host, "container", "joined")["State"]["Running"]


def test_a_volume_and_a_network_are_looked_at(
    runner: Runner, bend: BentPodman, rules: None
) -> None:
    def volume(name: str) -> Any:
        return runner.end(
            create_volume.ask(runner.person, runner.endpoint.pk, name=name, labels=LABEL)
        )

    assert volume("fine").state == "ok"
    more: dict[str, Any] = {"Options": {"type": "none", "o": "bind", "device": "/etc"}}
    bend.body = lambda way, body: (
        json.dumps({**json.loads(body), **more}).encode() if way == "/volumes/create" else body
    )
    job = volume("victim")
    assert job.state == "denied", (job.state, job.error)
    assert "victim" not in names(runner.host, "volume")
    bend.body = lambda way, body: (
        json.dumps({**json.loads(body), "labels": {}}).encode()
        if way == "/networks/create"
        else body
    )
    ask = create_network.ask(runner.person, runner.endpoint.pk, name="shop-net", labels=LABEL)
    job = runner.end(ask)
    assert job.state == "denied", (job.state, job.error)
    assert "shop-net" not in names(runner.host, "network")
    assert len(alarms()) == 2


def test_the_container_of_a_clone_is_looked_at(
    runner: Runner, bend: BentPodman, rules: None
) -> None:
    runner.host.podman("volume", "create", "--label", "team=shop", "source")
    row = mirror(runner.endpoint, "volume")["source"]

    def clone(name: str) -> Any:
        ref = (runner.endpoint.pk, row.podman_id)
        return runner.end(clone_volume.ask(runner.person, ref, name=name, image=IMAGE))

    job = clone("fine")
    assert job.state == "ok", (job.error, job.cause)
    started = len(bend.started())
    bend.spec(mounts=[{"type": "bind", "source": "/etc", "destination": "/x", "options": ["ro"]}])
    job = clone("victim")
    assert job.state == "denied", (job.state, job.error)
    assert len(bend.started()) == started
    assert names(runner.host, "container") == set()
    assert names(runner.host, "volume") == {"source", "fine"}
