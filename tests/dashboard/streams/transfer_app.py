"""An application on our server, as a process of its own: counts bodies, refuses early, pours out.

Standard output: READY PORT, then a line of JSON for each request that ended. An argument is JSON:
constants of dashboard.connections, and "each" and "most" of its ConnectionLimits. With it
connections are limited, and the cookie "mine" shows who is signed in.
"""

import asyncio
import json
import resource
import socket
import sys
from collections.abc import Mapping
from typing import Any

from daphne.server import reactor  # first: it chooses Twisted's reactor

from dashboard import connections
from dashboard.signed_in import mark_signed_in
from dashboard.streams.transfer.server import StreamedFactory, StreamingServer
from dashboard.streams.transfer.wire import WIRE, ClientGone, TooLarge

PIECE = b"s" * 65536


def tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)


async def answer(send: Any, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    path = scope["path"]
    wire = scope.get("extensions", {}).get(WIRE)
    if path == "/in/":
        mark_signed_in(scope)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
    elif wire is None:
        message = await receive()
        await answer(send, 200, f"plain {path} {len(message['body'])}")
    elif path == "/transfer/refuse/":
        await answer(send, 403, "not you")
    elif path == "/transfer/pour/":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        sent = 0
        while sent < int(scope["query_string"] or b"0"):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            sent += len(PIECE)
        await send({"type": "http.response.body", "body": b""})
        tell(sent=sent, peak_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    elif path == "/transfer/cut/":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        wire.abort()
    else:
        taken = 0
        limit = int(scope["query_string"]) if scope["query_string"] else None
        try:
            async for piece in wire.pieces(limit_bytes=limit):
                if not taken:
                    tell(first=len(piece))
                taken += len(piece)
            await answer(send, 200, f"took {taken}")
            tell(taken=taken, peak_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        except TooLarge as large:
            await answer(send, 413, f"limit {large.limit_bytes}")
        except ClientGone:
            tell(gone=True)


async def known(headers: Mapping[bytes, bytes]) -> bool:
    await asyncio.sleep(0)
    return headers.get(b"cookie") == b"mine"


if __name__ == "__main__":
    given = json.loads(sys.argv[1]) if sys.argv[1:] else {}
    for name, value in given.items():
        if name.isupper():
            setattr(connections, name, value)
    listening = socket.create_server(("127.0.0.1", 0), backlog=500)
    server = StreamingServer(
        application, endpoints=["none"], verbosity=0, known=known if given else None
    )
    server.endpoints = []

    def adopt() -> None:
        listening.setblocking(False)
        factory = StreamedFactory(server)
        port = reactor.adoptStreamPort(listening.fileno(), socket.AF_INET, factory)
        if given:
            numbers = {name: given[name] for name in ("each", "most") if name in given}
            connections.ConnectionLimits(**{"each": 1000, **numbers}).watch(port)
        print(f"READY {listening.getsockname()[1]}", flush=True)

    reactor.callWhenRunning(adopt)
    server.run()
    sys.exit(0)
