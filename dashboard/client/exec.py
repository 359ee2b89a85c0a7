"""`exec`: a command in a running container, with a terminal or with bytes as they are."""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from .failure import FAILED, USAGE, Failure
from .places import address, find_container
from .websocket import BINARY, CLOSE, TEXT, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable

# typed and not yet taken by the container
AHEAD_BYTES = 256 * 1024
PIECE_BYTES = 16 * 1024
# how much is printed before the server is told so
TELL_EVERY_BYTES = 64 * 1024
# as Podman has it: such a command is not there, or cannot be run
NO_COMMAND = 127
_REASONS = {
    "not-running": "The container does not run.",
    "paused": "The container is paused.",
    "gone": "The container is not there any more.",
    "away": "The host is away.",
    "no-directory": "There is no such directory in the container.",
    "no-command": "There is no such command in the container.",
    "no-shell": "There is no shell in the container.",
    "withdrawn": "The right to it was withdrawn.",
    "too-many": "You have too many terminals open.",
    "not-written": "The audit log cannot be written, so nothing is run.",
}
_CLOSED = {
    4401: "The token has ended, or the right was withdrawn.",
    4403: "You may not run commands in this container: container.exec is missing.",
    4404: "The container is not there, or you may not see it.",
    4429: "Too many at once.",
}


def add_exec(parser: argparse.ArgumentParser) -> None:
    """As podman exec."""
    add = parser.add_argument
    add("-i", "--interactive", action="store_true", help="pass what is typed or piped in")
    add("-t", "--tty", action="store_true", help="with a terminal")
    add("-u", "--user", default="", metavar="USER", help="as this user of the container")
    add("-w", "--workdir", default="", metavar="DIR", help="in this directory")
    words = "a variable, set by env(1) in the container"
    add("-e", "--env", action="append", default=[], metavar="NAME=VALUE", help=words)
    add("container", metavar="CONTAINER")
    add("words", nargs=argparse.REMAINDER, metavar="COMMAND", help="and its words")


def do_exec(call: Any, given: argparse.Namespace) -> int:
    """The command's own exit code."""
    if not given.words:
        raise Failure("Which command?", "haulout exec -it CONTAINER sh", USAGE)
    if given.tty and not sys.stdin.isatty():
        raise Failure("The input is no terminal.", "Leave -t away: haulout exec -i …", USAGE)
    row = find_container(call.server, given.container, call.connection)
    words = (["env", *map(_variable, given.env)] if given.env else []) + given.words
    options = {
        "kind": "exec",
        "command": words,
        "user": given.user,
        "directory": given.workdir,
        "tty": given.tty,
    }
    socket = WebSocket(call.server, address(row, "exec"))
    return _code(attach(socket, options, typed=given.interactive))


def attach(
    socket: WebSocket,
    options: dict[str, Any],
    *,
    typed: bool,
    begin: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Carry bytes both ways until it has ended; how. `begin` is called once what it prints is heard."""
    with ExitStack() as held:
        held.callback(socket.close)
        terminal = None
        if options["tty"]:
            from .terminal import Terminal

            terminal = held.enter_context(Terminal(sys.stdin.fileno()))
        columns, rows = terminal.size() if terminal else (80, 24)
        # what is not started has no size yet: it is told the right one then
        open_ = {**options, "columns": columns, "rows": rows + bool(begin)}
        socket.send(json.dumps({"open": open_}).encode(), TEXT)
        return _Exchange(socket, terminal, typed=typed, begin=begin).run()


class _Exchange:
    """From the first byte to the message that it has ended."""

    def __init__(
        self, socket: WebSocket, terminal: Any, *, typed: bool, begin: Callable[[], None] | None
    ) -> None:
        self._socket, self._terminal, self._begin = socket, terminal, begin
        self._stdin: Any = sys.stdin.buffer if typed else None
        self._ahead = 0
        # what is sent before that is not heard
        self._joined = self._open = False
        # of the output: where it stands, and up to where the server knows
        self._at = self._told = 0
        self._output: Any = sys.stdout.buffer

    def run(self) -> dict[str, Any]:
        """What it ended with. Failure."""
        while True:
            for source in select.select(self._sources(), (), ())[0]:
                if source is self._socket:
                    ended = self._received()
                    if ended is not None:
                        return ended
                elif self._terminal and source == self._terminal.resized:
                    os.read(source, 1024)
                    self._tell({"size": list(self._terminal.size())})
                else:
                    self._read()

    def _sources(self) -> list[Any]:
        found: list[Any] = [self._socket]
        if self._joined and self._open and self._stdin and self._ahead < AHEAD_BYTES:
            found.append(self._stdin)
        if self._terminal:
            found.append(self._terminal.resized)
        return found

    def _tell(self, message: dict[str, Any]) -> None:
        self._socket.send(json.dumps(message).encode(), TEXT)

    def _read(self) -> None:
        data = os.read(self._stdin.fileno(), PIECE_BYTES)
        if data:
            self._ahead += len(data)
            self._socket.send(data)
        else:
            self._stdin = None
            self._tell({"eof": True})

    def _received(self) -> dict[str, Any] | None:
        for kind, data in self._socket.receive():
            if kind == BINARY:
                self._output.write(data)
                self._output.flush()
                self._at += len(data)
                if self._at - self._told >= TELL_EVERY_BYTES:
                    self._told = self._at
                    self._tell({"drawn": self._at})
            elif kind == CLOSE:
                code = self._socket.close_code
                raise Failure(_CLOSED.get(code, f"The terminal was closed ({code})."))
            else:
                message = json.loads(data)
                if message["type"] in ("ended", "refused"):
                    return dict(message)
                joined = self._joined and self._open
                self._heard(message)
                if self._joined and self._open and not joined and not self._stdin:
                    self._tell({"eof": True})
        return None

    def _heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "open":
            self._open = True
            if self._begin:
                self._begin()
                if self._terminal:
                    self._tell({"size": list(self._terminal.size())})
        elif message["type"] == "role":
            self._joined = True
        elif message["type"] == "stream":
            self._output = (sys.stderr if message["name"] == "stderr" else sys.stdout).buffer
        elif message["type"] == "took":
            self._ahead -= message["bytes"]
        elif message["type"] == "at":
            self._at = message["offset"]
        elif message["type"] == "skipped":
            self._at = message["offset"]
            if not self._terminal:
                raise Failure(f"{message['bytes']} bytes of the output are missing.")


def _code(ended: dict[str, Any]) -> int:
    """Of how it ended. Failure where it did not end by itself."""
    reason, code = ended["reason"], ended.get("exit_code")
    if reason in ("exited", "container-ended") and code is not None:
        return int(code)
    words = _REASONS.get(reason) or ended.get("words") or f"It ended: {reason}."
    if reason in ("no-command", "no-shell"):
        print(f"haulout: {words} {ended.get('words') or ''}", file=sys.stderr)
        return int(code or NO_COMMAND)
    raise Failure(words, ended.get("words") or "", FAILED)


def _variable(text: str) -> str:
    return text if "=" in text else f"{text}={os.environ.get(text, '')}"
