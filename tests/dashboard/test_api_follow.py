"""Answers that follow, over the real ASGI application: what is there, then what comes and goes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models import F
from django.utils import timezone

from accounts import token_actions
from audit.shapes import Who
from dashboard.api import follows
from dashboard.asgi import application
from dashboard.streams.transfer.wire import WIRE, Wire
from hosts import bells
from hosts.models import Container, Endpoint, Group, Host, HostEvent, Job
from tests import make
from tests.cast import Cast
from tests.dashboard.api_cast import Caller, make_caller
from tests.two_teams import Fleet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
WITHIN_S = 15.0


class Reader:
    """A program that reads an answer line by line."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.whole = False
        self.aborted = asyncio.Event()
        self._lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._rest = b""
        self.wire = Wire(pause=_nothing, resume=_nothing, abort=self.aborted.set)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.taken = 0

    async def send(self, message: dict[str, Any]) -> None:
        await self.may_go_on.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            return
        *lines, self._rest = (self._rest + message.get("body", b"")).split(b"\n")
        self.taken += len(lines)
        for line in lines:
            self._lines.put_nowait(json.loads(line))
        self.whole = not message.get("more_body")

    async def line(self) -> dict[str, Any]:
        """The next line; signs of life are passed over."""
        async with asyncio.timeout(WITHIN_S):
            while (told := await self._lines.get())["op"] == "alive":
                pass
        return told

    async def until(self, op: str) -> list[dict[str, Any]]:
        """Lines up to one of this `op`, without it."""
        found = []
        while (told := await self.line())["op"] != op:
            found.append(told)
        return found


def _nothing() -> None:
    """Nobody is held back."""


@asynccontextmanager
async def following(caller: Caller, path: str) -> AsyncIterator[Reader]:
    """GET below /api/v1 with `follow`; the program goes at the end of the block."""
    reader = Reader()
    where, _mark, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": f"/api/v1{where}",
        "raw_path": f"/api/v1{where}".encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": f"{query}&follow=true".encode(),
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"authorization", f"Bearer {caller.secret}".encode()),
        ],
        "client": ["127.0.0.1", 1],
        "server": ["127.0.0.1", 8000],
        "extensions": {WIRE: reader.wire},
    }
    reader.wire.end()
    task = asyncio.create_task(application(scope, reader.wire.receive, reader.send))
    try:
        yield reader
    finally:
        reader.may_go_on.set()
        reader.wire.lose()
        async with asyncio.timeout(WITHIN_S):
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def caller(fleet: Fleet, cast: Cast) -> Caller:
    return make_caller(cast.bob)


def changed(podman_id: str, **fields: Any) -> None:
    """As the link writes it: with the endpoint's next revision."""
    row = Container.objects.get(podman_id=podman_id)
    Endpoint.objects.filter(pk=row.endpoint_id).update(revision=F("revision") + 1)
    revision = Endpoint.objects.get(pk=row.endpoint_id).revision
    Container.objects.filter(pk=row.pk).update(revision=revision, **fields)
    bells.ring("containers")


async def test_objects_come_change_and_go(fleet: Fleet, caller: Caller) -> None:
    change = sync_to_async(changed)
    async with following(caller, "/containers?q=state:running") as reader:
        assert await reader.line() == {"op": "begin"}
        first = await reader.until("whole")
        listed = await sync_to_async(caller.get)("/containers?q=state:running")
        assert [one["object"] for one in first] == listed.json()["items"]
        assert reader.headers["content-type"] == "application/jsonl"
        await change("shop0", name="renamed")
        assert (await reader.line())["object"]["name"] == "renamed"
        # it is there, and not in this list any more
        await change("shop0", state="exited")
        assert await reader.line() == {"op": "gone", "endpoint": fleet.root1.pk, "id": "shop0"}
        await change("shop0", name="unseen")
        await change("shop0", state="running")
        assert (await reader.line())["object"]["name"] == "unseen"
        await change("shop0", gone=timezone.now())
        assert (await reader.line())["op"] == "gone"
        made = await sync_to_async(make.container)(
            fleet.root1, "new", podman_id="new", state="running"
        )
        await change(made.podman_id)
        assert (await reader.line())["object"]["podman_id"] == "new"


async def test_nothing_of_what_is_not_seen(fleet: Fleet, cast: Cast) -> None:
    prod = await sync_to_async(make_caller)(
        cast.bob, "prod", everywhere=False, groups={fleet.prod.pk: "prod"}
    )
    async with following(prod, "/containers") as reader:
        await reader.line()
        assert {one["object"]["endpoint"]["host"] for one in await reader.until("whole")} == {
            "web1"
        }
        await sync_to_async(changed)("shop2", name="elsewhere")
        await sync_to_async(changed)("shop0", name="here")
        assert (await reader.line())["object"]["name"] == "here"
        # what it sees becomes more: all is sent again
        await sync_to_async(fleet.web2.groups.add)(fleet.prod)
        await sync_to_async(bells.ring)("access")
        assert await reader.line() == {"op": "begin"}
        assert len(await reader.until("whole")) == 6


