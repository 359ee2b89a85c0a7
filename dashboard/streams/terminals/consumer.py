"""The socket of a terminal: opens a new one, or joins one that is open.

From the browser: bytes are keys; {"open": {…}} once, {"size": [columns, rows]}, {"drawn": offset},
{"drive": true}, {"eof": true}, {"close": true}, {"ping": true}. To it: bytes of the screen;
{"type": "key" | "open" | "at" | "size" | "role" | "took" | "stream" | "skipped" | "ended" | "refused"
| "pong"}.
"""

import asyncio
import shlex
from typing import Any, ClassVar

from django.db import DatabaseError

from audit.shapes import AuditError
from dashboard.sockets.consumer import LeanConsumer
from dashboard.streams.terminals.session import Session
from dashboard.streams.terminals.sessions import TooManySessions, sessions
from dashboard.streams.terminals.viewer import TerminalViewer
from hosts.access import Denied, NotVisible, get_object
from hosts.access.rights_threads import in_rights_thread
from hosts.actions.containers import open_terminal
from hosts.actions.containers.open_terminal import ATTACH, EXEC, VERBS, ExecOptions
from hosts.database_threads import in_thread
from hosts.refusals import FieldRefusal

MOST_COLUMNS, MOST_ROWS = 1000, 500
ASKED_WITHIN_S = 30.0
MOST_COMMAND = 2000
MOST_EARLY_BYTES = 64 * 1024


class TerminalConsumer(LeanConsumer):
    """/ws/terminal/<endpoint>/<container>/ opens; /ws/terminal/<key>/?have=<offset> joins."""

    # how long it lives on without a viewer; None: as settings say
    GRACE_S: ClassVar[float | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.viewer: TerminalViewer | None = None
        self._asked: asyncio.Future[ExecOptions] = asyncio.get_running_loop().create_future()
        # typed before there is anything to type into
        self._early = b""
        self._early_end = False

    async def authorise(self) -> None:
        """The right on this container, asked again with every change of access."""
        if self.session is None and (key := self.route.get("key")):
            self.session = sessions.find(key)
        await in_rights_thread(self._authorise)

    def _authorise(self) -> None:
        if self.session is None:
            ref = (self.route["endpoint_id"], self.route["podman_id"])
            get_object(self.person, "container", *ref, verb="container.exec")
            return
        row = self.session.opened.row
        verb = VERBS[self.session.opened.options.kind]
        get_object(self.person, "container", row.endpoint_id, row.podman_id, verb=verb)

    async def run(self) -> None:
        """Join, then send for as long as the browser stays."""
        session = self.session or await self._open()
        if session is None:
            return
        owner = session.person.user.pk == self.person.user.pk
        viewer = TerminalViewer(
            str(self.person.user),
            owner=owner,
            send_json=self.send_json,
            send_bytes=self.send_bytes,
        )
        if not owner:
            await self._write_watching(session)
        have = self.query.get("have", "")
        await self.send_json({"type": "key", "key": session.opened.key})
        session.join(
            viewer,
            have=int(have) if have.isascii() and have.isdigit() else 0,
            session_key=self.scope["session_key"],
        )
        self.session, self.viewer = session, viewer
        if self._early:
            session.feed(viewer, self._early)
        if self._early_end:
            session.end_input(viewer)
        try:
            if not owner:
                await session.note_watchers()
            await viewer.pump(session.kept, session.viewer_advanced)
        finally:
            session.leave(viewer)
            if not owner:
                await asyncio.shield(session.note_watchers())

    async def _open(self) -> Session | None:
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                options = await self._asked
        except TimeoutError:
            self.close_code = self.BAD
            return None
        ref = (self.route["endpoint_id"], self.route["podman_id"])
        try:
            key = self.scope["session_key"]
            return await sessions.open(self.person, key, ref, options, grace_s=self.GRACE_S)
        except NotVisible:
            self.close_code = self.NOT_FOUND
        except Denied:
            self.close_code = self.DENIED
        except FieldRefusal as refused:
            told = {"type": "refused", "reason": "guardrail", "words": str(refused)}
            await self.send_json(told)
        except TooManySessions:
            await self.send_json({"type": "refused", "reason": "too-many"})
        except (DatabaseError, AuditError):
            # no intent, no terminal
            await self.send_json({"type": "refused", "reason": "not-written"})
        return None

    async def _write_watching(self, session: Session) -> None:
        def write() -> None:
            open_terminal.watch(self.person, session.opened, owner=session.opened_by)

        await in_thread(write)

    async def received_bytes(self, data: bytes) -> None:
        """Keys."""
        if self.session is not None and self.viewer is not None:
            self.session.feed(self.viewer, data)
        elif len(self._early) + len(data) <= MOST_EARLY_BYTES:
            self._early += data

    async def received(self, message: dict[str, Any]) -> None:
        """What is no key. Anything malformed ends the socket."""
        if "open" in message:
            if self.session is None and not self._asked.done():
                self._asked.set_result(_exec_options(message["open"]))
            return
        session, viewer = self.session, self.viewer
        if session is None or viewer is None:
            self._early_end |= message.get("eof") is True
            return
        if "ping" in message:
            viewer.note({"type": "pong"})
        elif "drawn" in message:
            viewer.has_drawn(_count(message["drawn"]))
        elif "size" in message:
            size = message["size"]
            if not isinstance(size, list) or len(size) != 2:
                raise ValueError
            session.resize(viewer, *_size(*size))
        elif message.get("eof") is True:
            session.end_input(viewer)
        elif message.get("drive") is True:
            session.drive(viewer)
        elif message.get("close") is True and viewer.owner:
            session.stop("closed")


def _exec_options(given: Any) -> ExecOptions:
    if not isinstance(given, dict):
        raise ValueError
    columns, rows = _size(given.get("columns"), given.get("rows"))
    kind = ATTACH if given.get("kind") == ATTACH else EXEC
    command, tty = _words(given.get("command", "")), given.get("tty") is not False
    if kind == EXEC and not tty and not command:
        # which shell there is, a terminal alone finds out
        raise ValueError
    return ExecOptions(
        kind=kind,
        command=command if kind == EXEC else (),
        user=_text(given, "user", 200),
        directory=_text(given, "directory", 1000),
        columns=columns,
        rows=rows,
        tty=tty,
    )


def _words(given: Any) -> tuple[str, ...]:
    """A command: a line as one types it, or its words."""
    if not isinstance(given, list):
        return tuple(shlex.split(_text({"command": given}, "command", MOST_COMMAND)))
    if not all(isinstance(word, str) and "\0" not in word for word in given):
        raise ValueError
    if sum(map(len, given)) > MOST_COMMAND:
        raise ValueError
    return tuple(given)


def _text(given: dict[str, Any], name: str, most: int) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError
    return value.strip()


def _size(columns: Any, rows: Any) -> tuple[int, int]:
    return min(max(_count(columns), 2), MOST_COLUMNS), min(max(_count(rows), 1), MOST_ROWS)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value
