"""A build whose worker, link or web process is killed: unknown at first, then looked for and known."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.bench.client import Client
from tests.lab.test_build import context
from tests.lab.troubled import LONG_S, Troubled, broken_stack, images_of, troubled
from tests.lab.wait import until

__all__ = ["broken_stack", "troubled"]

pytestmark = pytest.mark.timeout(480)
TAG = "localhost/slow:1"
SLOW = "FROM localhost/busybox\nRUN sleep 12\n"
# given up after 60 s by a chore of every 60 s, then looked for
KNOWN_WITHIN_S = 200.0


def builds(host: Any) -> list[str]:
    """Working containers of builds."""
    every = set(host.podman("ps", "-a", "--external", "-q").split())
    return sorted(every - set(host.podman("ps", "-a", "-q").split()))


def resolved(troubled: Troubled, since: int) -> str:
    """Wait for the resolution after that entry; what it says."""
    sql = "SELECT result FROM audit_entry WHERE kind = 'resolution' AND number > ?"
    until("it is known", lambda: bool(troubled.rows(sql, since)), timeout_s=KNOWN_WITHIN_S)
    [(result,)] = troubled.rows(sql, since)
    return str(result)


@pytest.mark.parametrize("killed", ["worker", "link"])
def test_a_typed_one(troubled: Troubled, lab: Any, killed: str) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    before = troubled.last_entry()

    async def ask() -> None:
        async with Client(troubled.stack.url) as client:
            fields = {"endpoint": str(endpoint), "text": SLOW, "tags": TAG, "no_cache": "on"}
            assert await client.post("/build/", **fields) == 302

    asyncio.run(ask())
    [(job,)] = troubled.rows("SELECT max(id) FROM hosts_job")
    until("it runs there", lambda: bool(builds(host)), timeout_s=LONG_S)
    troubled.process(killed).kill()
    lost = troubled.ended(job, within_s=LONG_S)
    assert lost["state"] == "unknown", lost
    result = resolved(troubled, before)
    assert builds(host) == []
    made = bool(images_of(host, TAG))
    assert result == ("ok" if made else "failed")
    assert troubled.job(job)["result"]["resolved"] == ("done" if made else "again")
    assert troubled.verbs(before, "outcome") == {("image.build", "unknown"): 1}
    host.podman("rmi", "-f", "-i", TAG)
    troubled.hold(host)


async def send(url: str, endpoint: int, begun: Callable[[], None]) -> None:
    """Upload a context; `begun` runs in a thread once Podman has said something."""
    tar = context({"Containerfile": SLOW.encode()})
    async with Client(url) as client:
        fields = urlsafe_b64encode(json.dumps({"tags": TAG, "no_cache": "on"}).encode()).decode()
        headers = {**client.headers_for_change, "Haulout-Options": fields}
        place = f"{url}/transfer/build/{endpoint}/?file=slow.tgz"
        try:
            async with client.http.put(place, data=tar, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                await answer.content.readline()
                await asyncio.to_thread(begun)
                await answer.content.read()
        except aiohttp.ClientError:
            pass  # cut, as its process was


@pytest.mark.parametrize("killed", ["link", pytest.param("web", marks=pytest.mark.more)])
def test_an_uploaded_one(troubled: Troubled, lab: Any, killed: str) -> None:
    host = lab.hosts[0]
    endpoint = troubled.register(host)
    before = troubled.last_entry()

    def kill() -> None:
        until("it runs there", lambda: bool(builds(host)), timeout_s=LONG_S)
        troubled.process(killed).kill()

    asyncio.run(asyncio.wait_for(send(troubled.stack.url, endpoint, kill), LONG_S))
    result = resolved(troubled, before)
    assert builds(host) == []
    assert result == ("ok" if images_of(host, TAG) else "failed")
    assert troubled.verbs(before, "outcome") == {("image.build", "unknown"): 1}
    assert troubled.rows("SELECT id FROM hosts_opentransfer") == []
    host.podman("rmi", "-f", "-i", TAG)
    troubled.hold(host)
