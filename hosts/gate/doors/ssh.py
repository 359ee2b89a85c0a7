"""The gate's SSH connections: who comes, by their key alone, and for how long."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import asyncssh
from django.db import DatabaseError

from accounts import ssh_keys, token_actions, tokens
from accounts.models import Token
from audit import write
from audit.shapes import Target
from hosts.access import bearer
from hosts.database_threads import in_thread
from hosts.gate.doors.channels import NO_DATABASE, Channels, Serve
from hosts.gate.sessions import bounds, security_key
from hosts.gate.sessions.keys import judge
from hosts.gate.sessions.session import Session, SessionOver, session_of, stranger
from hosts.gate.sessions.watch import until_over

log = logging.getLogger(__name__)


class Door(asyncssh.SSHServer):
    """One SSH connection. No password, shell, agent, TCP forwarding or SFTP."""

    def __init__(self, serve: Serve, held: bounds.Bounds, doors: "set[Door]") -> None:
        """`doors`: all of the process, while they are connected."""
        self._held, self._doors = held, doors
        self._conn: asyncssh.SSHServerConnection | None = None
        self._address = ""
        self._stranger = False
        self._offers = 0
        # the fingerprint of the last key that is nobody's
        self._unknown = ""
        # the last one that was found to open the gate, and its public half; whether its signature is true,
        # says asyncssh
        self._key: Token | None = None
        self._blob = b""
        # whether its user has to be verified too
        self._verifying = False
        self._session: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._channels = Channels(serve, self._session)
        self._user_id: int | None = None
        self._watching: asyncio.Task[None] | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Strangers are bounded, in all and per address."""
        self._conn = conn
        self._doors.add(self)
        self._address = str((conn.get_extra_info("peername") or [""])[0])
        self._stranger = self._held.come(self._address)
        if not self._stranger:
            log.warning("too many connections, one from %s is closed", self._address)
            conn.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Nothing is left of it."""
        self._conn = None
        self._doors.discard(self)
        self._no_stranger()
        if not self._session.cancel() and not self._session.cancelled():
            # whatever it has open hears of it
            self._session.result().end("the client has gone")
        if self._user_id is not None:
            self._held.gone(self._user_id)
        elif self._unknown:
            _beside(in_thread(_refused, self._address, None, f"unknown key {self._unknown}"))
        if self._watching is not None:
            self._watching.cancel()

    def begin_auth(self, _username: str) -> bool:
        """Whatever the name before the @: the key says who it is."""
        return True

    def public_key_auth_supported(self) -> bool:
        """And nothing else is."""
        return True

    async def validate_public_key(self, _username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key opens the gate now; asyncssh then has its holder sign."""
        self._offers += 1
        if self._offers > bounds.OFFERS:
            self._key = None
            self._disconnect(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE,
                "Too many keys: name the one, with IdentityFile and IdentitiesOnly.",
            )
            return False
        blob = key.public_data
        # clients ask whether a key would do, and come again with its signature. Whether it ended in between
        # `_let_in` sees
        if self._key is None or blob != self._blob:
            self._key, self._blob = None, blob
            try:
                self._key, self._verifying = await in_thread(self._known, blob)
            except DatabaseError as error:
                log.warning("keys cannot be looked up: %s", error)
                self._disconnect(asyncssh.DISC_SERVICE_NOT_AVAILABLE, NO_DATABASE)
        if self._verifying:
            security_key.insist(key)
        return self._key is not None

    async def auth_completed(self) -> None:
        """They are let in, or told why not."""
        self._no_stranger()
        key = self._key
        assert key is not None
        try:
            session = await in_thread(self._let_in, key)
        except SessionOver as over:
            self._disconnect(asyncssh.DISC_BY_APPLICATION, f"Your key is refused: {over}.")
            return
        except DatabaseError as error:
            log.warning("nobody can be let in: %s", error)
            self._disconnect(asyncssh.DISC_SERVICE_NOT_AVAILABLE, NO_DATABASE)
            return
        if self._session.done():
            # they have gone meanwhile
            return
        if not self._held.let_in(session.person.user.pk):
            words = f"You have {bounds.PER_PERSON} connections open. Close some."
            self._disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, words)
            return
        self._user_id = session.person.user.pk
        self._session.set_result(session)
        self._watching = asyncio.create_task(self._until_it_ends(session, key), name="gate session")

    def unix_connection_requested(self, dest_path: str) -> Any:
        """A socket's path, as `podman --remote` and `ssh -L` send it."""
        return self._channels.socket(dest_path)

    def session_requested(self) -> Any:
        """A command, as docker sends it."""
        return self._channels.command()

    def end(self, why: str) -> None:
        """End the connection and all that is open in it; `why` for the person at the client."""
        self._disconnect(asyncssh.DISC_BY_APPLICATION, why)

    def _known(self, blob: bytes) -> tuple[Token | None, bool]:
        """(the key where it opens the gate, whether its user has to be verified)."""
        found = tokens.find_by_public_key(blob)
        if found is None:
            self._unknown = ssh_keys.fingerprint(blob)
            return None, False
        why, verifying = judge(found)
        if why:
            _refused(self._address, found, why)
            return None, False
        return found, verifying

    def _let_in(self, key: Token) -> Session:
        client = str(self._conn.get_extra_info("client_version", "")) if self._conn else ""
        session = session_of(key, address=self._address, client=client)
        bearer.note_use(key, session.person.who)
        return session

    async def _until_it_ends(self, session: Session, key: Token) -> None:
        await until_over(session, key.expires_at)
        self.end(f"Haulout has ended this connection: {session.over}.")

    def _disconnect(self, code: int, words: str) -> None:
        if self._conn is not None:
            self._conn.disconnect(code, words)

    def _no_stranger(self) -> None:
        if self._stranger:
            self._stranger = False
            self._held.known(self._address)


def _refused(address: str, key: Token | None, why: str) -> None:
    """The entry of a key that opens nothing; equal ones within a minute are counted."""
    who, target = stranger(address), Target(kind="key")
    if key is not None:
        who, target = bearer.who_of(key, who), token_actions.target_of_token(key)
    write.refusal(who, token_actions.USE_KEY, target, reason=why)


_writing: set[asyncio.Task[None]] = set()


def _beside(work: Coroutine[Any, Any, None]) -> None:
    """Let it be done; the loop keeps only weak references."""
    task = asyncio.get_running_loop().create_task(work, name="gate entry")
    _writing.add(task)
    task.add_done_callback(_writing.discard)
