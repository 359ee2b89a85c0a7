"""What can go wrong at a Podman socket: one small tree. No foreign error leaves this room."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import aiohttp

# Longer messages are cut: a hostile host must not fill our tables.
MESSAGE_LIMIT: Final = 4000


class PodmanError(Exception):
    """A call to Podman failed.

    `message`: Podman's own sentence, or ours where it said nothing. `cause`: its root cause.
    `status`: the HTTP status; None: no answer came. `maybe_done`: the request was sent, and nobody
    knows whether it took effect.
    """

    maybe_done = False

    def __init__(self, message: str, *, cause: str = "", status: int | None = None) -> None:
        self.message = message[:MESSAGE_LIMIT]
        self.cause = (cause or message)[:MESSAGE_LIMIT]
        self.status = status
        super().__init__(self.message)


class NotFound(PodmanError):
    """The object does not exist on the host (404 with Podman's JSON)."""


class Conflict(PodmanError):
    """The object is in the wrong state for this, or the name is taken (409)."""


class BadRequest(PodmanError):
    """Podman refuses what it was asked for (400), or we refuse to send it."""


class Unsupported(PodmanError):
    """This version of Podman does not have the call (404 or 405 in plain text)."""


class Unavailable(PodmanError):
    """The host cannot be reached: no socket, or the link says so (503). Nothing was done."""


class NoSocket(Unavailable):
    """Nobody listens at the socket of this machine. Nothing was sent."""


class Interrupted(Unavailable):
    """The connection broke after the request was sent."""

    maybe_done = True


class ServerFault(PodmanError):
    """Podman failed inside (5xx); a panic in Podman also arrives like this."""


class DeadlineExceeded(PodmanError):
    """Podman did not answer in time."""

    maybe_done = True


class AnswerTooLarge(PodmanError):
    """The answer is larger than we read."""

    maybe_done = True


class Malformed(PodmanError):
    """The answer is not what Podman's API promises: no HTTP, no JSON, a redirect, a wrong shape."""

    maybe_done = True


class PullFailed(PodmanError):
    """An image was not pulled; `message` is Podman's or the registry's own."""


class PushFailed(PodmanError):
    """An image was not pushed; `message` is Podman's or the registry's own."""


class BuildFailed(PodmanError):
    """An image was not built; `message` is Podman's own."""


BY_STATUS: Final[dict[int, type[PodmanError]]] = {
    400: BadRequest,
    404: NotFound,
    409: Conflict,
    503: Unavailable,
}

# Podman answers 500 to many of the caller's faults. The root cause is last in `cause` or in
# `message` (seen on 4.3, 5.4 and 5.8).
BY_ROOT: Final[dict[str, type[PodmanError]]] = {
    "container state improper": Conflict,
    "pod state improper": Conflict,
    "top can only be used on running containers": Conflict,
    "that name is already in use": Conflict,
    "container already exists": Conflict,
    "pod already exists": Conflict,
    "volume already exists": Conflict,
    "network already exists": Conflict,
    "secret name in use": Conflict,
    "volume is being used": Conflict,
    "network is being used": Conflict,
    "image is in use by a container": Conflict,
    "image not known": NotFound,
    "invalid argument": BadRequest,
}


def from_answer(status: int, body: bytes, *, content_type: str, api: bool) -> PodmanError:
    """The error that an answer of `status` means.

    `api`: the answer has an `Api-Version` header, so one of Podman's handlers sent it. Podman's
    router answers an unknown route without that header: 404 or 405 in plain text (measured on 4.3,
    5.4 and 5.8).
    """
    cause, message = words(body)
    if 300 <= status < 400:
        return Malformed(f"Podman answered with a redirect ({status}).", status=status)
    if status in (404, 405) and not api and not content_type.startswith("application/json"):
        return Unsupported("This version of Podman does not have that call.", status=status)
    kind = BY_STATUS.get(status) or (ServerFault if status >= 500 else PodmanError)
    if status == 500:
        kind = BY_ROOT.get(_root(cause)) or BY_ROOT.get(_root(message)) or kind
    return kind(message or f"Podman answered {status}.", cause=cause, status=status)


def words(body: bytes) -> tuple[str, str]:
    """(cause, message) of an error body in any of its shapes.

    From libpod `{"cause","message","response"}`, from the compatible API `{"message"}`. From a pod
    `{"Errs": [...]}`, from a manifest list `{"errors": [...]}`. Or plain text.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", body.decode(errors="replace").strip()
    if not isinstance(answer, dict):
        return "", ""
    message = _text(answer.get("message"))
    for several in ("Errs", "errors"):
        if not message and isinstance(answer.get(several), list):
            message = "; ".join(filter(None, map(_text, answer[several])))
    return _text(answer.get("cause")), message


def _root(text: str) -> str:
    return text.rpartition(": ")[2].strip()


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


@contextmanager
def podman_errors(method: str, target: str, *, deadline_s: float | None) -> Iterator[None]:
    """Run a call to Podman: errors of aiohttp and the system leave as a PodmanError that names it."""
    call = f"{method} {target}"
    try:
        yield
    except aiohttp.ClientConnectorError as exc:
        raise no_socket(exc.os_error) from exc
    except TimeoutError as exc:
        waited = "in time" if deadline_s is None else f"within {deadline_s:g} s"
        raise DeadlineExceeded(f"Podman did not answer {waited}.", cause=call) from exc
    except aiohttp.ServerDisconnectedError as exc:
        raise Interrupted("The connection ended before Podman answered.", cause=call) from exc
    except aiohttp.ClientPayloadError as exc:
        raise Interrupted("Podman's answer broke off.", cause=str(exc)) from exc
    except aiohttp.ClientResponseError as exc:
        raise Malformed("The answer is not HTTP as Podman speaks it.", cause=exc.message) from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise Interrupted("The connection to Podman broke.", cause=str(exc) or call) from exc


def no_socket(error: OSError) -> Unavailable:
    """What an OSError while connecting means."""
    if isinstance(error, FileNotFoundError):
        return NoSocket("There is no Podman socket at that path.", cause=str(error))
    if isinstance(error, PermissionError):
        return Unavailable("This account has no right to the Podman socket.", cause=str(error))
    if isinstance(error, ConnectionRefusedError):
        return NoSocket("Nobody listens at the Podman socket.", cause=str(error))
    return Unavailable("The Podman socket cannot be reached.", cause=str(error))
