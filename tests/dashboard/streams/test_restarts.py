"""A restart stands in the log where it was: woven in from events, or seen while it is followed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.streams.log_source import LogSource, LogViewer
from dashboard.streams.restarts import RestartMarks, is_mark, mark, restarts_of
from hosts.dial import dial
from hosts.models import HostEvent
from tests.dashboard.streams.test_logs import HEAD, ID, chunk, container, frame, podman

__all__ = ["container"]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(second: int, text: str = "a") -> bytes:
    return b"12026-11-24T12:00:%02dZ %b\n" % (second, text.encode())


def restarts(*seconds: float) -> RestartMarks:
    made = RestartMarks()
    for second in seconds:
        at = NOON + timedelta(seconds=second)
        made.marks.append((at.timestamp(), mark(at, 1)))
    return made


def places(lines: list[bytes]) -> str:
    return "".join("|" if is_mark(one) else one[18:20].decode()[-1] for one in lines)


def test_marks_stand_between_the_lines_by_time_and_not_before_the_first() -> None:
    woven = restarts(0.5, 2.7, 4.2)
    lines = woven.insert([line(1), line(2), line(3)]) + woven.insert([line(4), line(5)])
    assert places(lines) == "12|34|5"


def test_a_restart_that_was_seen_is_not_said_twice() -> None:
    woven = restarts(2.7)
    seen = mark(NOON + timedelta(seconds=3.1), 1)
    assert places(woven.insert([line(1), seen, line(3), line(9)])) == "1|39"


@pytest.mark.django_db
def test_events_of_one_container_with_its_exit_codes(container: Any) -> None:
    def happened(action: str, second: int, code: int | None = None, name: str = ID) -> None:
        HostEvent.objects.create(
            endpoint=container.endpoint,
            at=NOON + timedelta(seconds=second),
            kind="container",
            action=action,
            podman_id=name,
            exit_code=code,
        )

    happened("start", 0)
    happened("died", 3, 137)
    happened("start", 4)
    happened("died", 5, 1, "d" * 64)
    happened("start", 6, None, "d" * 64)
    (woven,) = restarts_of([container]).values()
    assert list(woven.marks) == [
        ((NOON + timedelta(seconds=4)).timestamp(), b"m2026-11-24T12:00:04+00:00 137\n")
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_restart_while_it_is_followed(container: Any, at_once: bool) -> None:
    """By the restart policy, before anybody asked; or later, by hand."""
    inspected: list[int] = []
    began = timezone.now().replace(microsecond=0)

    async def handler(asked: Any, writer: Any) -> None:
        if "/events" in asked.line:
            died = (
                b'{"Type":"container","Action":"died","time":1,"timeNano":1,"Actor":{"ID":"%b",'
                b'"Attributes":{"containerExitCode":"3"}}}\n' % ID.encode()
            )
            writer.write(HEAD + chunk(died) + b"0\r\n\r\n")
        elif asked.line.startswith("GET") and "/json" in asked.line:
            running = at_once or len(inspected) > 0
            inspected.append(1)
            state = b'{"State":{"Running":%b,"ExitCode":3,"StartedAt":"%b"}}' % (
                b"true" if running else b"false",
                (began + timedelta(seconds=5)).isoformat().encode(),
            )
            head = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            )
            writer.write(head % len(state) + state)
        elif "follow=true" in asked.line and not inspected:
            told = began.isoformat().encode() + b" before\n"
            writer.write(HEAD + chunk(frame(told)) + b"0\r\n\r\n")
        elif "follow=true" in asked.line:
            told = (began + timedelta(seconds=6)).isoformat().encode() + b" after\n"
            writer.write(HEAD + chunk(frame(told)))
            await writer.drain()
            await asyncio.Event().wait()
        else:
            writer.write(HEAD + b"0\r\n\r\n")

    class Taken:
        lines: list[bytes] = []
        all_came = asyncio.Event()

        def offer(self, lines: list[bytes]) -> None:
            self.lines = [*self.lines, *lines]
            if len(self.lines) == 3:
                self.all_came.set()

    taken = Taken()
    viewer = LogViewer(taken, lambda state: None)
    async with podman(container, handler):
        source = LogSource(dial(container.endpoint, streams=True), ID)
        source.join(viewer, tail=10)
        async with asyncio.timeout(20):
            await taken.all_came.wait()
        source.leave(viewer)
    before, between, after = taken.lines
    assert before.endswith(b"before\n")
    assert after.endswith(b"after\n")
    assert between == mark(began + timedelta(seconds=5), 3)
