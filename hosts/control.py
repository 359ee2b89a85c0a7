"""Asks the link over its local socket: a host's key, the doctor, a key to install, another try.

Without a running link the console does the same itself. Web never holds an SSH connection.
"""

import base64
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from django.conf import settings
from django.utils.translation import gettext as _

from hosts.link.errors import LinkError
from hosts.link.messages import DoctorStep, HostKey
from hosts.link.sockets import control_socket

if TYPE_CHECKING:
    from hosts.link.supervise.database import Database

SCAN_S: Final = 30.0
INSTALL_S: Final = 60.0
# each step of the doctor has a deadline of its own
EXAMINE_S: Final = 180.0
# a chart without its newest minutes is better than a slow one
STATS_S: Final = 2.0
# an outcome waits for it
REFRESH_S: Final = 5.0
_LINE_MAX_BYTES: Final = 1024 * 1024
log = logging.getLogger(__name__)


class ControlError(Exception):
    """It failed. `kind`: a LinkError's, "link-away", or another of the control socket."""

    def __init__(self, kind: str, *, cause: str, cure: str) -> None:
        super().__init__(f"{cause} {cure}".strip())
        self.kind, self.cause, self.cure = kind, cause, cure


async def scan(address: str, port: int, *, via: int | None = None) -> HostKey:
    """The host key at an address. Nobody signs in there. Raises ControlError.

    `via`: the login of the jump host from which to look.
    """
    body = {"address": address, "port": port, "via": via}
    return HostKey(**await _ask("/scan", body, timeout_s=SCAN_S))


async def install_key(
    *,
    address: str,
    port: int,
    user: str,
    password: str,
    public_key_line: str,
    host_key_line: str,
    via: int | None = None,
) -> None:
    """Have the link put the public key on the host. Raises ControlError.

    It signs in with the password, this once; the password is written nowhere.
    """
    body = {
        "address": address,
        "port": port,
        "user": user,
        "password": password,
        "public_key_line": public_key_line,
        "host_key_line": host_key_line,
        "via": via,
    }
    await _ask("/install-key", body, timeout_s=INSTALL_S)


async def rotate_key(
    login_id: int, *, sealed_new: bytes, old: str, new: str, last: bool = False
) -> None:
    """Have the link add a login's new key and try it; with `last`, remove the old one.

    `old` and `new`: public key lines. Raises ControlError.
    """
    body = {
        "login_id": login_id,
        "sealed_new": base64.b64encode(sealed_new).decode(),
        "old": old,
        "new": new,
        "last": last,
    }
    await _ask("/rotate-key", body, timeout_s=INSTALL_S)


async def reconnect(login_id: int) -> None:
    """Have the link try a login again now. Raises ControlError."""
    await _ask("/reconnect", {"login_id": login_id}, timeout_s=SCAN_S)


async def reload() -> bool:
    """Tell the link that registered hosts changed. False: none runs; it looks by itself later."""
    try:
        await _ask("/reload", {}, timeout_s=SCAN_S)
    except ControlError:
        return False
    return True


async def refresh(endpoint_id: int, kind: str, object_id: str) -> None:
    """Have the link list an object again, so that outcome and inventory agree.

    Best effort: without a link the next full comparison shows it (60 s).
    """
    body = {"endpoint_id": endpoint_id, "kind": kind, "id": object_id}
    try:
        await _ask("/refresh", body, timeout_s=REFRESH_S)
    except ControlError as error:
        log.info("no refresh of %s %s: %s", kind, object_id[:12], error)


async def stats_tail(endpoint_id: int, keys: list[str]) -> dict[str, Any]:
    """Samples that the link has not written yet, of series by their hexadecimal keys.

    `{"times": [s], "series": {key: {metric: [value or None]}}}`. Raises ControlError.
    """
    body = {"endpoint_id": endpoint_id, "keys": keys}
    return await _ask("/stats", body, timeout_s=STATS_S)


