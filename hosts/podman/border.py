"""The border: errors of aiohttp, asyncio and the system become those of this room, here only."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from hosts.podman.errors import DeadlineExceeded, Interrupted, Malformed, NoSocket, Unavailable


@contextmanager
def mapped(method: str, target: str, *, deadline_s: float | None) -> Iterator[None]:
    """Run a call to Podman; foreign errors leave as PodmanError with the request named."""
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
