"""Who is on a connection to the gate, and how its end is announced."""

import asyncio
import re
from dataclasses import dataclass, field, replace

from accounts.models import Token
from audit.shapes import Who
from hosts.access import Person, bearer
from hosts.access.token_scope import scope_of
from hosts.gate.sessions.keys import why_not
from hosts.link.framing import RequestHead

DOOR = "gate"
# of what a client says of itself
_CLIENT_CHARACTERS = 100
# what every program in Go says, and the paths of Podman's own, which ask for the API of their version
_GOS = "Go-http-client"
_PODMANS = re.compile(r"/v([0-9.]{1,20})/libpod/")


class SessionOver(Exception):
    """Whoever is on the connection may not be there any more; the text says why, for the log."""


@dataclass(eq=False, slots=True)
class Session:
    """One connection. `person`: its owner, narrowed to what the key (or token) is for, as last looked at;
    the gate replaces it when their rights change, or their client says its name.
    """

    person: Person
    token_id: int
    # why it ended, for the log; empty while it is open
    over: str = ""
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, head: RequestHead) -> None:
        """The client names itself with each request, better than SSH did; Podman's says its version alone."""
        agent = b" ".join(head.fields.get(b"user-agent", [])[:1]).decode("latin-1")
        own = _PODMANS.match(head.target) if agent.startswith(_GOS) else None
        told, who = _printable(f"podman/{own[1]}" if own else agent), self.person.who
        if told not in ("", who.client):
            self.person = replace(self.person, who=replace(who, client=told))

    def look(self) -> Person:
        """The owner and what the key is for as they are now; asks the database. SessionOver."""
        found = Token.objects.select_related("user__role", "role").filter(pk=self.token_id).first()
        why = "unknown" if found is None else why_not(found)
        if found is None or why:
            raise SessionOver(why)
        return replace(self.person, user=found.user, scope=scope_of(found))

    def end(self, why: str) -> None:
        """Announce the end: whoever waits for `ended` goes on, and lets go of what is open. Once."""
        if not self.over:
            self.over = why
            self._ended.set()

    async def ended(self) -> str:
        """Wait for the end; why it came."""
        await self._ended.wait()
        return self.over


def session_of(token: Token, *, address: str, client: str = "", forwarded: str = "") -> Session:
    """The session of whoever proved that they hold this key or token; asks the database. SessionOver where
    it is dead. `address`: the peer's own, `forwarded` what a proxy said.
    """
    if why := why_not(token):
        raise SessionOver(why)
    who = bearer.who_of(token, replace(stranger(address, forwarded), client=_printable(client)))
    return Session(Person(token.user, who, scope_of(token)), token.pk)


def stranger(address: str, forwarded: str = "") -> Who:
    """The audit log's words for somebody at the gate of whom nothing else is known yet."""
    return Who(name="", address=address, forwarded_for=forwarded, door=DOOR)


def _printable(client: str) -> str:
    found = "".join(letter for letter in client if " " <= letter <= "~")
    return found[:_CLIENT_CHARACTERS].strip()
