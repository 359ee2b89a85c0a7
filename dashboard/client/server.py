"""Calls of Haulout's REST API, and its errors in words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urlsplit

from .config import Login
from .failure import AWAY, FAILED, NOT_SIGNED_IN, USAGE, WAITS_FOR_APPROVAL, Failure

API = "/api/v1"
TIMEOUT_S = 90.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")
MOST_IN_A_PAGE = 500


def checked_url(text: str) -> str:
    """https://host[:port], without what follows. Failure: a token is not sent in the clear."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise Failure(f"{text} is no address: {error}", code=USAGE) from error
    if parts.scheme not in ("http", "https") or not name:
        raise Failure(f"{text} is no address.", "Give it as https://haulout.example.org", USAGE)
    if parts.scheme == "http" and name not in LOOPBACK:
        cure = f"Use https://{parts.netloc}, or http://127.0.0.1 through an SSH tunnel."
        raise Failure("Without TLS others could read the token on its way.", cure, USAGE)
    shown = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def quoted(*parts: object) -> str:
    """A path of these parts: /containers/3/shop."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


class Server:
    """One kept connection. `reason` goes with changes, for those that need an approval."""

    def __init__(self, login: Login, *, reason: str = "") -> None:
        self.login, self.reason = login, reason
        self.url = checked_url(login.url)
        self._kept: HTTPConnection | None = None

    def get(self, address: str, **query: Any) -> Any:
        """The answer's JSON. Failure."""
        return self._json(self._send("GET", address, query=query))

    def post(self, path: str, body: Any = None) -> Any:
        """As get. One that was cut off is sent again with its key, so that it is done once."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": os.urandom(16).hex()}
        if self.reason:
            headers["Haulout-Reason"] = self.reason
        return self._json(self._send("POST", path, json.dumps(body or {}).encode(), headers))

    def pages(self, path: str, *, most: int = 0, **query: Any) -> list[Any]:
        """The rows of a list, at most so many (0: all of them)."""
        found: list[Any] = []
        cursor = ""
        while True:
            limit = min(most - len(found), MOST_IN_A_PAGE) if most else MOST_IN_A_PAGE
            page = self.get(path, limit=limit, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next"]
            if not cursor or (most and len(found) >= most):
                return found

    def stream(self, address: str, **query: Any) -> Iterator[bytes]:
        """An answer as it comes. Failure where it is cut off."""
        connection = self.connect(timeout_s=None)
        try:
            response = self._answer(connection, "GET", address, query=query)
            while piece := response.read1(65_536):
                yield piece
        except (HTTPException, OSError) as error:
            raise Failure(
                "The answer was cut off: some of it is missing.",
                "The right may have been withdrawn, or the reader was too slow; try again.",
            ) from error
        finally:
            connection.close()

    def upload(self, address: str, body: BinaryIO, length: int, **query: Any) -> Any:
        """PUT of a file; the answer's JSON."""
        self.close()
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(length)}
        return self._json(self._send("PUT", address, body, headers, query))

    def close(self) -> None:
        """The kept connection; the next call makes another."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def connect(self, timeout_s: float | None = TIMEOUT_S) -> HTTPConnection:
        """A connection of its own, open. Failure in words."""
        parts = urlsplit(self.url)
        assert parts.hostname
        made: HTTPConnection
        if parts.scheme == "https":
            made = HTTPSConnection(
                parts.hostname, parts.port, timeout=TIMEOUT_S, context=_context(self.login.ca)
            )
        else:
            made = HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)
        try:
            made.connect()
        except OSError as error:
            raise _unreachable(self.url, error) from error
        made.sock.settimeout(timeout_s)
        return made

    def authorization(self) -> str:
        """The header's value."""
        return f"Bearer {self.login.token}"

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
    ) -> HTTPResponse:
        kept, self._kept = self._kept, None
        for connection in (kept, None):
            if connection is None:
                connection = self.connect()
            try:
                response = self._answer(connection, method, path, body, headers, query)
            except (HTTPException, OSError) as error:
                connection.close()
                if kept is None or not isinstance(body, (bytes, type(None))):
                    raise _unreachable(self.url, error) from error
                # it had been idle, and the server had closed it
                kept = None
                continue
            self._kept = connection
            return response
        raise AssertionError("two attempts")

    def _answer(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
    ) -> HTTPResponse:
        asked = urlencode({k: v for k, v in (query or {}).items() if v not in (None, "")}, True)
        head = {"Authorization": self.authorization(), "User-Agent": "haulout", **(headers or {})}
        try:
            connection.request(method, API + path + (f"?{asked}" if asked else ""), body, head)
        except BrokenPipeError:
            # refused before all of it was sent: the answer says why
            body = None
        response = connection.getresponse()
        if response.status >= 400:
            told = response.read()
            connection.close()
            raise failure_of(response.status, told, response.headers.get("Retry-After", ""))
        return response

    def _json(self, response: HTTPResponse) -> Any:
        try:
            return json.loads(response.read() or b"null")
        except ValueError as error:
            cure = "Is this Haulout's address? See: haulout login"
            raise Failure(f"{self.url} does not answer as Haulout does.", cure, AWAY) from error
        except (HTTPException, OSError) as error:
            raise _unreachable(self.url, error) from error


def failure_of(status: int, told: bytes, retry_after: str = "") -> Failure:
    """A problem document (RFC 9457) as words and exit code."""
    try:
        problem = json.loads(told)
        detail = str(problem.get("detail") or problem.get("title") or problem.get("error") or "")
    except (ValueError, AttributeError):
        return Failure(f"The server answers {status}, not as Haulout does.", code=AWAY)
    kind = str(problem.get("type", "")).rpartition(":")[2]
    fields = [f"{one['field']}: {one['message']}" for one in problem.get("errors") or ()]
    if status == 401:
        words = "The token is not valid: unknown, expired or revoked."
        return Failure(words, "Create one in the browser, then: haulout login", NOT_SIGNED_IN)
    if kind == "approval":
        words = detail.partition(" Give a reason")[0]
        return Failure(
            words, 'Ask for it: add --reason "why" before the command', WAITS_FOR_APPROVAL
        )
    if status == 403 and problem.get("verb"):
        return Failure(detail, f"Ask an administrator for {problem['verb']}.")
    if status == 429:
        return Failure("Too many requests.", f"Try again in {retry_after or 'a few'} seconds.")
    if fields and [detail] != [text.partition(": ")[2] for text in fields]:
        detail = "; ".join(fields)
    return Failure(detail or f"The server answers {status}.", code=FAILED, status=status)


def _context(ca: str) -> Any:
    import ssl

    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        raise Failure(f"{ca} holds no certificates: {error}", code=USAGE) from error


def _unreachable(url: str, error: Exception) -> Failure:
    if type(error).__name__ == "SSLCertVerificationError":
        reason = getattr(error, "verify_message", "") or str(error)
        cure = "If it has a private authority, give its file: --ca FILE (or HAULOUT_CA)."
        return Failure(f"The certificate of {url} is not trusted: {reason}.", cure, AWAY)
    cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Failure(
        f"{url} cannot be reached: {cause}.", "Is the address right? Is Haulout up?", AWAY
    )
