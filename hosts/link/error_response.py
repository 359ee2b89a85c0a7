"""Answers that the relay gives itself, in the shape of Podman's errors."""

import json

from hosts.link.errors import LinkError


def error_response(status: int, error: LinkError) -> bytes:
    """A whole HTTP response with the error as Podman shapes it, plus `kind` and `cure`."""
    body = json.dumps(
        {
            "cause": error.cause,
            "message": str(error),
            "response": status,
            "kind": error.kind,
            "cure": error.cure,
        }
    ).encode()
    reason = {403: "Forbidden", 503: "Service Unavailable"}[status]
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
