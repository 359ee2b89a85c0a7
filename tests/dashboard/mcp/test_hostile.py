"""A hostile program with a token: what it gets past, what it holds up, and what is written of it."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import RequestFactory
from mcp.types import CallToolRequestParams

from dashboard.mcp.door import _Bearer
from dashboard.mcp.protocol import MOST_EACH, _called, served
from hosts.database_threads import in_thread
from hosts.models import Approval, Job
from tests.cast import Cast
from tests.dashboard.api_cast import Caller, make_caller
from tests.dashboard.mcp.test_calls import _no_limits, called
from tests.two_teams import Fleet

__all__ = ["_no_limits"]

SECRET = """
apiVersion: v1
kind: "\\u0053ecret"
metadata: {name: key}
stringData: {a: b}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: c, image: "quay.io/x/y:1"}]}
"""


def asked(caller: Caller) -> tuple[Any, Any]:
    """(a request with its token, who comes with it)."""
    headers = {"authorization": f"Bearer {caller.secret}", "accept": "application/json"}
    request = RequestFactory().post("/api/mcp", headers=headers, content_type="application/json")
    return request, _Bearer()(request)


async def tool(caller: Caller, name: str, **arguments: Any) -> Any:
    """A call as the SDK hands it on."""
    request, person = await sync_to_async(asked)(caller)
    return await _called(
        request, person, None, CallToolRequestParams(name=name, arguments=arguments)
    )


def test_a_kube_file_with_secrets_waits_for_a_person(fleet: Fleet, cast: Cast) -> None:
    """Podman puts them over those that are there, however the file spells what they are."""
    bob = make_caller(cast.bob)
    place = {"endpoint": fleet.root1.pk}
    assert called(bob, "play_kube", text=POD, **place).text.count('"queued"') == 1
    for text in (SECRET, f"{POD.replace('web', 'other')}---{SECRET}"):
        refused = called(bob, "play_kube", text=text, **place)
        assert refused.failed
        assert "reason" in refused.text
    held = called(bob, "play_kube", text=SECRET, reason="a new key", **place)
    assert held.data is not None, held.text
    assert held.data["state"] == "held"
    assert "second person" in held.data["note"]
    assert Approval.objects.get(job=held.data["id"]).reason == "a new key"


@pytest.mark.parametrize(
    "strange", ["\0", "\ud800", "x" * 500_000, {"a": [1]}, [["x"]], 10**40, True]
)
def test_strange_arguments_are_answered_and_written(
    fleet: Fleet, cast: Cast, entries: Any, strange: Any
) -> None:
    bob = make_caller(cast.bob)
    for name in ("q", "sort", "cursor"):
        called(bob, "list_containers", **{name: strange})
    place = {"endpoint_id": fleet.root1.pk}
    assert called(bob, "get_container", podman_id=strange, **place).failed
    assert called(bob, "restart_container", podman_id=strange, **place).failed
    written = entries("mcp.call")
    assert len(written) == 5
    assert max(len(json.dumps(entry.params)) for entry in written) < 10_000


@pytest.mark.django_db(transaction=True)
async def test_a_tool_that_is_not_there_is_an_entry_too(
    fleet: Fleet, cast: Cast, entries: Any
) -> None:
    bob = await sync_to_async(make_caller)(cast.bob)
    assert (await tool(bob, "drop_tables" * 50, q="x")).is_error
    [entry] = await sync_to_async(entries)("mcp.call")
    assert entry.target_name.startswith("drop_tables")
    assert bob.token.prefix in entry.token


@pytest.mark.django_db(transaction=True)
async def test_calls_that_wait_hold_up_nobody_else(fleet: Fleet, cast: Cast) -> None:
    """Neither threads of pages and rights, nor more than their share of MCP's."""
    bob = await sync_to_async(make_caller)(cast.bob)
    place = {"endpoint_id": fleet.root1.pk, "podman_id": "shop0"}
    job = (await tool(bob, "restart_container", **place)).structured_content["id"]
    loop = asyncio.get_running_loop()
    others = ThreadPoolExecutor(1)
    loop.set_default_executor(others)
    waits = [
        asyncio.create_task(tool(bob, "get_job", job_id=job, wait=60)) for _ in range(MOST_EACH + 1)
    ]
    try:
        async with asyncio.timeout(20):
            [refused], _pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            assert "at once" in refused.result().content[0].text
            assert await in_thread(lambda: "served") == "served"
    finally:
        await Job.objects.filter(pk=job).aupdate(state=Job.State.OK)
        ended = await asyncio.gather(*waits)
    assert [one.is_error for one in ended].count(True) == 1
    assert not (await tool(bob, "get_job", job_id=job)).is_error


@pytest.mark.django_db(transaction=True)
async def test_many_calls_in_one_message_are_refused(
    fleet: Fleet, cast: Cast, entries: Any
) -> None:
    """They would count as one request."""
    bob = await sync_to_async(make_caller)(cast.bob)
    one = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    call = one | {"params": {"name": "get_me", "arguments": {}}}
    request, person = await sync_to_async(asked)(bob)
    status, _headers, _body = await served(request, person, json.dumps([call] * 50).encode())
    assert status == 400
    assert not await sync_to_async(entries)("mcp.call")
