"""`hosts`, `ps` and `audit`: what pages list."""

from __future__ import annotations

import argparse
from typing import Any

from .failure import USAGE, Failure
from .places import find_endpoint, path_of
from .tables import ago, at, short, show, since

# what Podman's --filter calls otherwise than Haulout's filter line
_TOKENS = {"status": "state", "ancestor": "image"}


def add_hosts(parser: argparse.ArgumentParser) -> None:
    """Nothing."""


def do_hosts(call: Any, given: argparse.Namespace) -> int:
    """A line for each Podman, by the name that --connection takes."""
    hosts = call.server.get("/hosts")["items"]
    if call.json:
        show(hosts, (), None, as_json=True)
        return 0
    rows = [(host, one) for host in hosts for one in host["endpoints"]]
    rows += [(host, None) for host in hosts if not host["endpoints"]]

    def cells(row: Any) -> list[str]:
        host, one = row
        where = (
            [path_of(one), one["state"], one["podman_version"]] if one else [host["name"], "", ""]
        )
        return [*where, ",".join(host["groups"]), host["address"], one["reason"] if one else ""]

    show(rows, ("CONNECTION", "STATE", "PODMAN", "GROUPS", "ADDRESS", ""), cells, as_json=False)
    return 0


def add_ps(parser: argparse.ArgumentParser) -> None:
    """As podman ps has them; words are a filter line of the pages."""
    add = parser.add_argument
    add(
        "words", nargs="*", metavar="FILTER", help="as on the page: host:web1 health:unhealthy shop"
    )
    add("-a", "--all", action="store_true", help="also those that do not run")
    add(
        "-f", "--filter", action="append", default=[], metavar="KEY=VALUE", help="such as name=shop"
    )
    add("-n", "--last", type=int, default=0, metavar="N", help="the newest N, in any state")
    add("-q", "--quiet", action="store_true", help="ids only")
    add("--no-trunc", action="store_true", help="do not cut ids and commands")


def do_ps(call: Any, given: argparse.Namespace) -> int:
    """Running ones, unless --all, --last or a filter of their state."""
    line = [*given.words, *map(_token, given.filter)]
    if not (
        given.all or given.last or any(word.startswith(("state:", "-state:")) for word in line)
    ):
        line.append("state:running")
    if call.connection:
        line.append(f"host:{call.connection.partition('/')[0]}")
    asked = {"q": " ".join(line), "sort": "-created", "most": max(given.last, 0)}
    rows = call.server.pages("/containers", **asked)
    if call.connection:
        endpoint = find_endpoint(call.server, call.connection)
        rows = [one for one in rows if one["endpoint"]["id"] == endpoint["id"]]

    def cells(one: Any) -> list[str]:
        return [
            one["podman_id"] if given.no_trunc else one["podman_id"][:12],
            one["endpoint"]["name"],
            one["image"],
            short(" ".join(one["command"]), 20, whole=given.no_trunc),
            ago(one["created_at"]),
            _status(one),
            ", ".join(map(_port, one["ports"])),
            one["name"],
        ]

    if given.quiet and not call.json:
        for one in rows:
            print(cells(one)[0])
        return 0
    head = ("CONTAINER ID", "HOST", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES")
    show(rows, head, cells, as_json=call.json)
    return 0


def _token(text: str) -> str:
    key, equals, value = text.partition("=")
    if not equals:
        raise Failure(f"{text} is no filter.", "Give it as KEY=VALUE, such as status=exited", USAGE)
    return (
        f'{_TOKENS.get(key, key)}:"{value}"' if " " in value else f"{_TOKENS.get(key, key)}:{value}"
    )


def _status(one: Any) -> str:
    if one["state"] in ("running", "paused"):
        more = f" ({one['health']})" if one["health"] else ""
        return f"Up {since(one['started_at'])}{' (Paused)' if one['state'] == 'paused' else more}"
    if one["state"] == "exited":
        return f"Exited ({one['exit_code']}) {ago(one['exited_at'])}"
    return str(one["state"]).capitalize()


def _port(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    host, inner = (
        one.get("host_port"),
        f"{one.get('container_port')}/{one.get('protocol') or 'tcp'}",
    )
    return f"{one.get('host_ip') or '0.0.0.0'}:{host}->{inner}" if host else inner  # noqa: S104


def add_audit(parser: argparse.ArgumentParser) -> None:
    """Words are the page's filter line."""
    add = parser.add_argument
    add(
        "words",
        nargs="*",
        metavar="FILTER",
        help="as on the page: person:ada verb:container.remove",
    )
    add("-n", "--last", type=int, default=50, metavar="N", help="the newest N (default: 50)")


def do_audit(call: Any, given: argparse.Namespace) -> int:
    """Newest first, each with its outcome."""
    line = list(given.words)
    if call.connection:
        line.append(f"host:{call.connection.partition('/')[0]}")
    found: list[Any] = []
    before = None
    while len(found) < given.last:
        limit = min(given.last - len(found), 1000)
        page = call.server.get("/audit", q=" ".join(line), limit=limit, before=before)
        found += page["items"]
        before = page["before"]
        if before is None:
            break

    def cells(one: Any) -> list[Any]:
        where = one["endpoint"] or one["host"]
        what = one["target_name"] or one["target_id"]
        who = one["who"] or one["address"]
        return [
            one["number"],
            at(one["at"]),
            who,
            one["verb"],
            what,
            where,
            one["result"],
            one["door"],
        ]

    head = ("NUMBER", "TIME", "WHO", "VERB", "ON", "HOST", "RESULT", "DOOR")
    show(found, head, cells, as_json=call.json)
    return 0
