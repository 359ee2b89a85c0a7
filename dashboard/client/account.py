"""`login` and `logout`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from . import config
from .config import Login
from .failure import USAGE, Failure
from .server import Server, checked_url
from .tables import clean, print_json


def add_login(parser: argparse.ArgumentParser) -> None:
    """Never the token: other users of this machine see the words of every command."""
    parser.add_argument("url", metavar="URL", help="such as https://haulout.example.org")
    parser.epilog = (
        "The token is asked for; it can also come from a pipe, or from HAULOUT_TOKEN. It is kept in "
        "~/.config/haulout/login.json, which only you can read."
    )


def do_login(call: Any, given: argparse.Namespace) -> int:
    """Ask for the token, try it, keep it."""
    url = checked_url(given.url)
    ca = call.ca or os.environ.get("HAULOUT_CA", "")
    login = Login(url, _token(url), ca)
    server = Server(login)
    try:
        me = server.get("/me")
    finally:
        server.close()
    place = config.save(login)
    if call.json:
        print_json(me)
        return 0
    print(f"Signed in to {url} as {clean(me['name'])}, until {me['token']['expires_at'][:10]}.")
    if me["token"]["read_only"]:
        print("The token is read only: it changes nothing.")
    print(f"Kept in {place}.")
    return 0


def add_logout(parser: argparse.ArgumentParser) -> None:
    """Nothing."""


def do_logout(call: Any, given: argparse.Namespace) -> int:
    """Forget the token. It stays valid until it is revoked."""
    if config.forget():
        print("Forgotten here. The token works until you revoke it in the browser.")
    else:
        print("You were not signed in.")
    return 0


def _token(url: str) -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        print(f"Create a token at {url}/account/tokens/new/")
        token = getpass("Token: ")
    else:
        token = os.environ.get("HAULOUT_TOKEN") or sys.stdin.readline()
    token = token.strip()
    if not token.startswith("haulout_") or not token.isascii():
        raise Failure("This is no token.", "Tokens of Haulout start with haulout_", USAGE)
    return token