async def open_held(entry: int) -> dict[str, str]:
    """Have the link open sealed fields of a held job, as texts. Raises ControlError.

    `entry`: the number of the `guardrail.show` that names them (hosts.guardrails.sealed_params).
    """
    return await _ask("/open-held", {"entry": entry}, timeout_s=SCAN_S)


async def examine(patient: dict[str, Any]) -> AsyncGenerator[DoctorStep, None]:
    """The doctor's steps as they come. Raises ControlError.

    `patient`: `{"login_id"}`, or `{"address", "port", "user", "sealed_key", "host_key_line",
    "socket", "via"}` with the seal in base64.
    """
    try:
        async with (
            _session(EXAMINE_S) as session,
            session.post("http://link/doctor", json=patient) as response,
        ):
            if response.status != 200:
                raise await _refusal(response)
            async for line in response.content:
                yield DoctorStep(**json.loads(line))
    except aiohttp.ClientConnectorError as exc:
        if not _on_our_own():
            raise _away() from exc
        async for step in _examine_here(patient):
            yield step
    except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as exc:
        raise _away() from exc


async def _ask(path: str, body: dict[str, Any], *, timeout_s: float) -> dict[str, Any]:
    try:
        async with (
            _session(timeout_s) as session,
            session.post(f"http://link{path}", json=body) as response,
        ):
            if response.status != 200:
                raise await _refusal(response)
            answer: dict[str, Any] = await response.json()
            return answer
    except aiohttp.ClientConnectorError as exc:
        if not _on_our_own():
            raise _away() from exc
    except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as exc:
        raise _away() from exc
    return await _ask_here(path, body)


async def _ask_here(path: str, body: dict[str, Any]) -> dict[str, Any]:
    from hosts.link.supervise import operations

    here: dict[str, Callable[..., Awaitable[Any]]] = {
        "/scan": operations.scan,
        "/install-key": operations.install_key,
        "/open-held": operations.open_held,
    }
    if path not in here:
        raise _away()
    async with _own_link() as database:
        answer: dict[str, Any] = await here[path](**body, database=database)
        return answer


async def _examine_here(patient: dict[str, Any]) -> AsyncIterator[DoctorStep]:
    from hosts.link.supervise import operations

    async with _own_link() as database:
        async for step in operations.doctor(await operations.doctor_target(patient, database)):
            yield step


@asynccontextmanager
async def _own_link() -> AsyncIterator["Database"]:
    """The link's access to the database, in this process; its errors become ControlErrors."""
    from hosts.link.supervise.database import Database
    from hosts.vault import VaultError

    database = Database()
    try:
        yield database
    except LinkError as error:
        raise ControlError(error.kind, cause=error.cause, cure=error.cure) from error
    except VaultError as error:
        raise ControlError("vault", cause=str(error), cure="") from error
    finally:
        await database.close()


def _on_our_own() -> bool:
    # the console may open the vault and dial; web may do neither
    return bool(settings.HAULOUT_PROCESS != "web")


@asynccontextmanager
async def _session(timeout_s: float) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.UnixConnector(str(control_socket(settings.HAULOUT_RUN)))
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=timeout_s),
        read_bufsize=_LINE_MAX_BYTES,
    ) as session:
        yield session


async def _refusal(response: aiohttp.ClientResponse) -> ControlError:
    try:
        error = await response.json()
        return ControlError(error["kind"], cause=error["cause"], cure=error["cure"])
    except (aiohttp.ClientError, json.JSONDecodeError, KeyError, TypeError):
        return ControlError(
            "link-failed",
            cause=_("Haulout's link answered with an error (%d).") % response.status,
            cure=_("See its log: logs/link.log in the data folder."),
        )


def _away() -> ControlError:
    return ControlError(
        "link-away",
        cause=_("Haulout's link process does not answer."),
        cure=_("It restarts automatically: try again in a few seconds. Its log: logs/link.log."),
    )
