"""`run`: a container by the words of podman run; in the foreground its log and its exit code."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from .failure import USAGE, Failure
from .logs import MOST_LINES, copy_out
from .places import find_endpoint
from .server import Server, quoted
from .tables import print_json
from .waiting import finish

if TYPE_CHECKING:
    from collections.abc import Callable

# those of podman run that take no value; all others do
_SWITCHES = frozenset(
    """detach env-host help http-proxy init interactive no-healthcheck no-hostname no-hosts
    oom-kill-disable passwd privileged publish-all quiet read-only read-only-tmpfs replace rm rmi rootfs
    sig-proxy tls-verify tty""".split()  # noqa: SIM905
)
_LETTERS = {"d": "detach", "i": "interactive", "t": "tty", "P": "publish-all", "q": "quiet"}
# how long a container that has ended may still look as if it ran
ENDS_WITHIN_S = 15


class Line:
    """`words` as they are sent; the switches among the options before the image."""

    def __init__(self, words: list[str]) -> None:
        self.on: set[str] = set()
        self.words: list[str] = []
        left = list(words)
        while left and left[0].startswith("-") and left[0] != "-":
            word = left.pop(0)
            if word == "--":
                break
            self._option(word, left)
        if not left:
            raise Failure("Which image?", "haulout run [options] IMAGE [COMMAND …]", USAGE)
        self.image = left[0]
        self.words += left

    def _option(self, word: str, left: list[str]) -> None:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if name in _SWITCHES:
                self._switch(name, value or "true", word)
                return
        else:
            letters = word[1:]
            while letters and letters[0] in _LETTERS:
                self._switch(_LETTERS[letters[0]], "true", f"-{letters[0]}")
                letters = letters[1:]
            if not letters:
                return
            name, value = letters[0], letters[1:].lstrip("=")
            equals = value
            word = f"-{name}"
        if not equals:
            if not left:
                raise Failure(f"{word} has no value.", code=USAGE)
            value = left.pop(0)
        self._valued(name, value, word.partition("=")[0])

    def _switch(self, name: str, value: str, word: str) -> None:
        if value.lower() in ("true", "1"):
            self.on.add(name)
        if name not in ("rm", "detach"):
            self.words.append(word)

    def _valued(self, name: str, value: str, word: str) -> None:
        """Variables of this machine's environment are filled in here, as Podman's client does it."""
        if name == "env-file":
            for variable in _file(value):
                self._valued("env", variable, "--env")
            return
        if name in ("e", "env") and "=" not in value:
            if value not in os.environ:
                return
            value = f"{value}={os.environ[value]}"
        self.words += [word, value]


def raw_run(call: Any, words: list[str]) -> int:
    """Its exit code where it runs in the foreground; detached, its id is printed."""
    if words[:1] in (["--help"], ["-h"]):
        print(__doc__)
        print("haulout [-c HOST] run [options of podman run] IMAGE [COMMAND …]")
        return 0
    line = Line(words)
    # Podman itself takes it away where nobody waits for its exit code
    detached = "detach" in line.on
    attached = not detached and line.on & {"interactive", "tty"}
    if attached and "tty" in line.on and not sys.stdin.isatty():
        raise Failure("The input is no terminal.", "Leave -t away: haulout run -i …", USAGE)
    server = call.server
    endpoint = find_endpoint(server, call.connection)
    sent = (["--rm"] if detached and "rm" in line.on else []) + line.words
    body = {
        "endpoint": endpoint["id"],
        "line": _quoted(["podman", "run", "-d", *sent]),
        "start": not attached,
    }
    job = finish(server, server.post("/containers/run", body))
    container = job["result"]["id"]
    if detached:
        if call.json:
            print_json(job)
        else:
            print(container)
        return 0
    path = quoted("containers", endpoint["id"], container)
    if attached:
        show = partial(_attached, server, path, line.on)
    else:
        show = partial(copy_out, server, f"{path}/logs/follow", tail=MOST_LINES)
    return _foreground(server, path, show, removes="rm" in line.on)


def _attached(server: Any, path: str, on: set[str]) -> None:
    """Attached before it starts, so that nothing of what it prints is missing."""
    from .exec import attach
    from .websocket import WebSocket

    def begin() -> None:
        other = Server(server.login)
        finish(other, other.post(f"{path}/start"))
        other.close()

    options = {"kind": "attach", "tty": "tty" in on}
    socket = WebSocket(server, f"{path}/exec")
    ended = attach(socket, options, typed="interactive" in on, begin=begin)
    if ended["reason"] not in ("exited", "container-ended"):
        raise Failure(ended.get("words") or f"It ended: {ended['reason']}.")


def _foreground(server: Any, path: str, show: Callable[[], None], *, removes: bool) -> int:
    """`show` copies what it prints, until it has ended."""

    def pass_on(_number: int, _frame: Any) -> None:
        # as Podman's --sig-proxy; what it then prints is still shown
        other = Server(server.login)
        other.post(f"{path}/kill", {"signal": "INT"})
        other.close()

    before = signal.signal(signal.SIGINT, pass_on)
    try:
        show()
        code = _exit_code(server, path)
    finally:
        signal.signal(signal.SIGINT, before)
    if code is None:
        words = "The log ended, and the container still runs."
        raise Failure(words, "haulout ps shows it.")
    if removes:
        finish(server, server.post(f"{path}/remove", {"volumes": True}))
    return code


def _exit_code(server: Any, path: str) -> int | None:
    until = monotonic() + ENDS_WITHIN_S
    while True:
        state = server.get(f"{path}/inspect")["State"]
        if state["Status"] in ("exited", "stopped"):
            return int(state["ExitCode"])
        if monotonic() > until:
            return None
        sleep(0.2)


def _file(path: str) -> list[str]:
    try:
        with open(path) as file:
            lines = [line.strip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}", code=USAGE) from error
    return [line for line in lines if line and not line.startswith("#")]


def _quoted(words: list[str]) -> str:
    from shlex import quote

    return " ".join(map(quote, words))
