"""The gate's HTTP on one connection. Until there is a table of what may pass, nothing does."""

import json

from hosts.gate.session import Session
from hosts.gate.streams import ChannelReader, ChannelWriter
from hosts.link.framing import FramingError, RequestHead, RequestReader

READ_BYTES = 64 * 1024


async def serve(
    reader: ChannelReader, writer: ChannelWriter, _session: Session, _endpoint_id: int
) -> None:
    """Answer the first request with 403 in Podman's shape."""
    requests = RequestReader()
    while data := await reader.read(READ_BYTES):
        requests.push(data)
        try:
            head = requests.pull()
        except FramingError:
            break
        if isinstance(head, RequestHead):
            break
    else:
        return
    words = "Nothing passes Haulout's gate yet."
    body = json.dumps({"cause": words, "message": words, "response": 403}).encode()
    answer = (
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(answer.encode() + body)
    await writer.drain()
    writer.write_eof()
