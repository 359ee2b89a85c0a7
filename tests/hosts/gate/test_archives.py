"""Archives and files through the gate: judged while they pass, with one entry and the host's own answer."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest

from hosts.database_threads import in_thread
from hosts.models import Guardrail, Job, ObjectLock, OpenTransfer
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.archives import content, device, tar_of
from tests.hosts.gate.door import Door, Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V, D = "/v5.4.0/libpod", "/v1.41"
SHOP, IMAGE = "a" * 64, "c" * 64
NAME = "quay.io/lab/shop:1"
Entries = Callable[[str], Awaitable[list[Any]]]
PLAIN = tar_of({"page": "seals"})


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    fake_host.container(SHOP, "shop-1", app="shop")
    for prefix in (V, D):
        for line in (
            f"PUT {prefix}/containers/{SHOP}/archive",
            f"POST {prefix}/images/load",
            f"POST {prefix}/images/import",
            f"POST {prefix}/images/create",
            f"POST {prefix}/commit",
        ):
            fake_host.answers[line] = Answer(value={})
    image = {"Id": IMAGE, "RepoTags": [NAME]}
    for name in (NAME, "shop:1", IMAGE):
        fake_host.answers[f"GET /v5.0.0/libpod/images/{quote(name, safe=':')}/json"] = Answer(
            value=image
        )
    return fake_host


@pytest.fixture
async def door(there: FakeHost, knock: Knock, cast: Cast) -> Door:
    return await knock(await in_thread(person_of, cast.alice))


def sent(host: FakeHost) -> list[str]:
    return [one.line for one in host.reached if not one.line.startswith("GET")]


@pytest.mark.parametrize("how", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("prefix", [V, D])
async def test_files_into_a_container(
    there: FakeHost, door: Door, entry_of: Entries, prefix: str, how: Any
) -> None:
    tar = tar_of({"page": "seals"}, links=[("deep", "/etc")], how=how)
    query = "path=%2Fsrv&noOverwriteDirNonDir=true&copyUIDGID=true"
    got = await door.ask(f"PUT {prefix}/containers/shop-1/archive?{query}", body=tar)
    assert got.status == 200
    assert sent(there) == [f"PUT {prefix}/containers/{SHOP}/archive?{query}"]
    assert there.reached[-1].fields[b"content-type"] == [b"application/x-tar"]
    assert content(there.reached[-1].body) == {"page": "seals"}
    intent, outcome = await entry_of("container.files_edit")
    assert json.loads(intent.params_text) == {"what": "unpack", "path": "/srv"}
    assert (intent.target_id, intent.door) == (SHOP, "gate")
    assert (outcome.result, outcome.detail) == ("ok", "2 entries, 5 bytes")
    assert not await in_thread(OpenTransfer.objects.exists)


@pytest.mark.parametrize(
    ("tar", "words"),
    [
        (device(), "devices"),
        (tar_of({"../page": "x"}), "upwards"),
        (tar_of({"/page": "x"}), "absolute"),
        (b"no tar at all" * 100, "tar"),
        # a frame of zstd that is none
        (b"\x28\xb5\x2f\xfd\xff" + b"?" * 600, "unpack"),
    ],
)
async def test_what_could_reach_out_is_refused_and_the_connection_stays(
    there: FakeHost, door: Door, entry_of: Entries, tar: bytes, words: str
) -> None:
    line = f"PUT {V}/containers/shop-1/archive?path=/srv"
    got = await door.ask(line, body=tar + bytes(3 * 2**20))
    assert (got.status, words in got.json["message"]) == (400, True), got.json
    # the host was not given its end
    assert not any(one.body.endswith(bytes(1024)) for one in there.reached)
    assert (await entry_of("container.files_edit"))[-1].result == "failed"
    assert (await door.ask(line, body=PLAIN)).status == 200


async def test_one_that_breaks_off_is_refused(there: FakeHost, door: Door) -> None:
    line = f"PUT {V}/containers/shop-1/archive?path=/srv"
    got = await door.ask(line, body=PLAIN[:700])
    assert (got.status, "complete" in got.json["message"]) == (400, True)


async def test_a_body_in_chunks_is_wanted_first(there: FakeHost, door: Door) -> None:
    line = f"PUT {V}/containers/shop-1/archive?path=/srv"
    await door.send(line, "Transfer-Encoding: chunked", "Expect: 100-continue")
    door.answers.asked("PUT")
    async with asyncio.timeout(10):
        event: Any = await door.event()
    assert event.status == 100
    for at in range(0, len(PLAIN), 700):
        piece = PLAIN[at : at + 700]
        await door.say(b"%x\r\n%b\r\n" % (len(piece), piece))
    await door.say(b"0\r\n\r\n")
    async with asyncio.timeout(10):
        event = await door.event()
    assert event.status == 200
    assert content(there.reached[-1].body) == {"page": "seals"}


async def test_bounds(there: FakeHost, door: Door, settings: Any, entry_of: Entries) -> None:
    settings.HAULOUT_UPLOAD_MIB = 1
    large = tar_of({"page": "x" * 2 * 2**20})
    line = f"PUT {V}/containers/shop-1/archive?path=/srv"
    assert (await door.ask(line, body=large)).status == 413
    assert (await door.ask(line, body=gzip.compress(large))).status == 400
    results = [one.result for one in await entry_of("container.files_edit")]
    assert results[1::2] == ["unknown", "failed"]


async def test_a_client_that_breaks_off(there: FakeHost, door: Door, entry_of: Entries) -> None:
    await door.send(f"POST {V}/images/load", "Content-Length: 90000")
    await door.say(PLAIN)
    door.writer.write_eof()
    assert (await door.answer("POST")).status == 400
    async with asyncio.timeout(10):
        await door.serving
    assert (await entry_of("image.load"))[-1].result == "failed"


async def test_a_host_that_answers_before_the_end_is_heard(
    there: FakeHost, door: Door, entry_of: Entries
) -> None:
    none = {"cause": "no", "message": "no such path", "response": 404}
    there.answers[f"PUT {V}/containers/{SHOP}/archive"] = Answer(404, none, early=True)
    line = f"PUT {V}/containers/shop-1/archive?path=/none"
    got = await door.ask(line, body=tar_of({"page": "x" * 4 * 2**20}))
    assert (got.status, got.json) == (404, none)
    assert (await entry_of("container.files_edit"))[-1].detail == "404 no such path"
    assert (await door.ask(f"GET {V}/containers/shop-1/json")).status == 200


async def test_a_locked_one_stays_as_it_is(
    there: FakeHost, door: Door, fleet: Fleet, entry_of: Entries
) -> None:
    def lock() -> None:
        ObjectLock.objects.create(
            endpoint=fleet.root1,
            host=fleet.web1,
            kind="container",
            object_id=SHOP,
            name="shop-1",
            reason="counting",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    got = await door.ask(f"PUT {V}/containers/shop-1/archive?path=/srv", body=PLAIN)
    assert (got.status, "counting" in got.json["message"]) == (403, True)
    assert sent(there) == []
    assert [one.kind for one in await entry_of("container.files_edit")] == ["refusal"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("path=srv", 400),
        ("path=/srv&rename=%7B%22a%22%3A%22..%2Fb%22%7D", 400),
        ("path=/srv&rename=%7B%22a%22%3A%22%2Fb%22%7D", 400),
        ("path=/srv&rename=%5B%5D", 400),
        ("path=/srv&unheard=1", 403),
        ("path=/srv&rename=%7B%22a%22%3A%22b%22%7D&pause=false", 200),
    ],
)
async def test_where_files_go(there: FakeHost, door: Door, query: str, status: int) -> None:
    got = await door.ask(f"PUT {V}/containers/shop-1/archive?{query}", body=PLAIN)
    assert got.status == status
    assert len(sent(there)) == (status == 200)


@pytest.mark.parametrize(
    ("line", "became", "verb", "params"),
    [
        (
            f"POST {V}/images/import?reference=shop:2&changes=ENV%20A%3Db&message=hi",
            f"POST {V}/images/import?reference=localhost%2Fshop%3A2&changes=ENV+A%3Db&message=hi",
            "image.import",
            {"reference": "localhost/shop:2", "message": "hi"},
        ),
        (
            f"POST {D}/images/create?fromSrc=-&repo=shop&tag=2",
            f"POST {D}/images/create?fromSrc=-&repo=docker.io%2Flibrary%2Fshop&tag=2",
            "image.import",
            {"reference": "docker.io/library/shop:2"},
        ),
        (f"POST {V}/images/import", f"POST {V}/images/import", "image.import", {}),
        (f"POST {V}/images/load?quiet=true", f"POST {V}/images/load?quiet=true", "image.load", {}),
        (f"POST {D}/images/load?quiet=1", f"POST {D}/images/load?quiet=1", "image.load", {}),
    ],
)
async def test_images_from_archives(
    there: FakeHost,
    door: Door,
    entry_of: Entries,
    line: str,
    became: str,
    verb: str,
    params: dict[str, str],
) -> None:
    got = await door.ask(line, body=tar_of({"manifest.json": '[{"RepoTags": ["a:1"]}]'}))
    assert (got.status, sent(there)) == (200, [became])
    intent, outcome = await entry_of(verb)
    assert json.loads(intent.params_text).items() >= params.items()
    assert outcome.result == "ok"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"POST {V}/images/import?url=http://10.0.0.1/x", 403),
        (f"POST {D}/images/create?fromSrc=http://10.0.0.1/x&repo=a", 403),
        (f"POST {V}/images/import?reference=dir:/etc/x", 400),
        (f"POST {V}/images/import?reference=a:1&changes=RUN%20id", 400),
        (f"POST {V}/images/load?path=/etc", 403),
        (f"POST {V}/local/images/load?path=/etc", 403),
        (f"POST {V}/images/scp/shop", 403),
        (f"POST {V}/commit?container=shop-1&repo=dir:/etc", 400),
        (f"POST {V}/commit?repo=a", 400),
        (f"POST {V}/commit?container=none-1", 404),
        (f"POST {V}/commit?container=shop-1&changes=RUN%20id", 400),
        (f"POST {V}/images/shop:1/push?destination=docker-archive:/etc/x", 400),
        (f"POST {V}/images/shop:1/push?destination=dir:/etc", 400),
        (f"POST {V}/images/shop:1/push?destination=localhost/a:1", 400),
        (f"POST {V}/images/none/push?destination=quay.io/a/b", 404),
        (f"GET {V}/images/search?term=dir:/etc", 400),
        (f"GET {V}/images/export", 400),
        (f"GET {V}/images/export?references=none", 404),
        (f"GET {V}/images/shop:1/get?format=docker-daemon", 400),
    ],
)
async def test_refused(there: FakeHost, door: Door, line: str, status: int) -> None:
    got = await door.ask(line, body=PLAIN if line.startswith("POST") else b"")
    assert got.status == status, got.json
    assert [one for one in sent(there) if "/json" not in one] == []
    assert not there.lines(of="search")


async def test_names_in_an_archive_are_judged_before_its_end(
    there: FakeHost, door: Door, entry_of: Entries
) -> None:
    def rule() -> None:
        Guardrail.objects.create(
            name="ours",
            kind="images",
            settings={"refuse": ["quay.io/prod/*"], "archives": True},
            severity="refuse",
            everywhere=True,
        )

    await in_thread(rule)
    tar = tar_of({"manifest.json": '[{"RepoTags": ["quay.io/prod/shop:1"]}]'})
    got = await door.ask(f"POST {V}/images/load", body=tar)
    assert (got.status, "ours" in got.json["message"]) == (403, True)
    assert sent(there)[1:] == []
    assert not any(one.body.endswith(bytes(1024)) for one in there.reached)
    there.answers[f"POST {V}/images/load"] = Answer(value={"Names": ["quay.io/prod/shop:1"]})
    got = await door.ask(f"POST {V}/images/load", body=PLAIN)
    assert (got.status, "kept" in got.json["message"]) == (403, True)
    results = [one.result for one in await entry_of("image.load") if one.kind == "outcome"]
    assert results == ["failed", "failed"]
    for line in (
        f"POST {V}/images/import?reference=quay.io/prod/shop:1",
        f"POST {V}/commit?container=shop-1&repo=quay.io/prod/shop",
    ):
        assert (await door.ask(line, body=PLAIN)).status == 403


async def test_an_archive_does_not_wait_for_an_approval(there: FakeHost, door: Door) -> None:
    """Nobody could say later whether it is the same again."""

    def rule() -> None:
        Guardrail.objects.create(
            name="four eyes", kind="images", settings={}, severity="ask", everywhere=True
        )

    await in_thread(rule)
    got = await door.ask(f"POST {V}/images/load", body=PLAIN)
    assert (got.status, "four eyes" in got.json["message"]) == (403, True)
    assert not await in_thread(Job.objects.exists)
    assert sent(there) == []


async def test_a_right_that_ends_ends_it_in_mid_stream(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    await door.send(f"POST {V}/images/load", "Content-Length: 90000")
    await door.say(PLAIN[:600])
    async with asyncio.timeout(10):
        while not there.lines(of="load"):
            await there.more.wait()
            there.more.clear()
    door.session.person = await in_thread(person_of, cast.charlie)
    async with asyncio.timeout(10):
        await door.serving
    results = [one.result for one in await entry_of("image.load") if one.kind == "outcome"]
    assert results == ["failed"]
