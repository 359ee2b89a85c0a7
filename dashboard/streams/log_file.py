"""A range of logs as a file: text or JSON lines. The last line says what is missing.

Nothing is buffered: each line is written as Podman sends it, at the reader's pace.
"""

import re
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.streams.log_choice import Choice
from dashboard.streams.merged_range import BOTH, Part, merged_lines
from hosts.dial import dial
from hosts.models import InventoryRow

STREAMS: Final = {b"1": "stdout", b"2": "stderr"}
# colours and what else moves a terminal's cursor; the same as static/js/logs/colours.js
_SEQUENCE: Final = re.compile(
    rb"\x1b(?:\[[0-9;:]*[A-Za-z@`~]|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)"
    rb"|[ -/]*[0-~]|$)"
)
Write = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class LogFileQuery:
    """What of the logs, and how. `tail`: last lines of each container. `text`: what a line must
    hold; case counts where it has capitals.
    """

    since: datetime | None = None
    until: datetime | None = None
    tail: int | None = None
    streams: frozenset[int] = BOTH
    text: str = ""
    json: bool = False
    times: bool = True

    def params(self) -> dict[str, Any]:
        """As the audit log keeps it."""
        filters = {"text": self.text}
        if self.streams != BOTH:
            filters["stream"] = ",".join(STREAMS[b"%d" % one] for one in sorted(self.streams))
        said: dict[str, Any] = {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "tail": self.tail,
            "format": "json" if self.json else "text",
            "filters": {name: value for name, value in filters.items() if value},
        }
        return {"what": "download"} | {name: value for name, value in said.items() if value}

    def end(self, words: Iterable[str]) -> bytes:
        """The last line of a file from which something is missing."""
        said = " ".join(words)
        if self.json:
            return orjson.dumps({"incomplete": said}, option=orjson.OPT_APPEND_NEWLINE)
        return f"# {_('incomplete')}: {said}\n".encode()


async def file_pieces(asked: LogFileQuery, choice: Choice) -> AsyncGenerator[bytes, None]:
    """The file's lines, some hundred at once; of several containers in the order of time."""
    parts = [
        Part(
            number,
            dial(row.endpoint, streams=True),
            row.podman_id,
            since=asked.since,
            until=asked.until,
            tail=asked.tail,
            streams=asked.streams,
        )
        for number, row in enumerate(choice.rows)
    ]
    wanted, write = _filter(asked.text), _writer(asked, choice.rows)
    async with aclosing(merged_lines(parts)) as groups:
        async for lines in groups:
            if piece := b"".join(write(line) for line in lines if wanted(line)):
                yield piece
    if missing := _missing(choice, parts):
        yield asked.end(missing)


def _missing(choice: Choice, parts: list[Part]) -> list[str]:
    """A sentence for each thing that keeps the file from being whole."""
    words = []
    for row, part in zip(choice.rows, parts, strict=True):
        if part.cause:
            said = _("%(container)s was read up to line %(n)d: %(cause)s")
            names = {"container": _name(row), "n": part.lines, "cause": part.cause}
            words.append(said % names)
    if choice.left_out:
        words.append(
            ngettext(
                "%(n)d more container matches and is not in this file.",
                "%(n)d more containers match and are not in this file.",
                choice.left_out,
            )
            % {"n": choice.left_out}
        )
    if choice.refused:
        words.append(
            ngettext(
                "%(n)d container is left out: not permitted.",
                "%(n)d containers are left out: not permitted.",
                choice.refused,
            )
            % {"n": choice.refused}
        )
    return words


def _filter(text: str) -> Callable[[bytes], bool]:
    """Whether a line (as merging.tagged has it) holds the text; escape sequences do not count."""
    if not text:
        return lambda line: True
    if text != text.lower():
        exact = text.encode()
        return lambda line: exact in _plain(line.partition(b" ")[2])
    if text.isascii():
        low = text.encode()
        return lambda line: low in _plain(line.partition(b" ")[2]).lower()
    return lambda line: text in _plain(line.partition(b" ")[2]).decode(errors="replace").lower()


def _writer(asked: LogFileQuery, rows: list[InventoryRow]) -> Write:
    """How a line is written: `1<time>@<number> <text>` to the file's form."""
    if asked.json:
        names = [(row.name or row.podman_id[:12], str(row.endpoint)) for row in rows]

        def as_json(line: bytes) -> bytes:
            time, number, text = _split(line)
            name, host = names[number]
            said = {
                "time": time.decode("ascii", "replace"),
                "host": host,
                "container": name,
                "stream": STREAMS.get(line[:1], ""),
                "text": text.rstrip(b"\n").decode(errors="replace"),
            }
            if not asked.times:
                del said["time"]
            return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)

        return as_json
    heads = [b"%b " % _name(row).encode() if len(rows) > 1 else b"" for row in rows]

    def as_text(line: bytes) -> bytes:
        time, number, text = _split(line)
        if b"\x1b" in text:
            text = _plain(text.rstrip(b"\n")) + b"\n"
        return (b"%b " % time if asked.times else b"") + heads[number] + text

    return as_text


def _name(row: InventoryRow) -> str:
    return f"{row.endpoint}/{row.name or row.podman_id[:12]}"


def _split(line: bytes) -> tuple[bytes, int, bytes]:
    """(time, number of the source, text with its newline)."""
    head, _space, text = line.partition(b" ")
    time, _at, number = head[1:].rpartition(b"@")
    return time, int(number), text


def _plain(text: bytes) -> bytes:
    return _SEQUENCE.sub(b"", text) if b"\x1b" in text else text
