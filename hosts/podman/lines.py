"""JSON lines as they arrive in pieces of any size (events, pull)."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Final

from hosts.podman.client import as_object, decode
from hosts.podman.errors import Malformed

LINE_LIMIT_BYTES: Final = 4 * 1024 * 1024


async def json_lines(
    pieces: AsyncIterator[bytes], *, decode: Callable[[bytes], Any] = decode
) -> AsyncGenerator[dict[str, Any], None]:
    """Each line as a JSON object; empty lines are skipped, the last may lack its newline.

    `decode`: may be a faster one that raises ValueError for what is not JSON. Raises Malformed for a
    line that is no object, or longer than 4 MiB.
    """
    rest = bytearray()
    async for piece in pieces:
        # only the new piece is searched: a long line in small pieces stays linear
        start = piece.rfind(b"\n") + 1
        if start:
            lines = (bytes(rest) + piece[:start]).split(b"\n")
            rest = bytearray(piece[start:])
            for line in lines:
                if line.strip():
                    yield as_object(decode(line))
        else:
            rest += piece
        if len(rest) > LINE_LIMIT_BYTES:
            raise Malformed("Podman sent a line without an end.")
    if rest.strip():
        yield as_object(decode(bytes(rest)))
