"""Waits until the sign-in page answers: one request, since the listening socket waits for web."""

import asyncio
import ssl
from urllib.parse import urlsplit

from dashboard.supervisor.address import Address

TRY_S = 60.0
PAUSE_S = 0.25


async def sign_in_page(address: Address, path: str) -> str:
    """Return "" once it answered 200; what it said instead when it answers otherwise."""
    while True:
        try:
            status = await asyncio.wait_for(_status(address, path), TRY_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ssl.SSLError):
            # web died before it answered; its next life will
            await asyncio.sleep(PAUSE_S)
            continue
        return "" if status == 200 else f"the sign-in page answers {status}, not 200"


async def _status(address: Address, path: str) -> int:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.bind, address.bind)  # noqa: S104
    context = None
    if address.own_tls:
        # our own certificate on our own socket: nobody stands between
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(host, address.port, ssl=context)
    try:
        name = urlsplit(address.url)
        forwarded = "X-Forwarded-Proto: https\r\n" if name.scheme == "https" else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {name.netloc}\r\n{forwarded}"
            "User-Agent: haulout-up\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        line = await reader.readuntil(b"\r\n")
        await reader.read()
    finally:
        writer.close()
    return int(line.split()[1])
