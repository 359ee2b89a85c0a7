"""Streamed actions: one intent and exactly one outcome, however they end; a lost one is settled."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from audit.models import Entry
from audit.shapes import Target
from hosts.access import Person
from hosts.actions import streams
from hosts.jobs.errand import ActionFailed
from hosts.models import OpenTransfer
from hosts.podman.errors import Interrupted, ServerFault

pytestmark = pytest.mark.django_db(transaction=True)


def entries() -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(verb="container.files_edit").order_by("number")
    return [(entry.kind, entry.result, entry.detail) for entry in found]


@pytest.fixture
def act(cast: Any, who_of: Any) -> Any:
    """`act(failure, committing)`: a streamed action that ends with `failure`."""
    person = Person(cast.bob, who_of(cast.bob))
    target = Target(kind="container", id="abc", name="shop")

    async def run(failure: BaseException | None = None, *, committing: bool = False) -> None:
        params = {"what": "upload", "path": "/x"}
        async with streams.streamed_action(
            person, "container.files_edit", target, params
        ) as action:
            action.committing = committing
            if failure is not None:
                raise failure

    return run


@pytest.mark.parametrize(
    ("failure", "committing", "result"),
    [
        (ActionFailed("The folder is not there.", "ENOENT"), False, "failed"),
        (ServerFault("no space left on device"), True, "failed"),
        (Interrupted("The connection broke."), False, "failed"),
        (Interrupted("The connection broke."), True, "unknown"),
        (asyncio.CancelledError(), False, "cancelled"),
        (asyncio.CancelledError(), True, "unknown"),
        (ZeroDivisionError(), False, "failed"),
        (ZeroDivisionError(), True, "unknown"),
    ],
)
async def test_every_end_is_an_outcome(
    act: Any, failure: BaseException, committing: Any, result: str
) -> None:
    with pytest.raises(type(failure)):
        await act(failure, committing=committing)
    (intent, outcome) = await sync_to_async(entries)()
    assert intent[0] == "intent"
    assert outcome[:2] == ("outcome", result)
    assert await OpenTransfer.objects.acount() == 0


async def test_done(act: Any) -> None:
    await act()
    assert [entry[:2] for entry in await sync_to_async(entries)()] == [
        ("intent", ""),
        ("outcome", "ok"),
    ]


async def test_a_download_that_nobody_reads_any_more(cast: Any, who_of: Any) -> None:
    """A generator is closed where it stands, not cancelled."""
    person = Person(cast.bob, who_of(cast.bob))

    async def pieces() -> AsyncGenerator[bytes, None]:
        async with streams.streamed_action(
            person, "container.files_edit", Target("container", "a", "b"), {}
        ):
            yield b"first"
            yield b"second"

    reading = pieces()
    assert await anext(reading) == b"first"
    await reading.aclose()
    (_intent, outcome) = await sync_to_async(entries)()
    assert outcome[:2] == ("outcome", "cancelled")


def test_a_lost_one_is_settled_once(cast: Any, who_of: Any) -> None:
    person = Person(cast.bob, who_of(cast.bob))
    target = Target(kind="container", id="abc", name="shop")
    action = streams.StreamedAction(person, "container.files_edit", target)
    streams._begin(action, {"what": "upload", "path": "/x"})
    assert streams.settle_lost() == 0
    OpenTransfer.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert streams.settle_lost() == 1
    assert streams.settle_lost() == 0
    assert [entry[:2] for entry in entries()] == [("intent", ""), ("outcome", "unknown")]
