"""`logs`: the last lines, or each as it is written."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .failure import USAGE, Failure
from .places import address, find_container
from .server import Server

MOST_LINES = 10_000
_UNITS = {"s": 1, "m": 60, "h": 3600}


def add_logs(parser: argparse.ArgumentParser) -> None:
    """As podman logs."""
    add = parser.add_argument
    add("container", metavar="CONTAINER")
    add("-f", "--follow", action="store_true", help="go on with each line as it is written")
    add("--tail", type=int, default=-1, metavar="N", help=f"the last N lines (most: {MOST_LINES})")
    add("--since", default="", metavar="TIME", help="10m, 2h30m, or 2026-12-01T12:00:00Z")
    add("-t", "--timestamps", action="store_true", help="the time before each line")


def do_logs(call: Any, given: argparse.Namespace) -> int:
    """Print them."""
    row = find_container(call.server, given.container, call.connection)
    if given.follow and given.since:
        raise Failure("--follow goes with --tail, not with --since.", code=USAGE)
    lines = MOST_LINES if given.tail < 0 else max(given.tail, 1)
    more = {"tail": min(lines, MOST_LINES), "timestamps": str(given.timestamps).lower()}
    if given.follow:
        copy_out(call.server, address(row, "logs", "follow"), **more)
    else:
        copy_out(call.server, address(row, "logs"), since=moment(given.since), **more)
    return 0


def copy_out(server: Server, path: str, **query: Any) -> None:
    """What comes goes to standard output, at once."""
    for piece in server.stream(path, **query):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def moment(text: str) -> str | None:
    """A time in ISO 8601 of one, or of a duration until now; None of none."""
    if not text:
        return None
    from datetime import datetime, timedelta, timezone

    spent, left = 0, text
    while left and left[0].isdigit():
        digits = left[: len(left) - len(left.lstrip("0123456789"))]
        unit = left[len(digits) : len(digits) + 1]
        if unit not in _UNITS:
            break
        spent += int(digits) * _UNITS[unit]
        left = left[len(digits) + 1 :]
    if not left:
        return (datetime.now(timezone.utc) - timedelta(seconds=spent)).isoformat()
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        cure = "Give a duration such as 10m, or a time such as 2026-12-01T12:00:00Z"
        raise Failure(f"{text} is no time.", cure, USAGE) from error
    return (found if found.tzinfo else found.astimezone()).isoformat()
