"""Touched objects are listed again: together, once, and serially per object."""

import asyncio

import pytest

from hosts.link.supervise.refresher import ALL, Refresher

Call = tuple[str, list[str] | None]


class Looks:
    """Counts looks; each waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.going: list[asyncio.Event] = []
        self.came = asyncio.Condition()

    async def look(self, kind: str, ids: list[str] | None) -> int:
        go = asyncio.Event()
        self.going.append(go)
        self.calls.append((kind, ids))
        async with self.came:
            self.came.notify_all()
        await go.wait()
        return len(self.calls)

    async def begun(self, count: int) -> None:
        async with asyncio.timeout(5), self.came:
            await self.came.wait_for(lambda: len(self.calls) >= count)


@pytest.fixture
async def looks() -> Looks:
    return Looks()


def refresher(looks: Looks) -> Refresher:
    return Refresher(looks.look, failed=lambda error: None)


async def test_touches_of_a_moment_are_one_look(looks: Looks) -> None:
    one = refresher(looks)
    for podman_id in ("a", "b", "a"):
        one.touch("container", podman_id)
    await looks.begun(1)
    assert looks.calls == [("container", ["a", "b"])]
    one.close()


async def test_other_kinds_are_listed_whole(looks: Looks) -> None:
    one = refresher(looks)
    one.touch("volume", "data")
    await looks.begun(1)
    assert looks.calls == [("volume", None)]
    one.close()


async def test_a_touch_during_a_look_causes_another_after_it(looks: Looks) -> None:
    one = refresher(looks)
    first = asyncio.ensure_future(one.refresh("container", "a"))
    await looks.begun(1)
    second = asyncio.ensure_future(one.refresh("container", "a"))
    other = asyncio.ensure_future(one.refresh("container", "b"))
    await looks.begun(2)
    # the other object does not wait, the same one does
    assert looks.calls == [("container", ["a"]), ("container", ["b"])]
    looks.going[0].set()
    await looks.begun(3)
    assert looks.calls[2] == ("container", ["a"])
    assert not second.done()
    looks.going[1].set()
    looks.going[2].set()
    assert [await first, await other, await second] == [2, 3, 3]
    one.close()


async def test_a_failed_look_tells_who_waits(looks: Looks) -> None:
    failed: list[BaseException] = []

    async def fail(kind: str, ids: list[str] | None) -> int:
        raise ValueError("no")

    one = Refresher(fail, failed=failed.append)
    with pytest.raises(ValueError, match="no"):
        await one.refresh("pod", ALL)
    assert len(failed) == 1
    one.close()


async def test_closing_ends_who_waits(looks: Looks) -> None:
    one = refresher(looks)
    waiting = asyncio.ensure_future(one.refresh("pod", ALL))
    await looks.begun(1)
    one.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
