"""From the words of a command line to the command, and its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from .failure import INTERRUPTED, OK, OWN_ERROR, USAGE, Failure
from .server import Server

# command: its module, and what it does
COMMANDS = {
    "login": ("account", "Sign in: keep Haulout's address and a token"),
    "logout": ("account", "Forget them"),
    "hosts": ("lists", "List hosts and their Podmans"),
    "ps": ("lists", "List containers on all hosts"),
    "run": ("run", "Run a container, with the options of podman run"),
    "start": ("containers", "Start containers"),
    "stop": ("containers", "Stop containers"),
    "restart": ("containers", "Restart containers"),
    "rm": ("containers", "Remove containers"),
    "logs": ("logs", "Print or follow the log of a container"),
    "exec": ("exec", "Run a command in a container, also in a terminal"),
    "cp": ("cp", "Copy files and folders into a container, or out of one"),
    "pull": ("pull", "Pull images"),
    "jobs": ("jobs", "List, show, follow or cancel jobs"),
    "connection": ("connection", "Print what podman and docker need to come through the gate"),
    "audit": ("lists", "Search the audit log"),
    "completion": ("completion", "Print the completion for bash, zsh or fish"),
    "complete": ("completion", ""),
}
# what is not theirs is a container's: 125 says which it was
_CODES_OF_CONTAINERS = ("run", "exec")


class Call:
    """What is given for any command, and the server once a command wants it."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.connection: str = given.connection or os.environ.get("HAULOUT_CONNECTION", "")
        self.json: bool = given.json
        self.ca: str = os.path.abspath(given.ca) if given.ca else ""
        self._reason: str = given.reason
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        """Signed in. Failure."""
        if self._server is None:
            from .config import load

            self._server = Server(load(self.ca), reason=self._reason)
        return self._server

    def close(self) -> None:
        """Its connection."""
        if self._server is not None:
            self._server.close()


def run(words: Sequence[str]) -> int:
    """The exit code. Failure is printed: cause, then cure."""
    name = ""
    try:
        given, name, rest = split(words)
        if not name:
            _parser().print_help()
            return USAGE
        return int(command(name, rest, given))
    except Failure as failure:
        sys.stdout.flush()
        print(f"haulout: {failure.message}", file=sys.stderr)
        for line in failure.cure.splitlines():
            print(f"  {line}", file=sys.stderr)
        mine = name in _CODES_OF_CONTAINERS and failure.code != INTERRUPTED
        return OWN_ERROR if mine else failure.code


def split(words: Sequence[str]) -> tuple[argparse.Namespace, str, list[str]]:
    """(the options before the command, the command, its words)."""
    given = _parser().parse_args(list(words))
    rest: list[str] = given.words
    if not rest:
        return given, "", []
    if rest[0] not in COMMANDS:
        known = ", ".join(name for name, (_module, words) in COMMANDS.items() if words)
        raise Failure(f"There is no command {rest[0]}.", f"There are: {known}", USAGE)
    return given, rest[0], rest[1:]


def command(name: str, words: list[str], given: argparse.Namespace) -> Any:
    """Do it; its exit code."""
    module = import_module(f"{__package__}.{COMMANDS[name][0]}")
    found: Any
    if hasattr(module, f"raw_{name}"):
        # its words are Podman's
        act, found = getattr(module, f"raw_{name}"), words
    else:
        act, found = getattr(module, f"do_{name}"), parser_of(name).parse_args(words)
        # those before the command hold where it has none of its own
        given = argparse.Namespace(**{**vars(given), **vars(found)})
    call = Call(given)
    try:
        return act(call, found)
    finally:
        call.close()


def parser_of(name: str) -> argparse.ArgumentParser:
    """The options of one command, with those for any after it."""
    module_name, words = COMMANDS[name]
    parser = argparse.ArgumentParser(
        prog=f"haulout {name}", description=words, parents=[_common(argparse.SUPPRESS)]
    )
    getattr(import_module(f"{__package__}.{module_name}"), f"add_{name}")(parser)
    return parser


def _common(default: Any) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)

    def add(*names: str, **more: Any) -> None:
        fallback = default if default is argparse.SUPPRESS else more.pop("empty", "")
        more.pop("empty", None)
        parser.add_argument(*names, default=fallback, **more)

    add(
        *("-c", "--connection", "--host"),
        dest="connection",
        metavar="HOST[/USER]",
        help="on this host, and there with this user's Podman (or HAULOUT_CONNECTION)",
    )
    add("--json", action="store_true", empty=False, help="print JSON instead of a table")
    add("--reason", metavar="TEXT", help="why, for what needs an approval")
    add("--ca", metavar="FILE", help="certificates to trust (or HAULOUT_CA)")
    return parser


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<11} {words}" for name, (_m, words) in COMMANDS.items() if words)
    parser = argparse.ArgumentParser(
        prog="haulout",
        description="All Podman hosts of a team, through Haulout.",
        epilog=f"commands:\n{lines}\n\nhaulout COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="haulout [options] COMMAND …",
        parents=[_common("")],
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def main() -> None:
    """What the file runs."""
    sys.excepthook = _say
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = OK
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _say(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """What nobody thought of: a mistake of ours, in one line."""
    if os.environ.get("HAULOUT_DEBUG"):
        sys.__excepthook__(kind, error, trace)
    print(f"haulout: internal error: {kind.__name__}: {error}", file=sys.stderr)
    print("  This is a bug; HAULOUT_DEBUG=1 shows where it is.", file=sys.stderr)
