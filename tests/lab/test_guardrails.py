"""Guardrails on a real host: what they refuse did not come to be, by Podman's own word; what they
permit did. Each road twice: refused at the click, and by the worker where the rule came after it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from audit.models import Entry
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.containers import commit_container, recreate_container, update_container
from hosts.actions.containers.open_terminal import ExecOptions, begin
from hosts.actions.images import archives, pull_image, tag_image
from hosts.actions.kube import play_kube
from hosts.actions.networks import create_network
from hosts.actions.pods import create_pod
from hosts.actions.run import create_container, run_container, run_spec
from hosts.actions.run.pasted_line import read
from hosts.actions.volumes import clone_volume, create_volume
from hosts.guardrails import GuardrailRefused
from hosts.jobs.errand import ActionFailed
from hosts.models import Guardrail, Job
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected, mirror
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
IMAGE, OTHER = "localhost/busybox:latest", "localhost/web:latest"
LABEL = {"team": "shop"}
RULES: dict[str, dict[str, Any]] = {
    "privileged": {},
    "host_namespaces": {},
    "capabilities": {},
    "devices": {},
    "security_options": {},
    "mounts": {"allow": ["/var/tmp"]},
    "images": {"allow": ["localhost/busybox", "localhost/mine"]},
    "ports": {"allow": ["8000-8999"]},
    "limits": {"memory_most": "512m"},
    "labels": {"require": ["team=shop"]},
}
KUBE = """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-{name}
  labels: {{team: shop}}
spec:
  {pod}
  containers:
  - name: c
    image: localhost/busybox:latest
    command: ["sleep", "999"]
    resources: {{limits: {{memory: 64Mi}}}}
    {container}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: kube-claim
  labels: {team: shop}
  annotations:
    volume.podman.io/type: none
    volume.podman.io/mount-options: bind
    volume.podman.io/device: /
