"""Terminals into real containers, judged by asking Podman."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.utils import timezone

from tests.lab.real_endpoint import endpoint_on, vault_keys
from tests.lab.terminal_page import TerminalPage

__all__ = ["endpoint_on", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def container(lab: Any, endpoint_on: Any, clean_hosts: None) -> Callable[..., Any]:
    """`container("--user", "1", "localhost/busybox", "sleep", "1000")` runs; (endpoint id, id)."""
    from hosts.models import Container

    endpoint = endpoint_on(lab.hosts[0])

    def make(*words: str, state: str = "running") -> tuple[int, str]:
        podman_id = lab.hosts[0].podman("run", "-d", *words).split()[-1]
        now = timezone.now()
        Container.objects.create(
            endpoint=endpoint,
            podman_id=podman_id,
            name="shop",
            digest="",
            state=state,
            seen_at=now,
            changed_at=now,
        )
        return endpoint.pk, podman_id

    return make


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Callable[..., TerminalPage]]:
    """`page(user)`: that person's browser. All are closed, and all sessions ended, at the end."""
    pages: list[TerminalPage] = []

    def make(user: Any, **options: Any) -> TerminalPage:
        pages.append(TerminalPage(user, **options))
        return pages[-1]

    yield make
    from dashboard.streams.terminal.sessions import sessions

    await sessions.end_all()
    for one in pages:
        await one.leave()


SLEEP = ("localhost/busybox", "sleep", "1000")


async def test_shell_is_found_and_echoes(
    cast: Any, container: Any, page: Any, entries: Any
) -> None:
    where = await sync_to_async(container)(*SLEEP)
    bob = page(cast.bob)
    await bob.open(where)
    assert (await bob.told("open"))["command"] == "ash"
    await bob.type("echo $((40 + 2))\r")
    await bob.sees("\r\n42\r\n")
    await bob.type("exit 3\r")
    assert (await bob.told("ended")) == {
        "type": "ended",
        "reason": "exited",
        "exit_code": 3,
        "words": "",
    }
    intent, outcome = await sync_to_async(_settled)(entries, "container.exec")
    assert intent.params == {"shell": "shell"}
    assert (outcome.result, outcome.detail) == ("ok", "exit code 3")
    assert outcome.duration_ms > 0


def _settled(entries: Any, verb: str) -> list[Any]:
    from tests.lab.waiting import until

    until("the outcome", lambda: len(entries(verb)) == 2)
    return list(entries(verb))
