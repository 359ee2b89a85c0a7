"""`start`, `stop`, `restart` and `rm` of containers."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .failure import Failure
from .places import address, find_container
from .tables import print_json
from .waiting import finish


def add_start(parser: argparse.ArgumentParser) -> None:
    """Which."""
    parser.add_argument("containers", nargs="+", metavar="CONTAINER")


def add_stop(parser: argparse.ArgumentParser) -> None:
    """As podman stop."""
    add_start(parser)
    words = "seconds until it is killed (default: its own)"
    parser.add_argument("-t", "--time", type=int, metavar="SECONDS", help=words)


add_restart = add_stop


def add_rm(parser: argparse.ArgumentParser) -> None:
    """As podman rm."""
    add_start(parser)
    parser.add_argument("-f", "--force", action="store_true", help="also if it runs")
    parser.add_argument("-v", "--volumes", action="store_true", help="its anonymous volumes too")


def do_start(call: Any, given: argparse.Namespace) -> int:
    """Start each."""
    return _each(call, given, "start", {})


def do_stop(call: Any, given: argparse.Namespace) -> int:
    """Stop each."""
    return _each(call, given, "stop", {"timeout_s": given.time})


def do_restart(call: Any, given: argparse.Namespace) -> int:
    """Restart each."""
    return _each(call, given, "restart", {"timeout_s": given.time})


def do_rm(call: Any, given: argparse.Namespace) -> int:
    """Remove each."""
    return _each(call, given, "remove", {"force": given.force, "volumes": given.volumes})


def _each(call: Any, given: argparse.Namespace, verb: str, body: dict[str, Any]) -> int:
    """Print the name of each that is done. Of several, failures are named and the others go on."""
    # all are looked for before the first is changed
    rows = [(name, find_container(call.server, name, call.connection)) for name in given.containers]
    if len(rows) == 1:
        done: list[Any] = [_act(call, *rows[0], verb, body)]
    else:
        done = [_act_or_say(call, *row, verb, body) for row in rows]
    if call.json:
        print_json([job for job in done if isinstance(job, dict)])
    return max([code for code in done if isinstance(code, int)], default=0)


def _act(call: Any, name: str, row: Any, verb: str, body: dict[str, Any]) -> Any:
    job = finish(call.server, call.server.post(address(row, verb), body))
    if not call.json:
        print(name)
    return job


def _act_or_say(call: Any, name: str, row: Any, verb: str, body: dict[str, Any]) -> Any:
    """The job, or the exit code of a failure."""
    try:
        return _act(call, name, row, verb, body)
    except Failure as failure:
        print(f"haulout: {name}: {failure.message}", file=sys.stderr)
        return failure.code
