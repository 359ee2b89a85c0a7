"""Exports the log as CSV or JSON lines. No text can run in a spreadsheet or fake a line.

The caller writes the event about the export.
"""

import csv
import io
import re
from collections.abc import Iterator

import orjson
from django.db.models import Q

from audit.chain import timestamp
from audit.models import Entry
from audit.queries import Filters, Line, search

BATCH = 1000
COLUMNS = (  # noqa: SIM905 - read as one line
    "number at kind who_name who_id session token address forwarded_for door verb target_kind"
    " target_id target_name host_name endpoint_name params grant job_id count result detail"
    " duration_ms ended_at outcome resolution hash"
).split()
# spreadsheets run text that begins so, also after blanks, and some also full-width signs
_FORMULA = re.compile(r"^[\s'\"]*[=+\-@|%＝＋－＠\t]")


def csv_lines(filters: Filters, *, visible: Q | None) -> Iterator[bytes]:
    """The header, then one line for each line of the page. UTF-8 with a byte order mark."""
    yield b"\xef\xbb\xbf" + _csv(list(COLUMNS))
    for line in _lines(filters, visible):
        yield _csv([neutral(value) for value in _cells(line)])


def json_lines(filters: Filters, *, visible: Q | None) -> Iterator[bytes]:
    """One object for each line: the canonical bytes of its entries, and the first one's hash."""
    yield from map(_json, _lines(filters, visible))


def json_page(
    filters: Filters, *, visible: Q | None, before: int | None, limit: int
) -> tuple[bytes, int | None]:
    """One page of that: (its lines, `before` of the next page or None)."""
    page = search(filters, visible=visible, before=before, limit=limit, whole=True)
    return b"".join(map(_json, page.lines)), page.before


def _json(line: Line) -> bytes:
    return orjson.dumps(
        {
            "entry": orjson.Fragment(bytes(line.entry.canonical)),
            "hash": line.entry.hash_hex,
            "outcome": _fragment(line.outcome),
            "resolution": _fragment(line.resolution),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def neutral(value: object) -> object:
    """The value for a CSV cell: one line, with a quote before a text that looks like a formula."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = str(value)
    if _FORMULA.match(text):
        text = "'" + text
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _lines(filters: Filters, visible: Q | None) -> Iterator[Line]:
    before: int | None = None
    while True:
        page = search(filters, visible=visible, before=before, limit=BATCH, whole=True)
        yield from page.lines
        before = page.before
        if before is None:
            return


def _cells(line: Line) -> Iterator[object]:
    ended = line.last
    for name in COLUMNS:
        if name == "at":
            yield timestamp(line.entry.at)
        elif name == "params":
            yield line.entry.params_text
        elif name == "hash":
            yield line.entry.hash_hex
        elif name == "result":
            yield line.result
        elif name in ("detail", "duration_ms"):
            yield getattr(ended, name)
        elif name == "ended_at":
            yield timestamp(ended.at) if ended is not line.entry else ""
        elif name in ("outcome", "resolution"):
            entry: Entry | None = getattr(line, name)
            yield entry.number if entry else ""
        else:
            yield getattr(line.entry, name)


def _fragment(entry: Entry | None) -> orjson.Fragment | None:
    return orjson.Fragment(bytes(entry.canonical)) if entry else None


def _csv(cells: list[object] | list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue().encode()
