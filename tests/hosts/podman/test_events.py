"""Events as lines; what tells two of them apart; the end of the stream."""

import json
from typing import Any

import pytest

from hosts.podman import errors, events
from tests.hosts.podman.fake import answer, before, chunked, ends_with, says, talking


def event(**more: Any) -> dict[str, Any]:
    actor = {"ID": "a" * 64, "Attributes": {"name": "web"}}
    fixed = {"Type": "container", "Action": "start", "Actor": actor, "scope": "local"}
    return fixed | {"time": 1795537458, "timeNano": 1795537458512708677} | more


def line(sent: dict[str, Any]) -> bytes:
    return json.dumps(sent).encode() + b"\n"


async def test_events_arrive_and_end() -> None:
    raw = line(event()) + line(event(Action="died"))
    async with talking(says(chunked(raw[:70], raw[70:]))) as (podman, _):
        got = [one async for one in events.follow(podman)]
    assert [one["Action"] for one in got] == ["start", "died"]


async def test_broken_stream_is_told_after_what_came() -> None:
    async with talking(ends_with(chunked(line(event()), end=False))) as (podman, _):
        got = await before(errors.Interrupted, events.follow(podman))
    assert len(got) == 1


async def test_the_same_event_has_the_same_key() -> None:
    first, again = event(), event()
    assert events.key(first) == events.key(again)  # type: ignore[arg-type]
    for other in (event(timeNano=1), event(Action="stop"), event(Type="pod")):
        assert events.key(first) != events.key(other)  # type: ignore[arg-type]


async def test_volume_is_known_by_its_name() -> None:
    actor = {"ID": "", "Attributes": {"name": "v1"}}
    assert events.subject(event(Type="volume", Actor=actor)) == "v1"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        event(Actor=None),
        event(Actor={"ID": 1, "Attributes": {}}),
        event(timeNano="soon"),
        event(Type=None),
        event(Action=7),
    ],
)
async def test_event_without_its_parts_is_told(sent: dict[str, Any]) -> None:
    async with talking(says(chunked(line(sent)))) as (podman, _):
        with pytest.raises(errors.Malformed):
            _ = [one async for one in events.follow(podman)]


async def test_host_without_events() -> None:
    said = answer(
        "500 Internal Server Error",
        b'{"cause":"cannot read events with the \\"none\\" backend","message":"no","response":500}',
    )
    async with talking(says(said)) as (podman, _):
        with pytest.raises(errors.ServerFault):
            _ = [one async for one in events.follow(podman)]
