"""A browser on a terminal: told no more than it may be, from where it left off, and what it missed."""

import asyncio
import json
from typing import Any

from dashboard.streams.terminals.scrollback import Scrollback
from dashboard.streams.terminals.viewer import REST_BYTES, WINDOW_BYTES, TerminalViewer


class Browser:
    """Collects what a viewer sends."""

    def __init__(self, kept: Scrollback, have: int = 0) -> None:
        self.screen = b""
        self.notes: list[dict[str, Any]] = []
        self.kept = kept
        self.viewer = TerminalViewer("Ada", owner=True, send_json=self._note, send_bytes=self._draw)
        self.viewer.begin(kept, have)

    async def _note(self, message: dict[str, Any]) -> None:
        self.notes.append(json.loads(json.dumps(message)))

    async def _draw(self, data: bytes) -> None:
        self.screen += data

    async def __aenter__(self) -> "Browser":
        self.task = asyncio.create_task(self.viewer.pump(self.kept, lambda: None))
        await self.rest()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()

    async def rest(self) -> None:
        """Until the pump waits for more."""
        for _ in range(100):
            await asyncio.sleep(0)
        assert not self.viewer.ready.is_set()


def kept_of(data: bytes, keep_bytes: int = 10**6) -> Scrollback:
    kept = Scrollback(keep_bytes)
    kept.add(data)
    return kept


def test_the_oldest_is_let_go_and_offsets_stay() -> None:
    kept = kept_of(b"0123456789", keep_bytes=4)
    assert (kept.start, kept.end, kept.take(7, most=2)) == (6, 10, b"78")
    kept.add(b"a\nb")
    assert kept.take(kept.line_after(kept.start), most=9) == b"b"


async def test_stderr_is_named_where_it_begins_and_ends() -> None:
    kept = Scrollback(keep_bytes=10)
    for stderr, data in ((False, b"out"), (True, b"err"), (True, b"!"), (False, b"more")):
        kept.add(data, stderr=stderr)
    assert [kept.stream_at(at) for at in (1, 3, 6, 7)] == [
        (False, 3),
        (True, 7),
        (True, 7),
        (False, 11),
    ]
    async with Browser(kept) as browser:
        assert browser.screen == b"uterr!more"
        names = [note["name"] for note in browser.notes if note["type"] == "stream"]
        assert names == ["stderr", "stdout"]
        # what was let go takes its turns along
        kept.add(b"12345678", stderr=True)
        assert (kept.start, kept.stream_at(kept.start)) == (9, (False, 11))
        browser.viewer.ready.set()
        await browser.rest()
        assert browser.notes[-1] == {"type": "stream", "name": "stderr"}
        assert browser.screen.endswith(b"more12345678")


async def test_no_more_than_the_window_until_it_is_drawn() -> None:
    data = bytes(range(256)) * 2048
    async with Browser(kept_of(data)) as browser:
        assert len(browser.screen) == WINDOW_BYTES
        browser.viewer.has_drawn(1000)
        await browser.rest()
        assert len(browser.screen) == WINDOW_BYTES + 1000
        # nobody has drawn what was not told
        browser.viewer.has_drawn(10**9)
        await browser.rest()
        assert browser.screen == data


async def test_coming_back_continues_or_starts_anew() -> None:
    async with Browser(kept_of(b"one\ntwo\n"), have=4) as browser:
        assert browser.screen == b"two\n"
        assert browser.notes[0] == {"type": "at", "offset": 4, "reset": False, "replay": 4}
    lines = b"".join(b"line %06d\n" % n for n in range(1000))
    kept = kept_of(lines, keep_bytes=100)
    async with Browser(kept, have=5) as browser:
        assert browser.notes[0]["reset"]
        assert lines.endswith(browser.screen)
        assert browser.screen.startswith(b"line ")
    async with Browser(kept, have=10**9) as browser:
        assert browser.notes[0]["reset"]


async def test_what_a_slow_one_missed_is_counted_exactly() -> None:
    kept = Scrollback(1000)
    async with Browser(kept) as browser:
        kept.add(b"x" * 99 + b"\n")
        browser.viewer.ready.set()
        await browser.rest()
        kept.add((b"y" * 99 + b"\n") * 50)
        browser.viewer.ready.set()
        await browser.rest()
        (skipped,) = [note for note in browser.notes if note["type"] == "skipped"]
        assert skipped["bytes"] + len(browser.screen) == kept.end
        assert skipped["offset"] == kept.end - (len(browser.screen) - 100)


async def test_the_end_is_told_after_everything_else() -> None:
    kept = kept_of(b"last words")
    browser = Browser(kept)
    browser.viewer.last = {"type": "ended"}
    async with browser:
        assert browser.screen == b"last words"
        assert browser.notes[-1] == {"type": "ended"}


async def test_skipping_leaves_the_rest() -> None:
    kept = kept_of(b"z" * 99_999 + b"\n" + b"w" * (REST_BYTES - 1))
    browser = Browser(kept)
    browser.viewer.skip_to(kept, kept.end - REST_BYTES)
    async with browser:
        assert browser.screen == b"w" * (REST_BYTES - 1)
