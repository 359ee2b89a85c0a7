"""Kube files that Podman reads otherwise than they look, on real hosts. Under strict rules none of
them is made. What passes is, by Podman's inspect, what was judged. All aim at files of their own.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions.guardrails import lock
from hosts.actions.images import remove_image
from hosts.actions.kube import down_kube, play_kube
from hosts.actions.kube.kube_yaml import YamlRefused
from hosts.actions.networks import remove_network
from hosts.actions.pods import remove_pod
from hosts.actions.volumes import remove_volume
from hosts.guardrails import GuardrailRefused
from hosts.models import Guardrail
from tests.lab.hosts import Host
from tests.lab.inventory_rows import mirror
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox:latest"
OUTSIDE = "/var/tmp/of-the-host"
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: tried{head}}}
spec:
  containers:
  - name: c
    image: localhost/busybox:latest
    command: ["sleep", "999"]
    {container}
  {pod}
"""
MOUNT = 'volumeMounts: [{{name: v, mountPath: "{path}"}}]'
OVERLAID = f"/mnt:O,upperdir={OUTSIDE},workdir=/var/tmp/w"


def pod(container: str = "", spec: str = "", head: str = "") -> str:
    return POD.format(container=container, pod=spec, head=head)


def mounting(path: str, source: str, head: str = "") -> str:
    return pod(MOUNT.format(path=path), f"volumes: [{{name: v, {source}}}]", head)


CONFIG = "kind: ConfigMap\nmetadata: {name: conf}\ndata: {a: x}\n---\n"
# kind of rule, and the file
ATTACKS: dict[str, tuple[str, str]] = {
    "S1, a claim": ("mounts", mounting(OVERLAID, "persistentVolumeClaim: {claimName: stock}")),
    "S1, an empty folder": ("mounts", mounting(OVERLAID, "emptyDir: {}")),
    "S1, a config map": ("mounts", CONFIG + mounting(OVERLAID, "configMap: {name: conf}")),
    "S9, shared by path": ("mounts", mounting("/x:rshared", "hostPath: {path: /srv}")),
    "S9, shared by annotation": (
        "mounts",
        mounting(
            "/x", "hostPath: {path: /srv}", ", annotations: {bind-mount-options: '/srv:rshared'}"
        ),
    ),
    "S9, an order to systemd": (
        "limits",
        pod(
            "resources: {limits: {memory: 64Mi}}",
            head=", annotations: {org.systemd.property.MemoryMax: '4'}",
        ),
    ),
    "S8, a limit that is none": ("limits", pod("resources: {limits: {Memory: 64Mi}}")),
    "S8, a limit that is misread": ("limits", pod("resources: {limits: {memory: 0.5Gi}}")),
    "a file that goes along": (
        "mounts",
        pod(head=f", annotations: {{io.podman.annotations.cid-file/c: {OUTSIDE}/kept}}"),
    ),
    "a device as a request": (
        "devices",
        pod('resources: {requests: {"podman.io/device=/dev/full": 1}}'),
    ),
}
RULES: dict[str, dict[str, Any]] = {
    "mounts": {"allow": ["/srv"]},
    "devices": {},
    "limits": {"need": ["memory"], "memory_most": "512m"},
    "labels": {"require": ["team"]},
    "security_options": {},
}


def rule(kind: str) -> None:
    Guardrail.objects.create(
        name=f"strict {kind}", kind=kind, settings=RULES[kind], severity="refuse", everywhere=True
    )


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    one = any_host
    one.run("mkdir", "-p", OUTSIDE, "/var/tmp/w")
    one.run("touch", f"{OUTSIDE}/kept")
    yield one
    one.podman("pod", "rm", "-af")
    one.podman("volume", "rm", "-af")
    one.run("rm", "-rf", OUTSIDE, "/var/tmp/w", "/run/haulout-canary")


@pytest.fixture
def carry(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def run(job: Any) -> Any:
        worker().hand_over([job.pk])
        return ended(job, within_s=60)

    return run


@pytest.mark.parametrize("name", ATTACKS)
def test_none_comes_to_be(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any], name: str
) -> None:
    kind, text = ATTACKS[name]
    endpoint = endpoint_on(host)
    # asked for before the rule, and begun after it
    early = play_kube.ask(person, endpoint.pk, text=text)
    rule(kind)
    with pytest.raises(GuardrailRefused):
        play_kube.ask(person, endpoint.pk, text=text)
    assert carry(early).state == "denied"
    assert host.podman("ps", "-aq").strip() == ""
    assert host.run("ls", OUTSIDE).split() == ["kept"]


