"""MCP with the SDK's own client, on a whole Haulout with a real host."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.bench.running import EMAIL
from tests.lab.hosts import Lab
from tests.lab.troubled import Troubled, broken_stack, troubled

__all__ = ["broken_stack", "troubled"]

IMAGE = "localhost/busybox"


@asynccontextmanager
async def client_of(troubled: Troubled, *options: str, **more: Any) -> AsyncIterator[Any]:
    """The SDK's client with a token of the administrator."""
    name = ("--name", f"of a test {uuid4()}")
    secret = troubled.stack.manage("user", "token", EMAIL, *name, *options).split()[-1]
    url = f"{troubled.stack.url.rstrip('/')}/api/mcp"
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=90)
    async with http, Client(streamable_http_client(url, http_client=http), **more) as client:
        yield client


def told(result: Any) -> Any:
    """What a tool answered."""
    assert not result.is_error, result.content[0].text
    return json.loads(result.content[0].text)


async def test_a_program_looks_and_acts(troubled: Troubled, lab: Lab) -> None:
    host = lab.hosts[0]
    container = troubled.container(
        host, "--name", "shop", "-e", "PASSWORD=hidden", IMAGE, "sh", "-c", "echo hello; sleep 1000"
    )
    async with client_of(troubled) as client:
        [row] = told(await client.call_tool("list_containers", {"q": "name:shop"}))["items"]
        at = {"endpoint_id": row["endpoint"]["id"], "podman_id": container}
        log = await client.call_tool("get_container_logs", at)
        assert log.content[0].text == "hello\n"
        inspected = (await client.call_tool("inspect_container", at)).content[0].text
        assert "PASSWORD" in inspected
        assert "hidden" not in inspected
        job = told(await client.call_tool("stop_container", {**at, "timeout_s": 0}))
        ended = told(await client.call_tool("get_job", {"job_id": job["id"], "wait": 60}))
        assert ended["state"] == "ok"
        assert host.podman("inspect", "--format", "{{.State.Status}}", "shop").strip() == "exited"
        held = told(await client.call_tool("remove_container", {**at, "reason": "not used"}))
        assert held["state"] == "held"
        assert host.podman("ps", "-aq", "--no-trunc").split() == [container]
        wrong = await client.call_tool("stop_container", {**at, "podman_id": "../x"})
        assert wrong.is_error
    calls = troubled.rows(
        "SELECT target_name FROM audit_entry WHERE verb = 'mcp.call' AND door = 'mcp'"
    )
    assert {("list_containers",), ("inspect_container",), ("remove_container",)} <= set(calls)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_token_that_looks_has_no_tools_that_act(troubled: Troubled, mode: str) -> None:
    """In the protocol's newest version, and in those that begin with a handshake."""
    async with client_of(troubled, "--read-only", mode=mode) as client:
        listed = (await client.list_tools()).tools
        names = {tool.name for tool in listed}
        assert {"list_containers", "get_container_logs", "get_audit"} <= names
        assert all(tool.annotations.read_only_hint for tool in listed)
        refused = await client.call_tool("prune_images", {"objects": [], "reason": "to try it"})
        assert refused.is_error


async def test_strangers_get_nothing(troubled: Troubled) -> None:
    async with httpx2.AsyncClient() as http:
        url = f"{troubled.stack.url.rstrip('/')}/api/mcp"
        sent = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        answer = await http.post(url, json=sent, headers={"Authorization": "Bearer haulout_no"})
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["WWW-Authenticate"]
