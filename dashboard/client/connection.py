"""`connection`: what podman and docker need to come through Haulout's gate."""

from __future__ import annotations

import argparse
import os
import shlex
from typing import Any

from .logs import copy_out
from .places import find_endpoint
from .tables import print_json


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Lines to paste, or a file."""
    parser.add_argument(
        "--file",
        choices=("podman", "containers", "docker"),
        help="instead: podman-connections.json, a part of containers.conf, or Docker contexts (tar)",
    )
    words = "the private key on this machine, such as ~/.ssh/id_ed25519"
    parser.add_argument("--identity", default="", metavar="FILE", help=words)


def do_connection(call: Any, given: argparse.Namespace) -> int:
    """For all hosts, or for that of --connection."""
    key = os.path.abspath(os.path.expanduser(given.identity)) if given.identity else ""
    if given.file:
        copy_out(call.server, "/connections/file", file=given.file, identity=key)
        return 0
    found = call.server.get("/connections")
    if call.connection:
        endpoint = find_endpoint(call.server, call.connection)
        found["items"] = [one for one in found["items"] if one["endpoint_id"] == endpoint["id"]]
    if call.json:
        print_json(found)
        return 0
    identity = ["--identity", key] if key else []
    print(f"# The gate's key is {found['fingerprint']}. In ~/.ssh/known_hosts:")
    print(found["known_hosts"])
    print("# Podman:")
    for one in found["items"]:
        print(
            shlex.join(
                ["podman", "system", "connection", "add", *identity, one["name"], one["uri"]]
            )
        )
    print("# Docker:")
    for one in found["items"]:
        docker = f"host={one['uri']}"
        print(shlex.join(["docker", "context", "create", one["name"], "--docker", docker]))
    return 0