def test_what_is_permitted_is_what_was_judged(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    """In odd spellings; the label that counts is the template's, and a team of outside is none."""
    text = """\
apiVersion: apps/v1
KIND: Deployment
metadata: {name: tried, labels: {team: outer}}
Spec:
  Template:
    metadata: {labels: {%s: inner}}
    spec:
      Containers:
      - name: c
        IMAGE: localhost/busybox:latest
        command: [sleep, "999"]
        resources: {limits: {memory: 64Mi}}
        volumemounts: [{name: v, mountPath: "/x:noexec"}]
      volumes: [{name: v, hostpath: {path: /srv}}]
"""
    endpoint = endpoint_on(host)
    # by which Podman names pods
    endpoint.podman_version = host.podman_version
    endpoint.save()
    for kind in RULES:
        rule(kind)
    with pytest.raises(GuardrailRefused, match="team"):
        play_kube.ask(person, endpoint.pk, text=text % "crew")
    job = carry(play_kube.ask(person, endpoint.pk, text=text % "team", start=False))
    assert job.state == "ok", (job.error, job.cause)
    name = host.podman("ps", "-a", "--format", "{{.Names}}", "-f", "name=tried-pod.*-c").strip()
    (made,) = json.loads(host.podman("inspect", name))
    assert made["Config"]["Labels"]["team"] == "inner"
    assert made["HostConfig"]["Memory"] == 64 * 2**20
    (mount,) = made["Mounts"]
    assert (mount["Source"], mount["Propagation"]) == ("/srv", "rprivate")
    assert "noexec" in mount["Options"]
    # what was made is what the plan said, and goes by it
    mirror(endpoint, "pod")
    job = carry(down_kube.ask(person, endpoint.pk, text=text % "team"))
    assert job.state == "ok", (job.error, job.cause)
    assert host.podman("pod", "ls", "-q").strip() == ""


def test_no_file_leaves_its_volume(host: Host, endpoint_on: Any, person: Any) -> None:
    """Podman 5.4.2 writes where a key leads, as root: refused without any rule."""
    key = "../../../../../../../run/haulout-canary"
    text = f"kind: ConfigMap\nmetadata: {{name: conf}}\ndata: {{{key}: owned}}\n---\n"
    text += mounting("/x", "configMap: {name: conf}")
    with pytest.raises(YamlRefused, match="outside"):
        play_kube.ask(person, endpoint_on(host).pk, text=text)
    assert "haulout-canary" not in host.run("ls", "/run")


def test_taking_down_removes_what_was_judged_alone(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    """S2, S6: Podman reads `Items` for `items`, and takes the volumes of a pod's claims along."""
    host.podman("pod", "create", "--name", "kept")
    host.podman("pod", "create", "--name", "tried")
    host.podman("volume", "create", "stock")
    endpoint = endpoint_on(host)
    rows = {kind: mirror(endpoint, kind) for kind in ("pod", "volume")}
    locks = {
        name: lock.lock_object(person, kind, (endpoint.pk, rows[kind][name].podman_id), reason="x")
        for kind, name in (("pod", "kept"), ("volume", "stock"))
    }
    item = "- kind: Pod\n  metadata: {name: %s}\n  spec: {containers: [{name: a, image: %s}]}\n"
    listed = "kind: List\nITEMS:\n" + item % ("kept", IMAGE)
    with pytest.raises(GuardrailRefused, match="kept is locked"):
        down_kube.ask(person, endpoint.pk, text=listed)
    decoy = listed + "items:\n" + item % ("tried", IMAGE)
    with pytest.raises(YamlRefused, match="twice"):
        down_kube.ask(person, endpoint.pk, text=decoy)

    claimed = mounting("/x", "persistentVolumeClaim: {claimName: stock}")
    with pytest.raises(GuardrailRefused, match="stock is locked"):
        down_kube.ask(person, endpoint.pk, text=claimed, volumes=True)
    job = carry(down_kube.ask(person, endpoint.pk, text=claimed))
    assert job.state == "ok", (job.error, job.cause)
    assert host.podman("pod", "ls", "--format", "{{.Name}}").split() == ["kept"]
    assert "stock" in host.podman("volume", "ls", "-q").split()
    host.podman("pod", "create", "--name", "tried")
    lock.unlock(person, locks["stock"].pk)
    job = carry(down_kube.ask(person, endpoint.pk, text=claimed, volumes=True))
    assert job.state == "ok", (job.error, job.cause)
    assert "stock" not in host.podman("volume", "ls", "-q").split()


def test_no_forced_removal_takes_a_locked_container_along(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    """S6. Which volumes a container mounts the inventory does not know: the worker asks the host."""
    host.podman("tag", IMAGE, "localhost/mine:1")
    host.podman("pod", "create", "--name", "tried")
    host.podman("network", "create", "back")
    made = ("create", "-v", "stock:/goods", "-v", "/anonymous")
    host.podman(*made, "--name", "kept", "--network", "back", IMAGE, "sleep", "9")
    host.podman(*made, "--name", "inside", "--pod", "tried", IMAGE, "sleep", "9")
    endpoint = endpoint_on(host)
    kinds = ("container", "pod", "volume", "network", "image")
    rows = {kind: mirror(endpoint, kind) for kind in kinds}

    def ref(kind: str, name: str) -> tuple[int, str]:
        return endpoint.pk, rows[kind][name].podman_id

    kept = lock.lock_object(person, "container", ref("container", "kept"), reason="audit")
    (image,) = {one.podman_id for one in rows["image"].values() if IMAGE in one.names}
    with pytest.raises(GuardrailRefused, match="kept is locked"):
        remove_image.ask(person, (endpoint.pk, image), force=True)
    with pytest.raises(GuardrailRefused, match="kept is locked"):
        remove_network.ask(person, ref("network", "back"), force=True)
    job = carry(remove_volume.ask(person, ref("volume", "stock"), force=True))
    assert (job.state, "locked" in job.error) == ("denied", True), (job.error, job.cause)
    lock.unlock(person, kept.pk)

    anonymous = next(name for name, one in rows["volume"].items() if one.anonymous)
    for name in [name for name, one in rows["volume"].items() if one.anonymous]:
        lock.lock_object(person, "volume", ref("volume", name), reason="audit")
    job = carry(remove_pod.ask(person, ref("pod", "tried"), force=True))
    assert (job.state, "locked" in job.error) == ("denied", True), (job.error, job.cause)
    assert anonymous in host.podman("volume", "ls", "-q").split()
    names = host.podman("ps", "-a", "--format", "{{.Names}}").split()
    assert {"kept", "inside"} <= set(names)
    host.podman("rm", "-f", "kept")
    host.podman("network", "rm", "back")
