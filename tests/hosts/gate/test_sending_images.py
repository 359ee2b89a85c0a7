"""Images that clients push, commit and save, and who may send anything: see test_archives."""

import json
from urllib.parse import quote

import pytest

from hosts.access import Person
from hosts.database_threads import in_thread
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Door, Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.test_archives import (
    IMAGE,
    NAME,
    PLAIN,
    SHOP,
    D,
    Entries,
    V,
    door,
    sent,
    there,
)
from tests.two_teams import Fleet

__all__ = ["door", "there"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_push_is_by_its_whole_name(there: FakeHost, door: Door, entry_of: Entries) -> None:
    there.answers[f"POST {V}/images/{IMAGE}/push"] = Answer(
        pieces=(b'{"stream":"Copying"}\n', b'{"manifestdigest":"sha256:0"}\n')
    )
    there.answers[f"POST {D}/images/quay.io%2Flab%2Fshop/push"] = Answer(
        pieces=(b'{"errorDetail":{"message":"unauthorized"},"error":"unauthorized"}\n',)
    )
    for given in ("", "destination=docker://quay.io/lab/shop:1&authfile=/etc/x"):
        got = await door.ask(f"POST {V}/images/shop:1/push?{given}", "X-Registry-Auth: e30=")
        assert (got.status, b"manifestdigest" in got.body) == (200, True)
        assert there.reached[-1].fields[b"x-registry-auth"] == [b"e30="]
    got = await door.ask(f"POST {D}/images/quay.io/lab/shop/push?tag=1")
    assert b"unauthorized" in got.body
    # the log has the end of a stream by the next answer
    await door.ask("HEAD /_ping")
    whole = "quay.io%2Flab%2Fshop%3A1"
    assert [one for one in sent(there) if "push" in one] == [
        f"POST {V}/images/{IMAGE}/push?destination={whole}",
        f"POST {V}/images/{IMAGE}/push?destination={whole}",
        f"POST {D}/images/quay.io%2Flab%2Fshop/push?tag=1",
    ]
    entries = await entry_of("image.push")
    assert [one.result for one in entries if one.kind == "outcome"] == ["ok", "ok", "failed"]
    assert json.loads(entries[0].params_text) == {"destination": NAME}


async def test_a_commit_gets_a_whole_name(there: FakeHost, door: Door, entry_of: Entries) -> None:
    asked = "container=shop-1&repo=shop&tag=2&comment=hi&changes=ENV%20A%3Db"
    for prefix in (V, D):
        assert (await door.ask(f"POST {prefix}/commit?{asked}")).status == 200
    rest = "&tag=2&comment=hi&changes=ENV+A%3Db"
    assert sent(there) == [
        f"POST {V}/commit?container={SHOP}&repo=localhost%2Fshop{rest}",
        f"POST {D}/commit?container={SHOP}&repo=docker.io%2Flibrary%2Fshop{rest}",
    ]
    there.answers[f"POST {V}/commit"] = Answer(
        pieces=(b'{"stream":"x"}\n', b'{"error":"disk full"}\n')
    )
    assert b"disk full" in (await door.ask(f"POST {V}/commit?container=shop-1")).body
    entries = await entry_of("container.commit")
    assert [one.result for one in entries if one.kind == "outcome"] == ["ok", "ok", "failed"]
    assert json.loads(entries[0].params_text)["image"] == "localhost/shop:2"


async def test_images_go_out(there: FakeHost, door: Door, entry_of: Entries) -> None:
    whole = quote(NAME, safe="")
    for line in (
        f"GET {V}/images/{whole}/get",
        f"GET {D}/images/{whole}/get",
        f"GET {V}/images/export",
        f"GET {D}/images/get",
    ):
        there.answers[line] = Answer(pieces=(b"tar", b"ball"))
    assert (await door.ask(f"GET {V}/images/shop:1/get?format=oci-archive")).body == b"tarball"
    assert (await door.ask(f"GET {D}/images/quay.io/lab/shop:1/get")).body == b"tarball"
    several = f"references={NAME}&references={IMAGE[:12]}"
    there.answers[f"GET /v5.0.0/libpod/images/{IMAGE[:12]}/json"] = Answer(
        value={"Id": IMAGE, "RepoTags": [NAME]}
    )
    assert (await door.ask(f"GET {V}/images/export?{several}")).body == b"tarball"
    assert there.lines(of="export") == [
        f"GET {V}/images/export?references={whole}&references={IMAGE}"
    ]
    assert (await door.ask(f"GET {D}/images/get?names=shop:1")).body == b"tarball"
    # the log has the end of a stream by the next answer
    await door.ask("HEAD /_ping")
    entries = await entry_of("image.save")
    assert [one.result for one in entries if one.kind == "outcome"] == ["ok"] * 4
    assert json.loads(entries[4].params_text)["images"] == [NAME, IMAGE]


async def test_a_search_has_its_entry(there: FakeHost, door: Door, entry_of: Entries) -> None:
    for prefix in (V, D):
        there.answers[f"GET {prefix}/images/search"] = Answer(value=[{"Name": "quay.io/a"}])
        got = await door.ask(f"GET {prefix}/images/search?term=a&limit=3", "X-Registry-Auth: e30=")
        assert got.json == [{"Name": "quay.io/a"}]
        assert there.reached[-1].fields[b"x-registry-auth"] == [b"e30="]
    entries = await entry_of("image.search")
    assert [one.kind for one in entries] == ["intent", "outcome"] * 2


LINES = [
    f"PUT {V}/containers/shop-1/archive?path=/srv",
    f"POST {V}/images/load",
    f"POST {V}/images/import?reference=a:1",
    f"POST {V}/commit?container=shop-1&repo=a",
    f"POST {V}/images/shop:1/push?destination=quay.io/a/b",
    f"GET {V}/images/shop:1/get",
    f"GET {V}/images/export?references=shop:1",
    f"POST {V}/build?t=a",
]


@pytest.mark.parametrize("line", LINES)
async def test_a_viewer_may_none_of_it(
    there: FakeHost, knock: Knock, cast: Cast, line: str
) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    got = await door.ask(line, body=PLAIN if not line.startswith("GET") else b"")
    assert (got.status, "Nothing that you hold permits" in got.json["message"]) == (403, True)
    assert sent(there) == []


async def narrowed(fleet: Fleet, label: str) -> Person:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label=f"app={label}"))
    return await in_thread(fleet.person)


@pytest.mark.parametrize(("label", "status"), [("shop", 200), ("bank", 404)])
async def test_whoever_has_some_containers(
    there: FakeHost, knock: Knock, fleet: Fleet, label: str, status: int
) -> None:
    door = await knock(await narrowed(fleet, label))
    got = await door.ask(f"PUT {V}/containers/shop-1/archive?path=/srv", body=PLAIN)
    assert got.status == status
    for repo, expected in (
        ("localhost/by-commit/a", status),
        ("a", 403 if status == 200 else 404),
    ):
        got = await door.ask(f"POST {V}/commit?container=shop-1&repo={repo}")
        assert got.status == expected
    for line in (f"POST {V}/images/load", f"POST {V}/build?t=a"):
        assert (await door.ask(line, body=PLAIN)).status == 403
    # nor do they see the images
    assert (await door.ask(f"POST {V}/images/shop:1/push?destination=quay.io/a/b")).status == 404
