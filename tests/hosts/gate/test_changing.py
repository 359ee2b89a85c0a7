"""What people do through the gate: intent before effect, one outcome, locks and freezes heeded."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.gate.changes import change, turns
from hosts.gate.plans import execs
from hosts.inventory.observed import unexplained
from hosts.inventory.sightings import Sighting
from hosts.models import Container, Guardrail, ObjectLock, OpenTransfer
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP, BANK = "a" * 64, "b" * 64
Entries = Callable[[str], Awaitable[list[Any]]]
BUSYBOX = "quay.io/lab/busybox:latest"


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    fake_host.container(SHOP, "shop-1", app="shop")
    fake_host.container(BANK, "bank-1", app="bank")
    for verb in ("start", "stop", "kill", "rename"):
        fake_host.answers[f"POST {V}/containers/{SHOP}/{verb}"] = Answer(204)
    fake_host.answers[f"DELETE {V}/containers/{SHOP}"] = Answer(value=[{"Id": SHOP}])
    image = {"Id": "c" * 64, "RepoTags": [BUSYBOX]}
    for name in ("busybox", BUSYBOX, "c" * 64):
        quoted = name.replace("/", "%2F").replace(":", "%3A")
        fake_host.answers[f"GET /v5.0.0/libpod/images/{quoted}/json"] = Answer(value=image)
    return fake_host


async def narrowed(fleet: Fleet) -> Person:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    return await in_thread(fleet.person)


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.result, one.detail) for one in entries]


async def test_a_change_has_its_intent_before_and_its_outcome_with_the_status(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/containers/shop-1/stop?timeout=3", "User-Agent: podman/5.4.2")
    assert got.status == 204
    assert there.lines(of="POST") == [f"POST {V}/containers/{SHOP}/stop?timeout=3"]
    intent, outcome = await entry_of("container.stop")
    assert json.loads(intent.params_text) == {"timeout_s": 3, "client": "podman/5.4.2"}
    assert (intent.door, intent.target_id, intent.target_name) == ("gate", SHOP, "shop-1")
    assert told([outcome]) == [("outcome", "ok", "204")]
    assert not await in_thread(OpenTransfer.objects.exists)


async def test_what_the_host_refuses_failed(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    words = {"cause": "state improper", "message": "cannot start", "response": 500}
    there.answers[f"POST {V}/containers/{SHOP}/start"] = Answer(500, words)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/containers/{SHOP[:12]}/start")
    assert got.status == 404
    got = await door.ask(f"POST {V}/containers/shop-1/start")
    assert (got.status, got.json) == (500, words)
    _intent, outcome = await entry_of("container.start")
    assert told([outcome]) == [("outcome", "failed", "500 cannot start")]
    there.answers[f"POST {V}/containers/{SHOP}/start"] = Answer(304)
    assert (await door.ask(f"POST {V}/containers/shop-1/start")).status == 304
    assert (await entry_of("container.start"))[-1].result == "ok"


@pytest.mark.parametrize(
    ("who", "line", "status"),
    [
        ("viewer", f"POST {V}/containers/shop-1/stop", 403),
        ("viewer", f"DELETE {V}/containers/shop-1", 403),
        ("viewer", f"POST {V}/images/pull?reference={BUSYBOX}", 403),
        ("narrowed", f"POST {V}/containers/shop-1/stop", 204),
        ("narrowed", f"POST {V}/containers/bank-1/stop", 404),
        ("narrowed", f"POST {V}/images/pull?reference={BUSYBOX}", 403),
        ("nobody", f"POST {V}/containers/shop-1/stop", 404),
    ],
)
async def test_who_may(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, who: str, line: str, status: int
) -> None:
    people: dict[str, Callable[[], Awaitable[Any]]] = {
        "viewer": lambda: in_thread(person_of, cast.charlie),
        "narrowed": lambda: narrowed(fleet),
        "nobody": lambda: in_thread(fleet.person),
    }
    door = await knock(await people[who]())
    assert (await door.ask(line)).status == status
    sent = [one for one in there.lines() if not one.startswith("GET")]
    assert len(sent) == (1 if status == 204 else 0)


async def test_a_locked_one_stays(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, entry_of: Entries
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
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"DELETE {V}/containers/shop-1?force=true")
    assert (got.status, "counting" in got.json["message"]) == (403, True)
    assert not there.lines(of="DELETE")
    assert [one.kind for one in await entry_of("container.remove")] == ["refusal"]


async def test_removals_say_what_they_take(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"DELETE {V}/containers/shop-1?depend=true")).status == 403
    got = await door.ask(f"DELETE {V}/containers/shop-1?force=true&depend=false&v=true")
    assert got.json == [{"Id": SHOP}]
    assert there.lines(of="DELETE") == [
        f"DELETE {V}/containers/{SHOP}?force=true&depend=false&v=true"
    ]
    intent, _outcome = await entry_of("container.remove")
    assert json.loads(intent.params_text) == {"force": True, "volumes": True}
    # of what is not there the host says itself that it does not matter
    there.answers[f"DELETE {V}/containers/{'f' * 64}"] = Answer(value=[])
    assert (await door.ask(f"DELETE {V}/containers/none-1?ignore=true")).json == []


async def test_a_new_name_must_not_lead_out_of_a_grant(
    there: FakeHost, knock: Knock, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, names="shop-*"))
    door = await knock(await in_thread(fleet.person))
    assert (await door.ask(f"POST {V}/containers/shop-1/rename?name=bank-9")).status == 403
    assert (await door.ask(f"POST {V}/containers/shop-1/rename?name=%C3%A4")).status == 400
    assert (await door.ask(f"POST {V}/containers/shop-1/rename?name=shop-9")).status == 204
    assert there.lines(of="rename") == [f"POST {V}/containers/{SHOP}/rename?name=shop-9"]


async def test_a_pull_is_by_its_whole_name_and_its_last_line_counts(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    there.answers[f"POST {V}/images/pull"] = Answer(
        pieces=(b'{"stream":"Trying"}\n', b'{"id":"c"}\n')
    )
    there.answers["POST /v1.41/images/create"] = Answer(pieces=(b'{"error":"no such image"}\n',))
    door = await knock(await in_thread(person_of, cast.alice))
    typed = f"reference={BUSYBOX}&authfile=/etc/x&password=canary"
    got = await door.ask(f"POST {V}/images/pull?{typed}", "X-Registry-Auth: e30=")
    assert got.body.endswith(b'{"id":"c"}\n')
    assert there.reached[-1].fields[b"x-registry-auth"] == [b"e30="]
    assert there.lines(of="pull") == [
        f"POST {V}/images/pull?reference={BUSYBOX.replace('/', '%2F').replace(':', '%3A')}"
    ]
    got = await door.ask("POST /v1.41/images/create?fromImage=busybox&tag=1.2")
    assert b"no such image" in got.body
    assert there.lines(of="create") == [
        "POST /v1.41/images/create?fromImage=docker.io%2Flibrary%2Fbusybox%3A1.2"
    ]
    for reference in ("docker-archive:/etc/x", "quay.io/A", "a b", ""):
        got = await door.ask(f"POST {V}/images/pull?reference={reference.replace(' ', '%20')}")
        assert got.status == 400
    entries = await entry_of("image.pull")
    assert [one.result for one in entries if one.kind == "outcome"] == ["ok", "failed"]
    assert json.loads(entries[2].params_text) == {"image": "docker.io/library/busybox:1.2"}
    there.answers["GET /v5.0.0/libpod/images/busybox:latest/resolve"] = Answer(
        value={"Names": ["quay.io/a/busybox:latest", "docker.io/library/busybox:latest"]}
    )
    got = await door.ask(f"POST {V}/images/pull?reference=busybox")
    assert (got.status, "quay.io/a/busybox" in got.json["message"]) == (400, True)


async def test_a_rule_on_images_counts(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    def rule() -> None:
        settings = {"allow": ["registry.example.org"]}
        Guardrail.objects.create(
            name="ours", kind="images", settings=settings, severity="refuse", everywhere=True
        )

    await in_thread(rule)
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"POST {V}/images/pull?reference={BUSYBOX}")
    assert (got.status, "ours" in got.json["message"]) == (403, True)
    assert (await door.ask(f"POST {V}/images/busybox/tag?repo=quay.io/x&tag=1")).status == 403
    assert not there.lines(of="POST")
    assert {one.kind for one in await entry_of("image.pull")} == {"refusal"}


async def test_a_command_is_traced_to_its_container_and_entered_when_it_starts(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, entry_of: Entries
) -> None:
    there.answers[f"POST {V}/containers/{SHOP}/exec"] = Answer(201, {"Id": "e1"})
    process = {"entrypoint": "sh", "arguments": ["-c", "id"], "user": "root", "privileged": False}
    session = {"ID": "e1", "ContainerID": SHOP, "ProcessConfig": process}
    there.answers["GET /v5.0.0/libpod/exec/e1/json"] = Answer(value=session)
    there.answers[f"POST {V}/exec/e1/start"] = Answer(101)
    door = await knock(await narrowed(fleet))
    spec = {"cmd": ["sh"], "AttachStdin": True, "ConsoleSize": None, "Privileged": False}
    got = await door.ask(f"POST {V}/containers/shop-1/exec", body=json.dumps(spec).encode())
    assert got.json == {"Id": "e1"}
    made = {"Cmd": ["sh"], "AttachStdin": True, "Privileged": False}
    assert json.loads(there.reached[-1].body) == made
    assert await entry_of("container.exec") == []

    upgrade = ("Connection: Upgrade", "Upgrade: tcp")
    await door.send(f"POST {V}/exec/e1/start", *upgrade, body=b'{"Tty":false}')
    head = await door.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    await door.say(b"whoami")
    async with asyncio.timeout(10):
        assert await door.reader.readexactly(6) == b"WHOAMI"
        door.writer.write_eof()
        assert await door.reader.read() == b"EOF"
        await door.serving
    there.answers[f"POST {V}/exec/e1/remove"] = Answer(204)
    door = await knock(await in_thread(fleet.person))
    assert (await door.ask(f"POST {V}/exec/e1/remove", body=b'{"force":true}')).status == 204
    assert json.loads(there.reached[-1].body) == {"Force": True}
    intent, outcome = await entry_of("container.exec")
    assert json.loads(intent.params_text) == {"command": "sh -c id", "user": "root"}
    assert told([outcome]) == [("outcome", "ok", "101")]


@pytest.mark.parametrize(
    "body",
    [
        b'{"Cmd":["sh"],"Privileged":true}',
        b'{"Cmd":["sh"],"privileged":true}',
        b'{"Privileged":false,"PRIVILEGED":true}',
        b'{"Privileged":true,"Privileged":false}',
        b'{"Cmd":["sh"],"Unheard":1}',
        b'{"Cmd":"sh"}',
        b'{"Cmd":[1]}',
        b'{"Tty":1}',
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 60_000,
        b'{"Cmd":["' + b"a" * 1_100_000 + b'"]}',
    ],
)
async def test_a_command_that_is_not_understood_is_not_made(
    there: FakeHost, knock: Knock, cast: Cast, body: bytes
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"POST {V}/containers/shop-1/exec", body=body)
    assert got.status in (400, 403, 413)
    assert not there.lines(of="POST")


async def test_a_privileged_command_is_refused_in_the_log(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    body = b'{"Cmd":["sh"],"privileged":true}'
    got = await door.ask(f"POST {V}/containers/shop-1/exec", body=body)
    assert (got.status, got.json["message"]) == (403, execs.PRIVILEGED)
    (refusal,) = await entry_of("container.exec")
    assert (refusal.kind, refusal.target_id, refusal.door) == ("refusal", SHOP, "gate")
    assert (await door.ask(f"POST {V}/containers/none/exec", body=body)).status == 404
    assert not there.lines(of="POST")


async def test_a_terminal_ends_with_the_right_to_it(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    there.answers[f"POST {V}/containers/{SHOP}/attach"] = Answer(101)
    door = await knock(await in_thread(person_of, cast.bob))
    upgrade = ("Connection: Upgrade", "Upgrade: tcp")
    await door.send(f"POST {V}/containers/shop-1/attach?stream=1&stdin=1", *upgrade)
    await door.reader.readuntil(b"\r\n\r\n")

    def shut_out() -> Person:
        cast.bob.is_active = False
        cast.bob.save()
        return person_of(cast.bob)

    door.session.person = await in_thread(shut_out)
    async with asyncio.timeout(10):
        assert await door.reader.read() == b""
        await door.serving
    assert (await entry_of("container.attach"))[-1].result in ("failed", "unknown")


async def test_changes_wait_for_their_turn(
    there: FakeHost, knock: Knock, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_S", 0.2)
    there.answers[f"POST {V}/containers/{SHOP}/stop"] = Answer(hangs=True)
    doors = [await knock(await in_thread(person_of, cast.alice)) for _one in range(5)]
    for door in doors[:4]:
        await door.send(f"POST {V}/containers/shop-1/stop")
    async with asyncio.timeout(10):
        while len(there.lines(of="/stop")) < 4:
            await there.more.wait()
            there.more.clear()
    got = await doors[4].ask(f"POST {V}/containers/shop-1/stop")
    assert (got.status, got.fields[b"retry-after"]) == (503, [b"5"])
    # reads pass them by
    assert (await doors[4].ask(f"GET {V}/containers/shop-1/json")).status == 200
    for door in doors:
        door.session.end("revoked")


async def test_a_host_that_does_not_answer_leaves_it_unknown(
    there: FakeHost,
    knock: Knock,
    cast: Cast,
    entry_of: Entries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(change, "LIMIT_S", 0.2)
    there.answers[f"POST {V}/containers/{SHOP}/stop"] = Answer(hangs=True)
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {V}/containers/shop-1/stop")).status == 504
    assert (await entry_of("container.stop"))[-1].result == "unknown"


async def test_what_was_done_here_is_not_observed_again(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    began = timezone.now()
    await door.ask(f"POST {V}/containers/shop-1/stop")

    def seen() -> list[str]:
        made = [
            Sighting(f"container.{verb}", "container", own_id, "x", began, "event")
            for verb, own_id in (("stop", SHOP), ("kill", SHOP), ("stop", BANK), ("start", SHOP))
        ]
        left = unexplained(fleet.root1.pk, made, window_from=began)
        later = unexplained(fleet.root1.pk, made[:1], window_from=began + timedelta(minutes=1))
        return [f"{one.verb} {one.podman_id[0]}" for one in (*left, *later)]

    assert await in_thread(seen) == ["container.stop b", "container.start a", "container.stop a"]


async def test_one_too_young_for_the_inventory_is_changed(
    there: FakeHost, knock: Knock, fleet: Fleet, entry_of: Entries
) -> None:
    door = await knock(await narrowed(fleet))
    assert not await in_thread(Container.objects.filter(podman_id=SHOP).exists)
    assert (await door.ask(f"POST {V}/containers/shop-1/start")).status == 204
    assert "app=shop" in (await entry_of("container.start"))[0].grant


async def test_several_images_go_one_by_one(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    report = {"Untagged": [BUSYBOX], "Deleted": ["c"], "Errors": None, "ExitCode": 0}
    whole = BUSYBOX.replace("/", "%2F").replace(":", "%3A")
    there.answers[f"DELETE {V}/images/{whole}"] = Answer(value=report)
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(f"DELETE {V}/images/remove?images=busybox&images=none&force=false")
    assert got.json["Untagged"] == [BUSYBOX]
    assert (len(got.json["Errors"]), got.json["ExitCode"]) == (1, 1)
    assert there.lines(of="DELETE") == [f"DELETE {V}/images/{whole}?force=false"]
    assert [one.kind for one in await entry_of("image.remove")] == ["intent", "outcome"]
    for query in ("all=true&images=busybox", "force=true"):
        assert (await door.ask(f"DELETE {V}/images/remove?{query}")).status == 403


async def test_the_exit_code_of_what_is_gone_is_asked_by_its_full_id(
    fake_host: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    gone = "9" * 64
    fake_host.answers[f"POST {V}/containers/{gone}/wait"] = Answer(value=3)
    door = await knock(await in_thread(person_of, cast.bob))
    assert (await door.ask(f"POST {V}/containers/{gone}/wait")).json == 3
    assert (await door.ask(f"POST {V}/containers/{gone[:12]}/wait")).status == 404
    # whose it was nobody can tell any more
    other = await knock(await narrowed(fleet))
    assert (await other.ask(f"POST {V}/containers/{gone}/wait")).status == 404
