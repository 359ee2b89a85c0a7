"""The command line of the lab: `up`, `status`, `down`, and `keep` for the tests' own use."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .building import bring_up
from .demo import fill
from .errors import LabError
from .lab import Lab, load, take_down
from .place import Place, default_data

DEMO_HOSTS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # Django makes parsers of its own kind, whose children need arguments of theirs.
    commands = parser.add_subparsers(
        dest="command", required=True, parser_class=argparse.ArgumentParser
    )
    up = commands.add_parser("up", help="bring up real Podman hosts on this machine (as root)")
    up.add_argument("hosts", nargs="?", type=int, help="how many (2; 3 with --demo)")
    up.add_argument(
        "--podman",
        action="append",
        metavar="VERSION",
        help="4.3, 5.4, 5.8 or 6.1 instead of this machine's; several are dealt out in turn",
    )
    up.add_argument(
        "--systemd",
        action="store_true",
        help="hosts with systemd and cgroups v2 (Podman 6.1 always): journald, timers, linger",
    )
    up.add_argument("--demo", action="store_true", help="with containers, pods and troubles")
    status = commands.add_parser("status", help="say what runs and how to reach it")
    down = commands.add_parser("down", help="remove the lab and all that is in it")
    keep = commands.add_parser("keep", help="take the lab down when standard input ends")
    for command in (up, status):
        command.add_argument("--json", action="store_true", help="as JSON, for `pytest --hosts`")
    for command in (up, status, down, keep):
        command.add_argument("--data", type=Path, help="folder of this lab (HAULOUT_DATA/lab)")


def carry_out(options: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Errors go to standard error in one line."""
    data = options.data or default_data()
    try:
        if options.command == "up":
            demo = DEMO_HOSTS if options.demo else 2
            lab = bring_up(
                hosts=demo if options.hosts is None else options.hosts,
                versions=options.podman or (None,),
                systemd=options.systemd,
                data=data,
            )
            if options.demo:
                fill(lab)
            show(lab, as_json=options.json)
        elif options.command == "status":
            found = load(Place.at(data))
            if found is None:
                raise LabError(f"no lab in {data}: bring one up with `lab up 2`")
            show(found, as_json=options.json)
        else:
            if options.command == "keep":
                sys.stdin.read()
            take_down(Place.at(data))
    except LabError as exc:
        print(f"lab: {exc}", file=sys.stderr)
        return 1
    return 0


def show(lab: Lab, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(lab.status(), indent=2))
        return
    for host in lab.hosts:
        state = f"first process {host.pid}" if host.pid else "no power"
        print(f"{host.name}  {host.address}:{host.port}  Podman {host.podman_version}  {state}")
        print(f"    host key {host.host_key_fingerprint}")
        for login in host.logins:
            print(f"    {login.user}  {login.socket}  key {login.key_file}")
    registry = lab.registry
    print(f"registry  {registry.address}  slow {registry.slow_address}")
    print(f"    {registry.user} / {registry.password}  {', '.join(registry.images)}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="lab", description="A lab of real Podman hosts.")
    add_arguments(parser)
    return carry_out(parser.parse_args(arguments))
