"""What the gate itself answers: errors in the shape that Podman has for both of its dialects."""

import json
from http import HTTPStatus


class Refused(Exception):
    """The request is answered with this, and nothing of it reaches the host. `ends`: nor does what follows
    on the connection.
    """

    def __init__(
        self, status: int, message: str, *, cause: str = "", ends: bool = False, wait_s: int = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.cause = cause or message
        self.ends = ends
        self.wait_s = wait_s


def error(refused: Refused, method: str, *, ends: bool) -> bytes:
    """A whole answer. `ends`: the last one on its connection."""
    told = {"cause": refused.cause, "message": refused.message, "response": refused.status}
    fields = []
    if refused.wait_s:
        fields.append(f"Retry-After: {refused.wait_s}")
    if refused.status == HTTPStatus.UNAUTHORIZED:
        fields.append('WWW-Authenticate: Bearer realm="Haulout"')
    if ends:
        fields.append("Connection: close")
    return whole(refused.status, json.dumps(told).encode(), fields, method=method)


def whole(status: int, body: bytes, fields: list[str], *, method: str = "GET") -> bytes:
    """A whole answer, of which a HEAD request gets the length alone. JSON, unless `fields` say else."""
    typed = any(one.startswith("Content-Type:") for one in fields)
    fields = [*([] if typed else ["Content-Type: application/json"]), *fields]
    return head_of(status, [*fields, f"Content-Length: {len(body)}"]) + (
        b"" if method == "HEAD" else body
    )


def head_of(status: int, fields: list[str]) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status} {_phrase(status)}".rstrip(), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
