"""`pull`: an image onto a host."""

from __future__ import annotations

import argparse
from typing import Any

from .places import find_endpoint
from .tables import print_json
from .waiting import finish


def add_pull(parser: argparse.ArgumentParser) -> None:
    """Which."""
    words = "with its registry: docker.io/library/nginx:latest"
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=words)


def do_pull(call: Any, given: argparse.Namespace) -> int:
    """One after the other; the id of each."""
    endpoint = find_endpoint(call.server, call.connection)
    done = []
    for image in given.images:
        body = {"endpoint": endpoint["id"], "reference": image}
        done.append(finish(call.server, call.server.post("/images/pull", body)))
        if not call.json:
            print(done[-1]["result"].get("id", image))
    if call.json:
        print_json(done)
    return 0
