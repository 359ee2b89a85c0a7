"""A locked image keeps its names on a real host, by whatever road something else would get one of them."""

import asyncio
import io
import tarfile
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.builds.build_upload import build_upload
from hosts.actions.containers import commit_container, recreate_container, upgrade_container
from hosts.actions.guardrails import lock
from hosts.actions.images import archives, copy_image, pull_image, tag_image
from hosts.actions.kube import play_kube
from hosts.actions.run import run_container
from hosts.guardrails import GuardrailRefused
from hosts.jobs.errand import ActionFailed
from hosts.models import Job
from tests.lab.hosts import Host
from tests.lab.hosts.registry import Registry
from tests.lab.inventory_rows import mirror
from tests.lab.lab_images import commit, keep_password, mirrored, names_on
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "keep_password", "person", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
PLAIN, OTHER, LATE = "localhost/busybox:latest", "localhost/other:1", "localhost/late:1"
LIMIT_BYTES = 100 * 2**20
KUBE = """\
apiVersion: v1
kind: Pod
metadata: {{name: kube}}
spec: {{containers: [{{name: c, image: "{image}", command: [sleep, "9"]{more}}}]}}
"""


class There:
    """A host with an image that has the name of one in the registry, and a container of it."""

    def __init__(self, host: Host, endpoint: Any, person: Any, name: str) -> None:
        self.host, self.endpoint, self.person, self.name = host, endpoint, person, name
        self.id = commit(host, name)
        host.podman("create", "--name", "shop", "--pull", "never", name, "sleep", "9")
        self.row = mirrored(host, endpoint, name)
        self.plain = mirrored(host, endpoint, PLAIN)
        self.shop = mirror(endpoint, "container")["shop"]

    def lock(self) -> Any:
        ref = (self.endpoint.pk, self.row.podman_id)
        return lock.lock_object(self.person, "image", ref, reason="as audited")

    def has_it(self, name: str = "") -> bool:
        """Whether the name still means the same image, asked for inside the host."""
        told = self.host.podman("image", "inspect", name or self.name, "--format", "{{.Id}}")
        return told.strip() == self.id

    def jobs(self) -> dict[str, Callable[[], Any]]:
        """What would give the name to something else, by a job."""
        person, place, name = self.person, self.endpoint.pk, self.name
        shop, fetched = (place, self.shop.podman_id), {"image": name, "pull": "always"}
        made, based = build_order(tags=[name]), build_order(tags=[OTHER], pull_always=True)
        return {
            "pull": lambda: pull_image.ask(person, place, reference=name),
            "build": lambda: build_image.ask(person, place, text=f"FROM {PLAIN}", order=made),
            "base": lambda: build_image.ask(person, place, text=f"FROM {name}", order=based),
            "commit": lambda: commit_container.ask(person, shop, name=name),
            "tag": lambda: tag_image.ask(person, (place, self.plain.podman_id), names=[name]),
            "kube": lambda: play_kube.ask(person, place, text=KUBE.format(image=name, more="")),
            "run": lambda: run_container.ask(person, place, params=fetched, env={}),
            "recreate": lambda: recreate_container.ask(
                person, shop, params={**fetched, "name": "shop"}, env={}, watch_s=1
            ),
        }

    def streams(self, name: str) -> dict[str, Callable[[], Any]]:
        """The same of what passes through at once."""

        async def upload(text: str, **order: Any) -> None:
            built = build_upload(
                self.person,
                self.endpoint,
                pieces(tar_of("Containerfile", text.encode())),
                order=build_order(**order),
                file="x.tar",
                limit_bytes=LIMIT_BYTES,
            )
            async for _line in built:
                continue

        return {
            "load": lambda: archives.load(
                self.person,
                self.endpoint,
                pieces(self.archive),
                file="x.tar",
                limit_bytes=LIMIT_BYTES,
            ),
            "import": lambda: archives.import_tar(
                self.person,
                self.endpoint,
                pieces(tar_of("tide", b"high")),
                file="x.tar",
                reference=name,
                message="",
                changes=[],
            ),
            "build": lambda: upload(f"FROM {PLAIN}", tags=[name]),
            "base": lambda: upload(f"FROM {name}", tags=[OTHER], pull_always=True),
        }

    def saved(self, name: str, form: str) -> None:
        """The archive of another image that has that name."""
        own = self.host.podman("image", "inspect", PLAIN, "--format", "{{.Id}}").strip()
        self.host.podman("tag", own, name)
        self.host.podman("save", "--format", form, "-o", "/tmp/saved.tar", name)
        self.archive = b64decode(self.host.run("base64", "-w0", "/tmp/saved.tar"))
        self.host.run("rm", "/tmp/saved.tar")
        self.host.podman("tag", self.id, name)


