"""Both doors of the gate alike: a person's connections to web1's Podman, by SSH or by HTTP with TLS."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from accounts.models import Token, User
from hosts.gate.doors.serve import serve
from tests.hosts.gate.door import ClientEnd
from tests.hosts.gate.gate_cast import Gate, add_key_of, gate
from tests.hosts.gate.http_cast import add_token_of, http_gate


class RealGate(Gate):
    """With the engine itself behind it."""

    serve = staticmethod(serve)  # type: ignore[assignment]


@dataclass
class Way:
    """`client()`: a new connection. `at`: what stands before each path. `token`: the key, or the token.
    `proof`: the field by which a request says whose it is, with its end of line.
    """

    client: Callable[[], Awaitable[ClientEnd]]
    token: Token
    at: str = ""
    proof: str = ""

    def request(self, line: str, fields: str = "", behind: bytes = b"") -> bytes:
        """The bytes of a request: `GET /path`, other fields as they are to be sent, and what follows."""
        method, _blank, path = line.partition(" ")
        return f"{method} {self.at}{path} HTTP/1.1\r\n{self.proof}{fields}\r\n".encode() + behind


@asynccontextmanager
async def way_of(name: str, user: User) -> AsyncIterator[Way]:
    """`name`: ssh or http. All its connections are closed at the end."""
    async with AsyncExitStack() as open_while:
        if name == "ssh":
            by_ssh = await open_while.enter_async_context(gate(settings.HAULOUT_KEYS, RealGate))
            token, private = await add_key_of(user)
            conn = await open_while.enter_async_context(by_ssh.client(private))

            async def channel() -> ClientEnd:
                return ClientEnd(*await conn.open_unix_connection("/web1", encoding=None))

            yield Way(channel, token)
        else:
            by_http = await open_while.enter_async_context(http_gate(settings.HAULOUT_KEYS))
            token, secret = await add_token_of(user)
            proof = f"Authorization: Bearer {secret}\r\n"
            yield Way(partial(by_http.client, secret), token, "/web1", proof)
