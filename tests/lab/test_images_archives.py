"""Archives from a person to a real host: loaded, also compressed, and imported; judged by Podman."""

import asyncio
import gzip
import io
import lzma
import tarfile
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from audit.models import Entry
from hosts.actions.images import archives
from hosts.jobs.errand import ActionFailed
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on, person, vault_keys

__all__ = ["endpoint_on", "person", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)
LOADED, IMPORTED = "localhost/archives/loaded:1", "localhost/archives/imported:1"
LIMIT_BYTES = 100 * 2**20


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("rmi", "-f", "-i", LOADED, IMPORTED)


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_what_podman_saved_is_loaded_again(
    host: Host, endpoint_on: Any, person: Any, form: str, pack: Callable[[bytes], bytes]
) -> None:
    endpoint = endpoint_on(host)
    host.podman("tag", "localhost/busybox:latest", LOADED)
    host.podman("save", "--format", form, "-o", "/tmp/saved.tar", LOADED)
    data = b64decode(host.run("base64", "-w0", "/tmp/saved.tar"))
    host.run("rm", "/tmp/saved.tar")
    host.podman("untag", LOADED, LOADED)
    load = archives.load(person, endpoint, pieces(pack(data)), file="a", limit_bytes=LIMIT_BYTES)
    assert asyncio.run(load) == [LOADED]
    assert host.podman("run", "--rm", LOADED, "echo", "here").strip() == "here"
    kinds = Entry.objects.filter(verb="image.load").values_list("kind", "result")
    assert sorted(kinds) == [("intent", ""), ("outcome", "ok")]


def test_a_file_system_is_imported_with_its_settings(
    host: Host, endpoint_on: Any, person: Any
) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo("tide.txt")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"high"))
    image_id = asyncio.run(
        archives.import_tar(
            person,
            endpoint_on(host),
            pieces(made.getvalue()),
            file="tide.tar",
            reference=archives.import_name("archives/imported:1"),
            message="of the test",
            changes=archives.import_changes('CMD ["/tide"]\nENV TIDE=high\nLABEL by=test'),
        )
    )
    told = "{{.Id}} {{.Config.Cmd}} {{.Config.Env}} {{.Labels}} {{.Comment}}"
    found = host.podman("image", "inspect", IMPORTED, "--format", told)
    assert found.startswith(f"{image_id} [/tide]")
    for word in ("TIDE=high", "by:test", "of the test"):
        assert word in found
    container = host.podman("create", IMPORTED).strip()
    host.podman("cp", f"{container}:/tide.txt", "/tmp/tide.txt")
    host.podman("rm", container)
    assert host.run("cat", "/tmp/tide.txt") == "high"


def test_a_broken_one_leaves_no_image(host: Host, endpoint_on: Any, person: Any) -> None:
    endpoint, before = endpoint_on(host), host.podman("images", "-aq")
    broken = gzip.compress(b"no tar at all" * 1000)
    load = archives.load(person, endpoint, pieces(broken), file="a", limit_bytes=LIMIT_BYTES)
    with pytest.raises(ActionFailed, match="tar archive"):
        asyncio.run(load)
    bomb = gzip.compress(bytes(2**20))
    load = archives.load(person, endpoint, pieces(bomb), file="a", limit_bytes=10_000)
    with pytest.raises(ActionFailed, match="larger"):
        asyncio.run(load)
    assert host.podman("images", "-aq") == before
