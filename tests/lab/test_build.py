"""Building on a real host: typed by a job, uploaded as a stream; judged by asking Podman."""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.builds.build_upload import build_upload
from hosts.actions.images import archives
from hosts.jobs.errand import ActionFailed
from hosts.models import Job
from hosts.podman import PodmanError
from hosts.podman.build import BuildResult
from tests.lab.hosts import Host, Lab
from tests.lab.hosts.processes import wait_until
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-5e1f-argument"
FILE = """\
FROM localhost/busybox:latest AS base
ARG TOKEN
RUN test -n "$TOKEN" && echo built > /made
FROM base
LABEL team=sea
CMD ["cat", "/made"]
"""


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("image", "prune", "-f")
    for name in ("shop:1", "shop:2"):
        one.podman("rmi", "-f", "-i", f"localhost/{name}")


@pytest.fixture
def carry(worker: Any, ended: Any) -> Callable[[Any], Any]:
    def run(job: Any) -> Any:
        worker().hand_over([job.pk])
        return ended(job, within_s=120)

    return run


def test_a_typed_file(
    host: Host, endpoint_on: Any, person: Any, carry: Callable[[Any], Any]
) -> None:
    order = build_order(tags=["shop:1"], arguments={"TOKEN": CANARY}, labels={"by": "test"})
    job = carry(build_image.ask(person, endpoint_on(host).pk, text=FILE, order=order))
    assert job.state == "ok", (job.error, job.cause, job.output)
    found = host.podman("image", "inspect", "shop:1", "--format", "{{.Id}} {{.Labels}}")
    assert job.result["id"] in found
    assert "team:sea" in found
    assert "by:test" in found
    assert host.podman("run", "--rm", "shop:1").strip() == "built"
    assert "STEP" in job.output
    assert Job.objects.get(pk=job.pk).sealed_params is None
    assert not any(CANARY in bytes(e.canonical).decode() for e in Entry.objects.all())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM localhost/busybox:latest\nRUN true\nRUN exit 7\n", "line 3"),
        ("FROM localhost/busybox:latest\nNONSENSE x\n", "NONSENSE"),
        ("FROM localhost/not-there:1\n", "not-there"),
    ],
)
def test_what_is_wrong_is_said(
    host: Host,
    endpoint_on: Any,
    person: Any,
    carry: Callable[[Any], Any],
    text: str,
    said: str,
) -> None:
    order = build_order(tags=["shop:1"])
    job = carry(build_image.ask(person, endpoint_on(host).pk, text=text, order=order))
    assert job.state == "failed"
    assert said in f"{job.error} {job.cause}"
    assert "shop:1" not in host.podman("images", "--format", "{{.Repository}}:{{.Tag}}")


def context(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    with io.BytesIO() as out:
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, target in (links or {}).items():
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, target
                tar.addfile(link)
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return out.getvalue()


def upload(person: Any, endpoint: Any, tar: bytes, **order: Any) -> tuple[list[str], str]:
    """Lines and the id of what an upload builds."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(tar), 1000):
            yield tar[start : start + 1000]

    async def run() -> tuple[list[str], str]:
        lines: list[str] = []
        made = ""
        wanted = build_order(tags=["shop:2"], **order)
        told = build_upload(
            person, endpoint, pieces(), order=wanted, file="shop.tgz", limit_bytes=10_000_000
        )
        async for line in told:
            if isinstance(line, BuildResult):
                made = line.image_id
            else:
                lines.append(line)
        return lines, made

    return asyncio.run(run())


def test_an_uploaded_context(host: Host, endpoint_on: Any, person: Any) -> None:
    files = {
        "docker/File": b"FROM localhost/busybox:latest\nCOPY data /data\nCMD cat /data\n",
        "data": b"from the context",
    }
    lines, made = upload(person, endpoint_on(host), context(files), containerfile="docker/File")
    assert any("COPY data" in line for line in lines)
    assert host.podman("image", "inspect", "shop:2", "--format", "{{.Id}}").strip() == made
    assert host.podman("run", "--rm", "shop:2") == "from the context"
    kinds = list(Entry.objects.filter(verb="image.build").values_list("kind", flat=True))
    assert sorted(kinds) == ["intent", "outcome"]


def test_a_context_that_reaches_outside(host: Host, endpoint_on: Any, person: Any) -> None:
    """What a tar says with `..` or a link never leaves the context, nor reaches the host's files."""
    endpoint = endpoint_on(host)
    build = b"FROM localhost/busybox:latest\nCOPY out /out\nCMD cat /out\n"
    tar = context(
        {"Containerfile": build, "../../../../tmp/escaped": b"x"}, {"out": "/etc/hostname"}
    )
    with pytest.raises((ActionFailed, PodmanError)):
        upload(person, endpoint, tar)
    assert "escaped" not in host.run("ls", "/tmp", "/var/tmp")
    assert "shop:2" not in host.podman("images", "--format", "{{.Repository}}:{{.Tag}}")


CANARY_FILE = "/etc/haulout-canary"
GOOD = b"FROM localhost/busybox:latest\n"
REACHING: dict[str, tuple[dict[str, bytes], dict[str, str], str]] = {
    "the file is a link": ({}, {"Containerfile": CANARY_FILE}, "Containerfile"),
    "its folder is a link": ({}, {"sub": "/etc"}, "sub/haulout-canary"),
    "written through a link": (
        {"sub/haulout-evil": b"x", "Containerfile": GOOD},
        {"sub": "/etc"},
        "Containerfile",
    ),
}


@pytest.mark.parametrize("case", REACHING.values(), ids=REACHING.keys())
def test_no_file_of_the_host_is_reached(
    host: Host, endpoint_on: Any, person: Any, case: tuple[Any, Any, str]
) -> None:
    """Podman 5.4.2 would read, and even write, it as root: such a context never reaches it whole."""
    files, links, containerfile = case
    host.run("sh", "-c", f"echo '{CANARY}: x' > {CANARY_FILE}")
    try:
        with pytest.raises(ActionFailed) as refused:
            upload(person, endpoint_on(host), context(files, links), containerfile=containerfile)
        assert CANARY not in f"{refused.value.message} {refused.value.cause}"
        assert "link" in refused.value.message
        assert "haulout-evil" not in host.run("ls", "/etc")
        outcome = Entry.objects.get(verb="image.build", kind="outcome")
        assert outcome.result == "failed"
        assert refused.value.message in bytes(outcome.canonical).decode()
        wait_until("the context's folder is gone", lambda: not contexts_on(host))
    finally:
        host.run("rm", "-f", CANARY_FILE, "/etc/haulout-evil")


def contexts_on(host: Host) -> list[str]:
    there = host.run("ls", "/var/tmp", "/tmp").split()
    return [name for name in there if name.startswith("libpod_builder")]


def test_a_loaded_archive_writes_nothing_on_the_host(
    host: Host, endpoint_on: Any, person: Any
) -> None:
    """An OCI archive is unpacked on the host's own disk, by every version."""

    async def pieces() -> AsyncIterator[bytes]:
        yield context({"sub/haulout-evil": b"x"}, {"sub": "/etc"})

    endpoint = endpoint_on(host)
    load = archives.load(person, endpoint, pieces(), file="x.tgz", limit_bytes=10_000_000)
    with pytest.raises(ActionFailed, match="behind a link"):
        asyncio.run(load)
    assert "haulout-evil" not in host.run("ls", "/etc")
