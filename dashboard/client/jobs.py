"""`jobs`: list, show, follow, cancel."""

from __future__ import annotations

import argparse
from typing import Any

from .tables import ago, at, print_json, print_table, show
from .waiting import finish


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Without a word they are listed."""
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    listed = acts.add_parser("list", help="the newest (also without a word)")
    listed.add_argument("words", nargs="*", metavar="FILTER", help="as on the page: state:failed")
    listed.add_argument("-n", "--last", type=int, default=50, metavar="N", help="default: 50")
    for name, words in (
        ("show", "all about one"),
        ("follow", "wait for its end; how it ended is the exit code"),
        ("cancel", "end it"),
    ):
        acts.add_parser(name, help=words).add_argument("job", type=int, metavar="JOB")


def do_jobs(call: Any, given: argparse.Namespace) -> int:
    """By its word."""
    if given.act in (None, "list"):
        return _list(call, " ".join(getattr(given, "words", ())), getattr(given, "last", 50))
    path = f"/jobs/{given.job}"
    if given.act == "cancel":
        job = call.server.post(f"{path}/cancel")
    elif given.act == "follow":
        job = finish(call.server, call.server.get(path), patient=True)
    else:
        job = call.server.get(path)
    if call.json:
        print_json(job)
    else:
        print_table(*_all_of(job))
    return 0


def _list(call: Any, line: str, last: int) -> int:
    rows = call.server.pages("/jobs", q=line, sort="-newest", most=last)

    def cells(one: Any) -> list[Any]:
        what = one["object_name"] or one["object_id"]
        made = ago(one["created_at"])
        return [one["id"], made, one["verb"], what, one["endpoint"], one["state"], one["asked_by"]]

    head = ("JOB", "CREATED", "VERB", "ON", "HOST", "STATE", "BY")
    show(rows, head, cells, as_json=call.json)
    return 0


def _all_of(job: Any) -> tuple[list[str], list[list[Any]]]:
    names = ("verb", "object_name", "object_id", "endpoint", "asked_by", "error", "cause")
    rows = [[name, job[name]] for name in names if job[name]]
    rows += [
        [name, at(job[name])] for name in ("created_at", "started_at", "finished_at") if job[name]
    ]
    rows += [[name, value] for name, value in job["result"].items()]
    return [f"job {job['id']}", job["state"]], rows