async def test_jobs_and_one_job(fleet: Fleet, cast: Cast, caller: Caller) -> None:
    def make_job(**fields: Any) -> Job:
        given = {
            "verb": "container.start",
            "endpoint": fleet.root1,
            "intent": 0,
            "asked_by": cast.bob,
        }
        return Job.objects.create(**given, **fields)

    def ends(job: Job) -> None:
        job.state, job.output = "ok", "done\n"
        job.save()
        bells.ring("jobs")

    old = await sync_to_async(make_job)(state="ok")
    async with following(caller, "/jobs") as jobs:
        await jobs.line()
        assert [one["job"]["id"] for one in await jobs.until("whole")] == [old.pk]
        job = await sync_to_async(make_job)(state="queued")
        assert (await jobs.line())["job"]["id"] == job.pk
        async with following(caller, f"/jobs/{job.pk}") as one:
            assert (await one.line())["job"]["state"] == "queued"
            await sync_to_async(ends)(job)
            told = (await one.line())["job"]
            assert (told["state"], told["ended"], told["output"]) == ("ok", True, "done\n")
        assert one.whole
        assert (await jobs.line())["job"]["state"] == "ok"


async def test_events(fleet: Fleet, caller: Caller) -> None:
    def happens(name: str, action: str = "start") -> None:
        kind = {"endpoint": fleet.root1, "at": timezone.now(), "kind": "container"}
        HostEvent.objects.create(**kind, name=name, action=action)
        bells.ring("events")

    await sync_to_async(happens)("before")
    async with following(caller, "/events?q=action:start") as reader:
        await reader.line()
        assert [one["event"]["name"] for one in await reader.until("whole")] == ["before"]
        await sync_to_async(happens)("other", "died")
        await sync_to_async(happens)("after")
        assert (await reader.line())["event"]["name"] == "after"


@pytest.mark.parametrize("why", ["revoked", "expired", "right"])
async def test_it_ends_with_the_token_or_the_right(fleet: Fleet, cast: Cast, why: str) -> None:
    more: dict[str, Any] = (
        {"expires_at": timezone.now() + timedelta(seconds=3)} if why == "expired" else {}
    )
    caller = await sync_to_async(make_caller)(cast.bob, **more)

    def take_away() -> None:
        if why == "revoked":
            token_actions.revoke(cast.bob, Who(name="Bob"), token=caller.token)
        elif why == "right":
            type(cast.bob).objects.filter(pk=cast.bob.pk).update(role=fleet.erin.role)
            bells.ring("access")

    async with following(caller, "/containers") as reader:
        await reader.until("whole")
        await sync_to_async(take_away)()
        ended = await reader.line()
        assert ended["op"] == "ended"
        assert ended["detail"]
        assert reader.whole


async def test_a_slow_reader_costs_nothing(fleet: Fleet, caller: Caller) -> None:
    """What changes while it reads nothing is looked up when it reads again, once."""
    async with following(caller, "/containers?q=name:shop-1") as reader:
        await reader.until("whole")
        reader.may_go_on.clear()
        for number in range(20):
            await sync_to_async(changed)("shop0", created_at=timezone.now(), image=f"i{number}")
        await asyncio.sleep(0)
        reader.may_go_on.set()
        seen = [(await reader.line())["object"]["image"]]
        while seen[-1] != "i19":
            seen.append((await reader.line())["object"]["image"])
        assert len(seen) <= 5


async def test_signs_of_life_and_the_most_at_once(
    fleet: Fleet, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follows, "ALIVE_S", 0.0)
    monkeypatch.setattr(follows, "MOST_EACH", 1)
    async with following(caller, "/containers") as reader:
        await reader.until("whole")
        async with asyncio.timeout(WITHIN_S):
            assert (await reader._lines.get())["op"] == "alive"
        refused = await sync_to_async(caller.get)("/containers?follow=true")
        assert (refused.status_code, refused.json()["type"]) == (
            429,
            "urn:haulout:problem:too-many",
        )
        wrong: Callable[[str], Any] = sync_to_async(lambda query: caller.get(f"/jobs?{query}"))
        for query in ("follow=true&sort=-newest", "follow=true&q=no:thing"):
            assert (await wrong(query)).status_code == 422
    assert follows._open[caller.token.pk] == 0


@pytest.mark.parametrize("name", ["host", "endpoint", "group"])
async def test_short_lists_are_followed_and_known(fleet: Fleet, caller: Caller, name: str) -> None:
    def get(**more: Any) -> Any:
        return caller.get(f"/{name}s", **more)

    def change(text: str) -> None:
        Host.objects.filter(pk=fleet.web1.pk).update(name=text)

    def remove() -> None:
        # the group would else keep a host that is not listed
        Host.objects.filter(pk=fleet.web1.pk).delete()
        Group.objects.filter(name="prod").delete()

    before = await sync_to_async(get)()
    tag = before["ETag"]
    same = await sync_to_async(get)(headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    async with following(caller, f"/{name}s?") as reader:
        assert await reader.line() == {"op": "begin"}
        whole = await reader.until("whole")
        assert [line[name] for line in whole] == before.json()["items"]
        await sync_to_async(change)("web9")
        line = await reader.line()
        assert line["op"] == name
        assert "web9" in json.dumps(line)
        fresh = await sync_to_async(get)(headers={"If-None-Match": tag})
        assert (fresh.status_code, fresh["ETag"] == tag) == (200, False)
        await sync_to_async(remove)()
        # rights that named the host have changed, and the list begins anew; else it alone is gone
        while (line := await reader.line())["op"] not in ("gone", "begin"):
            assert line["op"] == name
        left = [one["id"] for one in (await sync_to_async(get)()).json()["items"]]
        assert line.get("id") not in left
