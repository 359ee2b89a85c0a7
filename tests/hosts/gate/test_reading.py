"""What people read through the gate: as administrator, viewer, by a narrowed grant, and without any."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Grant
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP, BANK = "a" * 64, "b" * 64
ROWS: list[dict[str, Any]] = [
    {"Id": SHOP, "Names": ["shop-1"], "Labels": {"app": "shop"}, "State": "running"},
    {"Id": BANK, "Names": ["bank-1"], "Labels": {"app": "bank"}, "State": "exited"},
]
Entries = Callable[[str], Awaitable[list[Any]]]


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """shop-1 and bank-1 on it."""
    fake_host.container(SHOP, "shop-1", app="shop")
    fake_host.container(BANK, "bank-1", app="bank")
    fake_host.answers[f"GET {V}/containers/json"] = Answer(value=ROWS)
    fake_host.answers["GET /v5.0.0/libpod/containers/json"] = Answer(value=ROWS)
    docker = [{**row, "Names": [f"/{row['Names'][0]}"]} for row in ROWS]
    fake_host.answers["GET /containers/json"] = Answer(value=docker)
    fake_host.answers["GET /_ping"] = Answer(value="OK")
    return fake_host


async def narrowed(fleet: Fleet, role: str = "operator") -> Any:
    await in_thread(lambda: fleet.grant(role, host=fleet.web1, label="app=shop"))
    return await in_thread(fleet.person)


async def test_an_administrator_gets_all_of_it_and_podman_its_full_id(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask("GET /_ping")).json == "OK"
    assert (await door.ask(f"GET {V}/containers/json?all=true")).json == ROWS
    got = await door.ask(f"GET {V}/containers/shop-1/json", "User-Agent: podman/5.4.2", "X-Y: z")
    assert got.json["Config"]["Env"] == ["PASSWORD=canary"]
    assert got.fields[b"libpod-api-version"] == [b"5.4.2"]
    # one question to the host: its answer says who may have it
    assert there.lines(of="shop-1") == [f"GET {V}/containers/shop-1/json"]
    assert b"x-y" not in there.reached[-1].fields
    # with what costs the host more, whose it is comes first
    await door.ask(f"GET {V}/containers/shop-1/json?size=true")
    assert there.lines()[-2:] == [
        "GET /v5.0.0/libpod/containers/shop-1/json",
        f"GET {V}/containers/{SHOP}/json?size=true",
    ]
    assert door.session.person.who.client == "podman/5.4.2"


async def test_whoever_sees_some_containers_sees_only_those(
    there: FakeHost, knock: Knock, fleet: Fleet
) -> None:
    door = await knock(await narrowed(fleet))
    for path in (f"{V}/containers/json", "/containers/json"):
        assert [row["Id"] for row in (await door.ask(f"GET {path}")).json] == [SHOP]
    assert (await door.ask(f"GET {V}/containers/shop-1/json")).status == 200
    # of another one it hears what it hears of none
    unseen = await door.ask(f"GET {V}/containers/bank-1/json")
    none = await door.ask(f"GET {V}/containers/none-1/json")
    assert unseen.status == none.status == 404
    assert unseen.body == none.body.replace(b"none-1", b"bank-1")
    assert not there.lines(of=f"{V}/containers/{BANK}")
    assert (await door.ask(f"GET {V}/images/json")).status == 404
    there.answers[f"GET {V}/images/json"] = Answer(value=[{"Id": "i"}])
    assert (await door.ask(f"GET {V}/images/json")).json == []
    asked = '{"pod":["bank"]}'.replace('"', "%22")
    refused = await door.ask(f"GET {V}/containers/json?filters={asked}")
    assert (refused.status, "pod" in refused.json["message"]) == (403, True)


async def test_a_viewer_reads_no_values_and_runs_nothing(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    got = await door.ask(f"GET {V}/containers/shop-1/json")
    assert got.json["Config"]["Env"] == ["PASSWORD=••••••"]
    there.answers["GET /v5.0.0/libpod/exec/e1/json"] = Answer(
        value={"ContainerID": SHOP, "ID": "e1"}
    )
    refused = await door.ask(f"GET {V}/exec/e1/json")
    assert refused.status == 403
    assert "container.exec" in refused.json["message"]
    assert "can give it" in refused.json["message"]
    [entry] = await entry_of("container.exec")
    assert (entry.kind, entry.door, entry.target_name) == ("refusal", "gate", "shop-1")
    assert not there.lines(of=f"{V}/exec")


async def test_who_holds_nothing_finds_no_host(there: FakeHost, knock: Knock, fleet: Fleet) -> None:
    door = await knock(await in_thread(fleet.person))
    for path in ("/_ping", f"{V}/containers/json", "/version"):
        assert (await door.ask(f"GET {path}")).status == 404
    assert there.reached == []


async def test_reading_that_pages_write_down_is_written_down_once(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    there.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(pieces=(b"one", b"two"))
    door = await knock(await in_thread(person_of, cast.alice))
    for _time in range(2):
        got = await door.ask(f"GET {V}/containers/shop-1/logs?stdout=true&tail=-1")
        assert got.body == b"onetwo"
        await door.ask(f"GET {V}/containers/shop-1/json")
    for verb in ("container.logs", "container.environment"):
        [entry] = await entry_of(verb)
        assert (entry.kind, entry.target_id, entry.who_name) == ("event", SHOP, "Alice")
    assert (await door.ask(f"GET {V}/containers/shop-1/logs?stdout=true&tail=-2")).status == 400


async def test_what_is_not_open_is_refused_and_written_down(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    refused = await door.ask(f"POST {V}/images/scp/a", body=b"{}")
    assert refused.status == 403
    assert refused.json.keys() == {"cause", "message", "response"}
    # Podman says the same of an error in both dialects
    assert (await door.ask("POST /auth")).json.keys() == refused.json.keys()
    assert {one.kind for one in await entry_of("gate.request")} == {"refusal"}
    bad = await door.ask(f"GET {V}/containers/a%2fb/json")
    assert (bad.status, bad.json["response"]) == (400, 400)
    assert there.reached == []
    # the connection goes on
    assert (await door.ask("GET /_ping")).status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"GET /_ping HTTP/1.0\r\n\r\n",
        b"GET /_ping HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 70_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_told_so_and_ends(
    there: FakeHost, knock: Knock, cast: Cast, data: bytes
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    await door.say(data)
    got = await door.answer()
    if got.status == 403:
        got = await door.answer()
    assert got.status == 400
    assert got.fields[b"connection"] == [b"close"]
    with pytest.raises(EOFError):
        await door.event()
    assert there.reached == []


async def test_a_body_that_waits_to_be_wanted_is_not_and_the_connection_ends(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    await door.send("POST /auth", "Expect: 100-continue", "Content-Length: 9")
    assert (await door.answer()).fields[b"connection"] == [b"close"]
    with pytest.raises(EOFError):
        await door.event()


async def test_requests_that_come_at_once_are_answered_in_their_order(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    await door.say(
        f"GET /_ping HTTP/1.1\r\n\r\nGET {V}/containers/shop-1/json HTTP/1.1\r\n\r\n".encode()
    )
    assert (await door.answer()).json == "OK"
    assert (await door.answer()).json["Id"] == SHOP


async def test_events_are_of_what_one_sees(there: FakeHost, knock: Knock, fleet: Fleet) -> None:
    def event(kind: str, own_id: str, **told: str) -> bytes:
        return (
            json.dumps({"Type": kind, "Actor": {"ID": own_id, "Attributes": told}}).encode() + b"\n"
        )

    lines = (
        event("container", SHOP, name="shop-1", app="shop"),
        event("container", BANK, name="bank-1", app="bank"),
        event("image", "i", name="quay.io/x"),
        event("unheard", "u", name="shop-1", app="shop"),
    )
    whole = b"".join(lines)
    there.answers[f"GET {V}/events"] = Answer(pieces=(whole[:30], whole[30:]))
    door = await knock(await narrowed(fleet))
    got = await door.ask(f"GET {V}/events?stream=false")
    assert [json.loads(line)["Actor"]["ID"] for line in got.body.splitlines()] == [SHOP]


async def test_a_stream_ends_with_the_right_to_it(
    there: FakeHost, knock: Knock, fleet: Fleet, entry_of: Entries
) -> None:
    there.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(pieces=(b"first",), stays=True)
    door = await knock(await narrowed(fleet))
    await door.send(f"GET {V}/containers/shop-1/logs?stdout=true&follow=true")
    door.answers.asked("GET")
    async with asyncio.timeout(10):
        while getattr(await door.event(), "raw", b"") != b"first":
            pass
        await in_thread(lambda: Grant.objects.all().delete())
        door.session.person = await in_thread(fleet.person)
        await door.ended()
        await there.left.wait()


async def test_a_quiet_stream_ends_with_its_client(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    there.answers[f"GET {V}/containers/{SHOP}/logs"] = Answer(pieces=(b"first",), stays=True)
    door = await knock(await in_thread(person_of, cast.alice))
    await door.send(f"GET {V}/containers/shop-1/logs?stdout=true&follow=true")
    await door.reader.readuntil(b"first")
    door.writer.close()
    async with asyncio.timeout(10):
        await there.left.wait()


async def test_the_session_takes_what_is_open_along(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    there.answers[f"GET {V}/events"] = Answer(pieces=(b"{}\n",), stays=True)
    door = await knock(await in_thread(person_of, cast.alice))
    await door.send(f"GET {V}/events")
    await door.reader.readuntil(b"{}")
    door.session.end("revoked")
    async with asyncio.timeout(10):
        await door.serving
        await there.left.wait()


async def test_a_host_that_is_away_is_said_so(knock: Knock, cast: Cast) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"GET {V}/containers/json")
    assert (got.status, got.fields[b"retry-after"]) == (503, [b"5"])
    assert (await door.ask(f"GET {V}/containers/shop-1/json")).status == 503


async def test_counts_are_of_what_one_sees(there: FakeHost, knock: Knock, fleet: Fleet) -> None:
    store = {"containerStore": {"number": 2, "running": 1}, "imageStore": {"number": 7}}
    there.answers[f"GET {V}/info"] = Answer(value={"host": {}, "store": store})
    there.answers["GET /info"] = Answer(
        value={"Containers": 2, "ContainersStopped": 1, "Images": 7}
    )
    used = [{"ContainerID": SHOP}, {"ContainerID": BANK}]
    df = {"Containers": used, "Images": [{}], "Volumes": [{}], "ImagesSize": 5}
    there.answers[f"GET {V}/system/df"] = Answer(value=df)
    door = await knock(await narrowed(fleet))
    told = (await door.ask(f"GET {V}/info")).json["store"]
    assert told["containerStore"] == {"number": 1, "running": 1, "paused": 0, "stopped": 0}
    assert told["imageStore"] == {"number": 0}
    assert (await door.ask("GET /info")).json == {
        "Containers": 1,
        "ContainersStopped": 0,
        "Images": 0,
    }
    assert (await door.ask(f"GET {V}/system/df")).json == {
        "Containers": [{"ContainerID": SHOP}],
        "Images": [],
        "Volumes": [],
        "ImagesSize": 0,
    }


async def test_statistics_of_those_one_sees(there: FakeHost, knock: Knock, fleet: Fleet) -> None:
    rows = [{"ContainerID": SHOP}, {"ContainerID": BANK}, {"ContainerID": "new"}]
    line = json.dumps({"Error": None, "Stats": rows}).encode() + b"\n"
    there.answers[f"GET {V}/containers/stats"] = Answer(pieces=(line, line))
    door = await knock(await narrowed(fleet))
    got = await door.ask(f"GET {V}/containers/stats?stream=false")
    assert [json.loads(one)["Stats"] for one in got.body.splitlines()] == [
        [{"ContainerID": SHOP}]
    ] * 2
    refused = await door.ask(f"GET {V}/containers/stats?containers=shop-1,bank-1")
    assert refused.status == 404
    await door.ask(f"GET {V}/containers/stats?containers=shop-1")
    assert there.lines()[-1] == f"GET {V}/containers/stats?containers={SHOP}"


async def test_passwords_in_mount_options_are_veiled(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    volume = {"Name": "v", "Options": {"o": "username=shop,password=canary"}}
    for path in (f"{V}/volumes/json", "/volumes"):
        value = [volume] if "libpod" in path else {"Volumes": [volume], "Warnings": []}
        there.answers[f"GET {path}"] = Answer(value=value)
    door = await knock(await in_thread(person_of, cast.alice))
    for path in (f"{V}/volumes/json", "/volumes"):
        got = await door.ask(f"GET {path}")
        assert b"canary" not in got.body
        assert b"username=shop" in got.body


async def test_dockers_bridge_is_podmans_default_network(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    told = {"id": "n" * 64, "name": "podman"}
    there.answers["GET /v5.0.0/libpod/networks/podman/json"] = Answer(value=told)
    there.answers["GET /v1.41/networks/bridge"] = Answer(value={"Name": "bridge"})
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask("GET /v1.41/networks/bridge")).json == {"Name": "bridge"}
    assert (await door.ask(f"GET {V}/networks/bridge/json")).status == 404
