"""What is printed: tables for people, JSON for programs, times as Podman says them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def show(rows: Sequence[Any], head: Sequence[str], cells: Any, *, as_json: bool) -> None:
    """The rows as JSON, or as a table by `cells(row)`."""
    if as_json:
        print_json(list(rows))
    else:
        print_table(head, [cells(row) for row in rows])


def print_json(value: Any) -> None:
    """Indented, as `podman inspect` does it."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns two blanks apart."""
    lines = [list(head), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths))
        print("  ".join(padded).rstrip())


def clean(value: Any) -> str:
    """On one line, without what a terminal would obey: it comes from hosts."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value))


def short(text: str, length: int, *, whole: bool = False) -> str:
    """Cut to a length, with an ellipsis."""
    return text if whole or len(text) <= length else f"{text[: length - 1]}…"


def ago(text: str | None) -> str:
    """`3 minutes ago` of a time in ISO 8601, "" of none."""
    spent = since(text)
    return f"{spent} ago" if spent else ""


def since(text: str | None) -> str:
    """`3 minutes`."""
    if not text:
        return ""
    from datetime import datetime, timezone

    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    seconds = max(int((datetime.now(timezone.utc) - moment).total_seconds()), 0)
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length_s:
            count = seconds // length_s
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def at(text: str | None) -> str:
    """A time of ISO 8601 as this machine's clock has it."""
    if not text:
        return ""
    from datetime import datetime

    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
