"""`up`'s options. They become environment variables before Django's settings are read."""

import argparse
import os
from pathlib import Path

from dashboard import env
from dashboard.bootstrap.errors import StartError
from dashboard.supervisor import address


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `up`; --data is taken before (it serves every command)."""
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--bind", help="address to listen on (127.0.0.1); others get TLS")
    parser.add_argument("--url", help="public URL, where a proxy in front serves TLS")
    parser.add_argument("--demo", action="store_true", help="with three real demo hosts (root)")
    parser.add_argument("--yes", action="store_true", help="install packages without asking")


def into_environment(words: list[str]) -> None:
    """Read the options and set HAULOUT_DATA, _RUN, _PORT, _BIND, _URL, _OWN_CERTIFICATE from them."""
    parser = argparse.ArgumentParser(prog="manage.py up", allow_abbrev=False)
    add_options(parser)
    options, _others = parser.parse_known_args(words)
    port = options.port if options.port is not None else _port_of_environment()
    if not 0 < port < 65536:
        raise StartError(f"there is no port {port}: give a number from 1 to 65535")
    bind = options.bind or os.environ.get("HAULOUT_BIND") or "127.0.0.1"
    given = options.url or ("" if options.bind else os.environ.get("HAULOUT_URL") or "")
    found = address.choose(bind, port, given)
    data = Path(os.environ.get("HAULOUT_DATA") or env.CHECKOUT / "var").absolute()
    os.environ["HAULOUT_DATA"] = str(data)
    # chosen anew: where the last `up` had its sockets may be out of reach for this one
    os.environ["HAULOUT_RUN"] = str(env.run_folder(data, os.environ))
    os.environ["HAULOUT_PORT"] = str(port)
    os.environ["HAULOUT_BIND"] = found.bind
    os.environ["HAULOUT_URL"] = found.url
    os.environ["HAULOUT_OWN_CERTIFICATE"] = "1" if found.own_tls else "0"


def _port_of_environment() -> int:
    given = os.environ.get("HAULOUT_PORT") or "8000"
    if not given.isdigit():
        raise StartError(f"HAULOUT_PORT is {given!r}: give a number from 1 to 65535")
    return int(given)