spec: {accessModes: [ReadWriteOnce]}
"""


@dataclass(frozen=True)
class There:
    """The host, its endpoint, who asks, and the rows of what is there already."""

    host: Host
    endpoint: Any
    person: Any
    rows: dict[str, dict[str, Any]]

    def ref(self, kind: str, name: str) -> tuple[int, str]:
        return (self.endpoint.pk, self.rows[kind][name].podman_id)

    def made(self, line: str, *, create: bool = True) -> Any:
        """A container by a run line; a limit and the label are given."""
        verb = create_container if create else run_container
        return verb.ask(self.person, self.endpoint.pk, params=params(line), env={})

    def played(self, text: str) -> Any:
        return play_kube.ask(self.person, self.endpoint.pk, text=text)

    def kube(self, name: str, *, pod: str = "", container: str = "") -> Any:
        return self.played(KUBE.format(name=name, pod=pod, container=container))

    def state(self) -> dict[str, list[str]]:
        """All that could have come to be, asked for inside the host."""
        lists = {
            "containers": ("ps", "-a", "--format", "{{.ID}} {{.Names}}"),
            "pods": ("pod", "ls", "--format", "{{.Id}} {{.Name}}"),
            "volumes": ("volume", "ls", "--format", "{{.Name}}"),
            "networks": ("network", "ls", "--format", "{{.ID}} {{.Name}}"),
            "images": ("images", "-a", "--format", "{{.Id}} {{.Repository}}:{{.Tag}}"),
        }
        return {name: sorted(self.host.podman(*ask).splitlines()) for name, ask in lists.items()}


def params(line: str) -> dict[str, Any]:
    """Of `podman run …`, without its head."""
    whole = f"podman run -m 64m --label team=shop --pull never {line}"
    return run_spec.params_of(read(whole).texts())


def pod(there: There, name: str, **more: Any) -> Any:
    return create_pod.ask(there.person, there.endpoint.pk, name=name, labels=LABEL, **more)


def volume(there: There, name: str, **more: Any) -> Any:
    given = {"labels": LABEL, **more}
    return create_volume.ask(there.person, there.endpoint.pk, name=name, **given)


def network(there: There, name: str, labels: dict[str, str]) -> Any:
    return create_network.ask(there.person, there.endpoint.pk, name=name, labels=labels)


def build(there: There, text: str, tag: str) -> Any:
    order = build_order(tags=[tag], labels=LABEL)
    return build_image.ask(there.person, there.endpoint.pk, text=text, order=order)


def recreate(there: There, line: str) -> Any:
    ref = there.ref("container", "shop")
    return recreate_container.ask(there.person, ref, params=params(line), env={}, watch_s=1)


def update(there: There, memory: str) -> Any:
    ref = there.ref("container", "limited")
    return update_container.ask(there.person, ref, texts={"memory": memory})


def clone(there: There, source: str, name: str) -> Any:
    ref = there.ref("volume", source)
    return clone_volume.ask(there.person, ref, name=name, image=IMAGE)


def tag(there: There, image: str, name: str) -> Any:
    return tag_image.ask(there.person, there.ref("image", image), names=[name])


def commit(there: There, container: str, name: str) -> Any:
    return commit_container.ask(there.person, there.ref("container", container), name=name)


def pull(there: There, name: str) -> Any:
    return pull_image.ask(there.person, there.endpoint.pk, reference=name)


Ask = Callable[[There], Any]
# what a person, a pasted line, a file may say; all of it would have an effect without the rules, but
# for the odd options of a volume, which Podman refuses too
REFUSED: dict[str, Ask] = {
    "run privileged": lambda there: there.made(f"--name bad1 --privileged {IMAGE}", create=False),
    "create privileged": lambda there: there.made(f"--name bad2 --privileged {IMAGE}"),
    "host network": lambda there: there.made(f"--name bad3 --network host {IMAGE}"),
    "host pids": lambda there: there.made(f"--name bad4 --pid host {IMAGE}"),
    "pids of another": lambda there: there.made(f"--name bad5 --pid container:shop {IMAGE}"),
    "capability": lambda there: there.made(f"--name bad6 --cap-add SYS_ADMIN {IMAGE}"),
    "device": lambda there: there.made(f"--name bad7 --device /dev/null:/dev/x {IMAGE}"),
    "seccomp": lambda there: there.made(f"--name bad8 --security-opt seccomp=unconfined {IMAGE}"),
    "root of the host": lambda there: there.made(f"--name bad9 -v /:/host {IMAGE}"),
    "out by ..": lambda there: there.made(f"--name bad10 -v /var/tmp/../../etc:/host {IMAGE}"),
    "bound by a mount": lambda there: there.made(
        f"--name bad11 --mount type=bind,source=/etc,destination=/x {IMAGE}"
    ),
    "mounts of another": lambda there: there.made(f"--name bad12 --volumes-from shop {IMAGE}"),
    "a volume's options": lambda there: there.made(
        "--name bad13 --mount type=volume,source=sly,destination=/x,volume-opt=type=none,"
        f"volume-opt=o=bind,volume-opt=device=/etc {IMAGE}"
    ),
    "another image": lambda there: there.made(f"--name bad14 {OTHER}"),
    "a low port": lambda there: there.made(f"--name bad15 -p 99:80 {IMAGE}"),
    "too much memory": lambda there: there.made(f"--name bad16 -m 8g {IMAGE}"),
    "recreate": lambda there: recreate(there, f"--name shop --privileged {IMAGE} sleep 999"),
    "update": lambda there: update(there, "900m"),
    "pod on the host's network": lambda there: pod(there, "badpod", network="host"),
    "kube privileged": lambda there: there.kube(
        "bad1", container="securityContext: {privileged: true}"
    ),
    "kube host network": lambda there: there.kube("bad2", pod="hostNetwork: true"),
    "kube hostPath": lambda there: there.kube(
        "bad3", pod="volumes: [{name: root, hostPath: {path: /}}]"
    ),
    "kube unknown field": lambda there: there.kube("bad4", pod="brandNewPower: true"),
    "kube claim": lambda there: there.played(CLAIM),
    "volume of the host": lambda there: volume(
        there, "badvolume", options={"type": "none", "o": "bind", "device": "/"}
    ),
    "volume without label": lambda there: volume(there, "badvolume2", labels={}),
    "network without label": lambda there: network(there, "badnet", {}),
    "clone without label": lambda there: clone(there, "bare", "badclone"),
    "build on another": lambda there: build(there, f"FROM {OTHER}\n", "localhost/mine:bad"),
    "build copies from another": lambda there: build(
        there, f"FROM {IMAGE}\nCOPY --from={OTHER} /bin /x\n", "localhost/mine:bad2"
    ),
    "build on the host's network": lambda there: build(
        there, f"FROM {IMAGE}\nRUN --network=host true\n", "localhost/mine:bad3"
    ),
    "build called as another's": lambda there: build(
        there, f"FROM {IMAGE}\nRUN true\n", "quay.io/corp/prod:1"
    ),
    "tag as another's": lambda there: tag(there, IMAGE, "quay.io/corp/prod:1"),
    "commit as another's": lambda there: commit(there, "shop", "quay.io/corp/prod:1"),
    "pull": lambda there: pull(there, "docker.io/library/evil:1"),
    "tag": lambda there: tag(there, OTHER, "localhost/mine:fair"),
    "commit": lambda there: commit(there, "webby", "localhost/mine:committed"),
}
PERMITTED: dict[str, tuple[Ask, str, str]] = {
    "run": (
        lambda there: there.made(f"--name good1 {IMAGE} true", create=False),
        "containers",
        "good1",
    ),
    "create with a folder": (
        lambda there: there.made(f"--name good2 -v /var/tmp:/x -p 8123:80 {IMAGE}"),
        "containers",
        "good2",
    ),
    "pod": (lambda there: pod(there, "goodpod"), "pods", "goodpod"),
    "kube": (lambda there: there.kube("good"), "pods", "kube-good"),
    "volume": (lambda there: volume(there, "goodvolume"), "volumes", "goodvolume"),
    "network": (lambda there: network(there, "goodnet", LABEL), "networks", "goodnet"),
    "clone": (lambda there: clone(there, "labelled", "goodclone"), "volumes", "goodclone"),
    "build": (
        lambda there: build(there, f"FROM {IMAGE}\nRUN true\n", "localhost/mine:good"),
        "images",
        "localhost/mine:good",
    ),
    "tag": (
        lambda there: tag(there, IMAGE, "localhost/mine:name"),
        "images",
        "localhost/mine:name",
    ),
}


@pytest.fixture
def there(lab: Any, clean_hosts: None, endpoint_on: Any, person: Any) -> Iterator[There]:
    host = lab.hosts[0]
    quick = ("--stop-signal", "KILL", "--label", "team=shop")
    host.podman("run", "-d", "--name", "shop", *quick, IMAGE, "sleep", "999")
    host.podman("run", "-d", "--name", "limited", "-m", "64m", *quick, IMAGE, "sleep", "999")
    host.podman("create", "--name", "webby", *quick, OTHER)
    host.podman("volume", "create", "bare")
    host.podman("volume", "create", "--label", "team=shop", "labelled")
    endpoint = endpoint_on(host)
    rows = {kind: mirror(endpoint, kind) for kind in ("container", "image", "volume")}
    yield There(host, endpoint, person, rows)
    for kind, name in (("network", "goodnet"), ("network", "badnet")):
        host.podman(kind, "rm", "-f", name)
    for name in ("good", "name"):
        host.podman("rmi", "--ignore", "-f", f"localhost/mine:{name}")


@pytest.fixture
def guarded() -> Callable[[], None]:
    """Makes the rules."""

    def make() -> None:
        for kind, settings in RULES.items():
            Guardrail.objects.create(name=f"rule of {kind}", kind=kind, settings=settings)

    return make


def test_refused_at_the_click(there: There, guarded: Callable[[], None]) -> None:
    before = there.state()
    guarded()
    let_through = []
    for name, ask in REFUSED.items():
        try:
            ask(there)
        except GuardrailRefused as refused:
            if "rule of" in str(refused) or "unknown fields" in str(refused):
                continue
        let_through.append(name)
    assert let_through == []
    assert not Job.objects.exists()
    assert Entry.objects.filter(kind="refusal").count() >= len(REFUSED) // 2
    assert there.state() == before


def test_refused_by_the_worker_where_the_rule_came_later(
    there: There, guarded: Callable[[], None], worker: Any, ended: Any
) -> None:
    before, limit = there.state(), inspected(there.host, "container", "limited")["HostConfig"]
    jobs = {name: ask(there) for name, ask in REFUSED.items()}
    guarded()
    worker().hand_over([job.pk for job in jobs.values()])
    ends = {name: ended(job, within_s=120) for name, job in jobs.items()}
    others = {name: (job.state, job.error) for name, job in ends.items() if job.state != "denied"}
    assert others == {}
    assert there.state() == before
    after = inspected(there.host, "container", "limited")["HostConfig"]
    assert after["Memory"] == limit["Memory"]


def test_what_is_permitted_comes_to_be(
    there: There, guarded: Callable[[], None], worker: Any, ended: Any
) -> None:
    guarded()
    jobs = {name: ask(there) for name, (ask, _kind, _made) in PERMITTED.items()}
    worker().hand_over([job.pk for job in jobs.values()])
    for name, job in jobs.items():
        assert ended(job, within_s=120).state == "ok", (name, job.error, job.cause)
    state = there.state()
    for name, (_ask, kind, made) in PERMITTED.items():
        assert any(made in line for line in state[kind]), (name, state[kind])
    job = recreate(there, f"--name shop {IMAGE} sleep 999")
    worker().hand_over([job.pk])
    assert ended(job, within_s=120).state == "ok", (job.error, job.cause)
    assert inspected(there.host, "container", "shop")["HostConfig"]["Memory"] == 64 * 2**20


async def _nothing() -> AsyncIterator[bytes]:
    raise AssertionError("it was read")
    yield b""  # type: ignore[unreachable]


def test_streams_are_refused_before_they_begin(there: There, guarded: Callable[[], None]) -> None:
    guarded()
    Guardrail.objects.create(name="not root", kind="users", settings={"no_root": True})
    before = there.state()
    with pytest.raises(GuardrailRefused, match="not root"):
        begin(there.person, there.ref("container", "shop"), ExecOptions(user="root"))
    load = async_to_sync(archives.load)
    with pytest.raises(ActionFailed, match="rule of images"):
        load(there.person, there.endpoint, _nothing(), file="x.tar", limit_bytes=2**20)
    assert there.state() == before
    assert inspected(there.host, "container", "shop")["ExecIDs"] == []
