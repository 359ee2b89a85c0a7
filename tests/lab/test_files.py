"""Files of containers and volumes on a real host, judged by the container's own tools."""

import asyncio
import hashlib
import io
import tarfile
import time
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from accounts import epoch
from accounts.models import Role
from audit.models import Entry
from hosts.actions import cancel_job
from hosts.actions.files import open_volume
from hosts.dial import dial
from hosts.podman import Podman
from hosts.podman.folders import list_folder
from tests.lab.inventory_rows import mirror
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.transfers import Answer, transfer

__all__ = ["ended", "endpoint_on", "person", "vault_keys", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
IMAGE = "localhost/busybox"
SETUP = r"""
mkdir -p /data/sub; cd /data
printf 'one\ntwo\n' > text; printf 'a\r\nb\r\n' > dos; printf '\0\1' > binary
touch -- 'new
line' '-rf' '$(reboot)' "$(printf '\377bad')" '<b>bold'
ln -s /etc/passwd out; ln -s text near; ln -s /nowhere broken; ln -s sub folder
chown 12:34 text; chmod 640 text; mkfifo pipe
"""


@pytest.fixture
def host(lab: Any, clean_hosts: None) -> Any:
    return lab.hosts[0]


@pytest.fixture
def box(host: Any, endpoint_on: Any) -> Any:
    """A running container with files, a small disk at /small and the volume `box-data` at /vol."""
    host.podman(
        "run",
        "-d",
        "--name=box",
        "--tmpfs=/small:size=4m",
        "--volume=box-data:/vol",
        IMAGE,
        "sleep",
        "10000",
    )
    host.podman("exec", "box", "sh", "-c", SETUP)
    return mirror(endpoint_on(host), "container")["box"]


async def in_thread(work: Any, *args: Any) -> Any:
    return await sync_to_async(work)(*args)


def inside(host: Any, *words: str) -> str:
    return str(host.podman("exec", "box", *words))


def page(row: Any, kind: str = "container") -> str:
    return f"/{kind}s/{row.endpoint_id}/{row.podman_id}/files/"


def up(user: Any, row: Any, content: bytes, kind: str = "container", **query: Any) -> Answer:
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    place = f"/transfer/files/{kind}/{row.endpoint_id}/{row.podman_id}/"
    pieces = [content[at : at + 100_000] for at in range(0, len(content), 100_000)]
    do = "upload" if "name" in query else "unpack"
    return async_to_sync(transfer)(user, "PUT", f"{place}{do}/", pieces, query=asked)


def down(user: Any, row: Any, what: str, path: str, kind: str = "container") -> Answer:
    place = f"/transfer/files/{kind}/{row.endpoint_id}/{row.podman_id}/"
    return async_to_sync(transfer)(user, "GET", f"{place}{what}/", query=f"path={quote(path)}")


def listed(browser: Any, url: str) -> str:
    response = browser.get(url, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    return str(response.content.decode())


def entries(verb: str) -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(verb=verb).order_by("number")
    return [(one.kind, one.result, dict(one.params or {}).get("what", "")) for one in found]


def test_a_folder_is_shown_as_it_is(host: Any, box: Any, cast: Any, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    shown = listed(bob, f"{page(box)}?path=/data")
    for name in ("new\\nline", "-rf", "$(reboot)", "\\xffbad", "&lt;b&gt;bold"):
        assert name in shown
    assert "→ /etc/passwd" in shown
    assert "<b>bold" not in shown
    # a link to a folder shows what it leads to, and says so; one to a file is that file's page
    assert "is a link" in listed(bob, f"{page(box)}?path=/data/folder")
    lead = bob.get(f"{page(box)}?path=/data/near", HTTP_HX_REQUEST="true")
    assert lead["HX-Redirect"].endswith("files/file/?path=/data/near")
    assert "does not exist" in listed(bob, f"{page(box)}?path=/data/broken")
    # stopped, the same is read from the archive
    host.podman("stop", "-t", "0", "box")
    stopped = listed(bob, f"{page(box)}?path=/data")
    assert "new\\nline" in stopped
    assert "→ /etc/passwd" in stopped
    assert "does not run" in stopped


def test_both_ways_of_listing_agree(host: Any, box: Any) -> None:
    async def both() -> list[list[Any]]:
        async with Podman(dial(box.endpoint)) as podman:
            found = []
            for running in (True, False):
                listing = await list_folder(podman, box.podman_id, "/data", running=running)
                assert (listing.whole, listing.by_tar) == (True, not running)
                found.append(
                    sorted(
                        (one.name, one.kind, one.mode, one.target)
                        # Podman's archive replaces what is not UTF-8
                        for one in listing.entries
                        if one.name.isascii()
                    )
                )
            return found

    by_tool, by_tar = async_to_sync(both)()
    assert by_tool == by_tar
    assert len(by_tool) == 13


def test_an_upload_is_whole_or_not_there(host: Any, box: Any, cast: Any) -> None:
    content = bytes(range(256)) * 4000
    asked = {"path": "/data/sub", "name": "new.bin"}
    assert up(cast.bob, box, content, **asked, mode="600", owner="7:8").json() == {
        "path": "/data/sub/new.bin",
        "replaced": False,
    }
    assert inside(host, "stat", "-c", "%a %u %g %s", "/data/sub/new.bin").split() == [
        "600",
        "7",
        "8",
        str(len(content)),
    ]
    taken = up(cast.bob, box, b"other", **asked)
    assert taken.status == 409
    assert "already exists" in taken.json()["error"]
    # what replaces it keeps owner and mode
    assert up(cast.bob, box, b"other", **asked, replace=1).json()["replaced"] is True
    assert inside(host, "stat", "-c", "%a %u %g", "/data/sub/new.bin").split() == ["600", "7", "8"]
    assert inside(host, "cat", "/data/sub/new.bin") == "other"
    # a full disk: Podman's words, what was there stays, no part is left
    inside(host, "sh", "-c", "echo old > /small/keep")
    full = up(cast.bob, box, bytes(8 << 20), path="/small", name="keep", replace=1)
    assert full.status == 507
    assert "full" in full.json()["error"]
    assert "no space left" in full.json()["cause"]
    assert inside(host, "ls", "-A", "/small").split() == ["keep"]
    assert inside(host, "cat", "/small/keep").strip() == "old"
    assert up(cast.bob, box, b"x", path="/nope", name="x").json()["error"].startswith("Nothing is")
    assert up(cast.bob, box, b"x", path="/data", name="../x").status == 400
    kinds = [entry[:2] for entry in entries("container.files_edit")]
    outcomes = ["ok", "failed", "ok", "failed", "failed"]
    assert kinds == [pair for r in outcomes for pair in (("intent", ""), ("outcome", r))]


async def test_a_browser_that_goes_leaves_nothing(host: Any, box: Any, cast: Any) -> None:
    place = f"/transfer/files/container/{box.endpoint_id}/{box.podman_id}/upload/"

    async def until_a_part_is_there() -> None:
        async with asyncio.timeout(30):
            # what is waited for is on the host
            while ".part" not in await in_thread(inside, host, "ls", "-A", "/data/sub"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    await transfer(
        cast.bob,
        "PUT",
        place,
        [bytes(1 << 20)],
        query="path=/data/sub&name=cut",
        length=2 << 20,
        during=until_a_part_is_there,
    )
    assert await sync_to_async(inside)(host, "ls", "-A", "/data/sub") == ""
    found = await sync_to_async(entries)("container.files_edit")
    assert [entry[1] for entry in found] == ["", "cancelled"]


async def test_a_withdrawn_right_ends_it(host: Any, box: Any, cast: Any) -> None:
    place = f"/transfer/files/container/{box.endpoint_id}/{box.podman_id}/upload/"

    def withdraw() -> None:
        cast.bob.role = Role.objects.get(name="viewer")
        cast.bob.save()
        epoch.raise_epoch()

    async def until_entries(count: int) -> None:
        async with asyncio.timeout(30):
            while len(await in_thread(entries, "container.files_edit")) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def during() -> None:
        await until_entries(1)
        await sync_to_async(withdraw)()
        await until_entries(2)

    query = "path=/data/sub&name=cut"
    answer = await transfer(
        cast.bob, "PUT", place, [bytes(1000)], query=query, length=2000, during=during
    )
    assert answer.status == 403
    assert await sync_to_async(inside)(host, "ls", "-A", "/data/sub") == ""


def test_downloads(host: Any, box: Any, cast: Any) -> None:
    inside(host, "dd", "if=/dev/urandom", "of=/data/sub/large", "bs=1M", "count=8")
    got = down(cast.bob, box, "file", "/data/sub/large")
    assert got.headers["content-length"] == str(8 << 20)

    told = inside(host, "sha256sum", "/data/sub/large").split()[0]
    assert hashlib.sha256(got.body).hexdigest() == told
    strange = down(cast.bob, box, "file", "/data/new\nline")
    assert strange.status == 200
    assert "\n" not in strange.headers["content-disposition"]
    assert strange.headers["x-content-type-options"] == "nosniff"
    tar = down(cast.bob, box, "folder", "/data")
    with tarfile.open(fileobj=io.BytesIO(tar.body)) as opened:
        assert "data/sub/large" in opened.getnames()
        assert opened.getmember("data/out").linkname == "/etc/passwd"
    assert down(cast.bob, box, "file", "/data/nothing").status == 404
    assert down(cast.charlie, box, "file", "/data/text").status == 403
    ended = [entry[1] for entry in entries("container.files") if entry[0] == "outcome"]
    assert ended == ["ok", "ok", "ok", "failed"]


def test_edit_keeps_owner_mode_and_line_ends(
    host: Any, box: Any, cast: Any, browser_of: Any
) -> None:
    bob = browser_of(cast.bob)

    def opened(path: str) -> dict[str, Any]:
        context = bob.get(f"{page(box)}file/?path={path}").context
        return {
            "content": context["text"],
            "seen": context["digest"],
            "newline": context["newline"],
        }

    form = opened("/data/text")
    assert form["content"] == "one\ntwo\n"
    changed = {**form, "content": "one\r\n2\r\n"}
    assert "Saved" in bob.send(f"{page(box)}save/?path=/data/text", changed)["HX-Trigger"]
    assert inside(host, "cat", "/data/text") == "one\n2\n"
    assert inside(host, "stat", "-c", "%a %u %g", "/data/text").split() == ["640", "12", "34"]
    # somebody else was faster: the difference, and nothing saved
    inside(host, "sh", "-c", "echo theirs > /data/text")
    conflict = bob.send(f"{page(box)}save/?path=/data/text", changed)
    assert ("-", "theirs") in conflict.context["difference"]
    assert inside(host, "cat", "/data/text") == "theirs\n"
    form = opened("/data/dos")
    assert form["newline"] == "crlf"
    bob.send(f"{page(box)}save/?path=/data/dos", {**form, "content": "a\r\nc\r\n"})
    assert inside(host, "od", "-An", "-c", "/data/dos").split() == [
        "a",
        "\\r",
        "\\n",
        "c",
        "\\r",
        "\\n",
    ]
    # through a link its file is written, and the link stays
    form = opened("/data/near")
    bob.send(f"{page(box)}save/?path=/data/near", {**form, "content": "by the link"})
    assert inside(host, "readlink", "/data/near").strip() == "text"
    assert inside(host, "cat", "/data/text") == "by the link"
    assert bob.get(f"{page(box)}file/?path=/data/binary").context["text"] is None


def test_changes_by_name_whatever_the_name(host: Any, box: Any, cast: Any, browser_of: Any) -> None:
    bob = browser_of(cast.bob)

    def ask(what: str, path: str, **form: str) -> int:
        return int(bob.send(f"{page(box)}{what}/?path={quote(path)}", form).status_code)

    for name in ("new\nline", "-rf", "$(reboot)"):
        assert ask("remove", f"/data/{name}") == 204
    assert ask("rename", "/data/text", new="sub/moved here") == 204
    assert ask("rename", "/data/dos", new="binary") == 422
    assert ask("permissions", "/data/dos", mode="4711", owner="1:2") == 204
    assert ask("permissions", "/data/dos", mode="999") == 422
    assert ask("folder", "/data", new="-made") == 204
    assert ask("folder", "/data", new="sub") == 422
    assert ask("remove", "/") == 422
    # a name that is not UTF-8, which Podman's JSON cannot carry
    assert bob.send(f"{page(box)}rename/?path=/data/%FFbad", {"new": "good"}).status_code == 204
    left = inside(host, "ls", "-A", "/data").split()
    assert left == [
        "-made",
        "<b>bold",
        "binary",
        "broken",
        "dos",
        "folder",
        "good",
        "near",
        "out",
        "pipe",
        "sub",
    ]
    assert inside(host, "stat", "-c", "%a %u %g", "/data/dos").split() == ["4711", "1", "2"]
    assert inside(host, "ls", "/data/sub") == "moved here\n"
    host.podman("stop", "-t", "0", "box")
    refused = bob.send(f"{page(box)}remove/?path=/data/sub", {})
    assert "does not run" in refused["HX-Trigger"]
    assert browser_of(cast.charlie).send(f"{page(box)}remove/?path=/x", {}).status_code == 403


def test_a_volume_and_its_borders(host: Any, box: Any, cast: Any, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    volume = mirror(box.endpoint, "volume")["box-data"]
    inside(
        host,
        "sh",
        "-c",
        "ln -s /etc /vol/out; ln -s /etc/passwd /vol/file; echo v > /vol/v; chown 12:34 /vol/v",
    )
    shown = listed(bob, page(volume, "volume"))
    assert "through the container box" in shown
    for path in ("/out", "/file", "/out/passwd"):
        assert "not among the open files" in listed(bob, f"{page(volume, 'volume')}?path={path}")
        refused = down(cast.bob, volume, "file", path, "volume")
        assert refused.status == 422
        assert b"root" not in refused.body
    assert bob.send(f"{page(volume, 'volume')}remove/?path=/out/passwd", {}).status_code == 422
    kept = inside(host, "stat", "-c", "%a %U", "/etc/passwd")
    given = {"mode": "777", "owner": "1:1"}
    for deep in ({}, {"deep": "1"}):
        sent = bob.send(f"{page(volume, 'volume')}permissions/?path=/file", given | deep)
        assert sent.status_code == 422
    assert inside(host, "stat", "-c", "%a %U", "/etc/passwd") == kept
    assert up(cast.bob, volume, b"x", "volume", path="/out", name="x").status == 422
    assert "x" not in inside(host, "ls", "/etc").split()
    # export, and import into it again
    exported = down(cast.bob, volume, "folder", "/", "volume").body
    inside(host, "rm", "/vol/v")
    assert up(cast.bob, volume, exported, "volume", path="/").status == 200
    assert inside(host, "cat", "/vol/v") == "v\n"
    assert inside(host, "stat", "-c", "%u %g", "/vol/v").split() == ["12", "34"]
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("fine"))
        tar.addfile(tarfile.TarInfo("../../evil"))
    judged = up(cast.bob, volume, evil.getvalue(), "volume", path="/", check=1)
    assert judged.status == 422
    assert "../../evil" in judged.json()["error"]
    assert "fine" not in inside(host, "ls", "/vol").split()
    # no container mounts it: said with a way out
    host.podman("rm", "-f", "-t", "0", "box")
    assert "No container mounts this volume" in listed(bob, page(volume, "volume"))


def test_a_volume_that_none_mounts_is_opened_for_a_while(
    host: Any, endpoint_on: Any, cast: Any, browser_of: Any, person: Any, worker: Any, ended: Any
) -> None:
    endpoint = endpoint_on(host)
    host.podman("volume", "create", "lonely")
    volume = mirror(endpoint, "volume")["lonely"]
    mirror(endpoint, "image")
    bob = browser_of(cast.bob)
    assert "Open files" in listed(bob, page(volume, "volume"))
    job = open_volume.ask(person, (endpoint.pk, "lonely"), image=f"{IMAGE}:latest")
    worker().hand_over([job.pk])
    deadline = time.monotonic() + 30
    while not job.progress.get("ready"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        job.refresh_from_db()
    assert "a temporary container" in listed(bob, page(volume, "volume"))
    assert up(cast.bob, volume, b"kept", "volume", path="/", name="note").status == 200
    cancel_job.ask(person, job.pk)
    ended(job, within_s=30)
    assert job.state == "cancelled"
    assert host.podman("ps", "-aq") == ""
    told = host.podman("run", "--rm", "--volume=lonely:/v", IMAGE, "cat", "/v/note")
    assert told == "kept"