def tar_of(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return made.getvalue()


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


@pytest.fixture
def there(
    lab: Any,
    registry: Registry,
    clean_hosts: None,
    endpoint_on: Any,
    person: Any,
    keep_password: Any,
) -> Iterator[There]:
    keep_password()
    host, name = lab.hosts[0], f"{registry.address}/lab/busybox:latest"
    host.podman("rmi", "-f", "-i", name)
    made = There(host, endpoint_on(host), person, name)
    yield made
    host.podman("pod", "rm", "-fa", "-t", "0")
    host.podman("rm", "-fa", "-t", "0")
    host.podman("rmi", "-f", "-i", made.id, OTHER, LATE, name)


def test_at_the_click(there: There) -> None:
    there.saved(there.name, "docker-archive")
    there.lock()
    for road, deed in there.jobs().items():
        with pytest.raises(GuardrailRefused, match=r"is locked by Bob since .*: as audited"):
            assert deed() is None, road
    for road, stream in there.streams(there.name).items():
        with pytest.raises(ActionFailed, match=r"is locked by Bob since .*: as audited"):
            assert asyncio.run(stream()) is None, road
    assert not Job.objects.exists()
    assert there.has_it()


def test_in_the_worker(there: There, worker: Any, ended: Any) -> None:
    """Asked for before the lock; and an upgrade, whose image is known there alone."""
    early = {road: deed() for road, deed in there.jobs().items()}
    locked = there.lock()
    shop = (there.endpoint.pk, there.shop.podman_id)
    early["upgrade"] = upgrade_container.ask(there.person, shop)
    loop = worker()
    loop.hand_over([job.pk for job in early.values()])
    for road, job in early.items():
        ended(job, within_s=60)
        assert job.state == "denied", (road, job.state, job.error, job.cause)
        assert "is locked by Bob" in job.error, road
        assert there.has_it(), road
    assert OTHER not in names_on(there.host)
    # a kube file that says so leaves the image alone
    text = KUBE.format(image=there.name, more=", imagePullPolicy: IfNotPresent")
    job = play_kube.ask(there.person, there.endpoint.pk, text=text)
    loop.hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert there.has_it()

    lock.unlock(there.person, locked.pk)
    job = there.jobs()["pull"]()
    loop.hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert not there.has_it()


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_names_that_only_the_host_knows(there: There, form: str, worker: Any, ended: Any) -> None:
    """Given past Haulout a moment ago: no inventory has it yet."""
    there.lock()
    there.saved(LATE, form)
    assert LATE not in there.row.names
    for road, stream in there.streams(LATE).items():
        if road != "base":
            with pytest.raises(ActionFailed, match="is locked by Bob"):
                assert asyncio.run(stream()) is None, road
        assert there.has_it(LATE), road
    plain = (there.endpoint.pk, there.plain.podman_id)
    job = tag_image.ask(there.person, plain, names=[LATE])
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "denied", (job.error, job.cause)
    assert there.has_it(LATE)


def test_a_copy_from_another_host(
    there: There, lab: Any, endpoint_on: Any, worker: Any, ended: Any
) -> None:
    source = lab.hosts[1]
    own = commit(source, there.name)
    start = endpoint_on(source)
    row = mirrored(source, start, there.name)
    ref = [(start.pk, row.podman_id)]
    [early] = copy_image.ask_many(there.person, ref, [there.endpoint.pk]).jobs.all()
    there.lock()
    batch = copy_image.ask_many(there.person, ref, [there.endpoint.pk])
    assert not batch.jobs.exists()
    assert "is locked by Bob" in batch.skipped[0]["why"]
    worker().hand_over([early.pk])
    assert ended(early, within_s=60).state == "denied", (early.error, early.cause)
    assert there.has_it()
    source.podman("rmi", "-f", own)
