"""Files of a real container by token: listed, fetched, put, unpacked; judged by its own tools."""

import asyncio
import hashlib
import io
import tarfile
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from accounts import token_actions
from audit.models import Entry
from audit.shapes import Who
from tests.dashboard.api_cast import Caller, make_caller
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.transfers import Answer, transfer

__all__ = ["endpoint_on", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
SETUP = r"""
mkdir -p /data/sub; cd /data; echo one > text; chmod 640 text; ln -s sub folder
head -c 300000 /dev/zero > sub/big; touch "$(printf '\377bad')"
"""


@pytest.fixture
def box(lab: Any, clean_hosts: None, endpoint_on: Any) -> Any:
    """A running container with files."""
    host = lab.hosts[0]
    host.podman(
        *("run", "-d", "--name=box", "--tmpfs=/small:size=4m", "localhost/busybox"),
        *("sleep", "10000"),
    )
    host.podman("exec", "box", "sh", "-c", SETUP)
    return mirror(endpoint_on(host), "container")["box"]


class Files:
    """A token's way to a container's files."""

    def __init__(self, user: Any, caller: Caller, row: Any) -> None:
        self.user, self.caller = user, caller
        self.base = f"/api/v1/containers/{row.endpoint_id}/{row.podman_id}/files"

    def ask(self, method: str, what: str, path: str, body: bytes = b"", **more: Any) -> Answer:
        """`more`: the query beside the path, and `during` of transfer."""
        during = more.pop("during", None)
        query = f"path={quote(path)}" + "".join(f"&{name}={one}" for name, one in more.items())
        pieces = [body[at : at + 100_000] for at in range(0, len(body), 100_000)]
        return async_to_sync(
            partial(transfer, query=query, token=False, during=during, more_headers=self.headers)
        )(self.user, method, f"{self.base}{what}", pieces)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.caller.secret}"}


def test_listed_fetched_put_and_unpacked(lab: Any, box: Any, cast: Any) -> None:
    bob = Files(cast.bob, make_caller(cast.bob), box)
    inside = partial(lab.hosts[0].podman, "exec", "box")

    told = bob.ask("GET", "", "/data/folder/..").json()
    assert (told["path"], told["kind"], told["whole"]) == ("/data", "folder", True)
    items = {one["name"]: one for one in told["items"]}
    assert set(items) == {"text", "sub", "folder", "\\xffbad"}
    assert (items["text"]["size_bytes"], items["text"]["mode"]) == (4, "0640")
    assert (items["folder"]["kind"], items["folder"]["target"]) == ("link", "sub")
    alone = bob.ask("GET", "", "/data/text").json()
    assert (alone["kind"], alone["size_bytes"], alone["items"]) == ("file", 4, [])

    big = bob.ask("GET", "/content", "/data/sub/big")
    assert (big.status, big.body) == (200, bytes(300_000))
    assert big.headers["content-length"] == "300000"
    assert big.headers["ratelimit"].startswith('"token";r=')
    tar = bob.ask("GET", "/archive", "/data/sub")
    with tarfile.open(fileobj=io.BytesIO(tar.body)) as archive:
        assert [one.size for one in archive if one.isfile()] == [300_000]

    content = bytes(range(256)) * 2000
    put = bob.ask("PUT", "/content", "/data/new", content, mode="600", owner="7:8", mtime=1000)
    assert (put.status, put.json()) == (200, {"path": "/data/new", "replaced": False})
    there = inside("sh", "-c", "md5sum /data/new; stat -c %a/%u/%g/%Y /data/new").split()
    assert there[0] == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert there[2] == "600/7/8/1"
    taken = bob.ask("PUT", "/content", "/data/new", b"x")
    assert (taken.status, taken.json()["type"]) == (409, "urn:haulout:problem:taken")
    assert bob.ask("PUT", "/content", "/data/new", b"x", replace="true").json()["replaced"] is True
    assert bob.ask("PUT", "/archive", "/data/sub", tar.body).json()["entries"] == 2
    assert inside("stat", "-c", "%s", "/data/sub/sub/big").strip() == "300000"

    entries = Entry.objects.filter(verb__startswith="container.files", kind="intent")
    assert {entry.door for entry in entries} == {"api"}
    assert [entry.params["what"] for entry in entries.order_by("number")] == [
        *("download", "folder", "upload", "upload", "upload", "unpack")
    ]


def test_what_cannot_be_done_is_a_problem(box: Any, cast: Any) -> None:
    bob = Files(cast.bob, make_caller(cast.bob), box)
    looks = Files(cast.bob, make_caller(cast.bob, "look", read_only=True), box)
    verbs = {"reach": "verbs", "verbs": ("host.view", "container.view", "container.files")}
    reads = Files(cast.bob, make_caller(cast.bob, "reads", **verbs), box)
    for one, method, what, path, status in (
        (bob, "GET", "/content", "/no/such", 404),
        (bob, "GET", "/content", "/data", 422),
        (bob, "GET", "/content", "data", 422),
        (bob, "GET", "", "/no/such", 404),
        (bob, "GET", "/archive", "/data/text", 422),
        (bob, "PUT", "/content", "/no/such/place", 404),
        (bob, "PUT", "/archive", "/data/text", 422),
        (bob, "PUT", "/archive", "/data", 422),
        (reads, "PUT", "/content", "/data/x", 403),
        (reads, "PUT", "/archive", "/data", 403),
    ):
        answer = one.ask(method, what, path, b"nonsense" if method == "PUT" else b"")
        assert answer.headers["content-type"] == "application/problem+json", (method, what, path)
        assert (answer.status, answer.json()["status"]) == (status, status), (method, what, path)
    assert looks.ask("GET", "/content", "/data/text").status in (200, 403)
    full = bob.ask("PUT", "/content", "/small/x", bytes(6_000_000))
    assert (full.status, full.json()["type"]) == (507, "urn:haulout:problem:host")
    wrong = bob.ask("PUT", "/content", "/data/x", b"x", mode="9x")
    assert (wrong.status, wrong.json()["type"]) == (422, "urn:haulout:problem:invalid")


async def test_a_revoked_token_ends_an_upload(lab: Any, box: Any, cast: Any) -> None:
    bob = Files(cast.bob, await sync_to_async(make_caller)(cast.bob), box)

    def revoke() -> None:
        token_actions.revoke(cast.bob, Who(name="Bob"), token=bob.caller.token)

    async def written(count: int) -> None:
        found = Entry.objects.filter(verb="container.files_edit")
        async with asyncio.timeout(30):
            while await found.acount() < count:  # noqa: ASYNC110 - no event is set for it
                await asyncio.sleep(0.05)

    async def during() -> None:
        await written(1)
        await sync_to_async(revoke)()
        await written(2)

    answer = await transfer(
        *(cast.bob, "PUT", f"{bob.base}/content", [bytes(1000)]),
        query="path=/data/half",
        token=False,
        length=2000,
        during=during,
        more_headers=bob.headers,
    )
    assert (answer.status, answer.json()["type"]) == (403, "urn:haulout:problem:denied")
    assert "half" not in lab.hosts[0].podman("exec", "box", "ls", "-a", "/data")
