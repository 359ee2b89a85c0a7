"""Asks the link over its local socket: a host's key, the doctor, a key to install, another try.

Without a running link the console does the same itself. Web never holds an SSH connection.
"""

import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from django.conf import settings
from django.utils.translation import gettext as _

from hosts.link.doctor_step import DoctorStep
from hosts.link.errors import LinkError
from hosts.link.sockets import control_socket

SCAN_S: Final = 30.0
INSTALL_S: Final = 60.0
# the doctor has a deadline of its own for every step
EXAMINE_S: Final = 180.0
# a chart without its newest minutes is better than one that waits
STATS_S: Final = 2.0
_LINE_MAX_BYTES: Final = 1024 * 1024


class ControlError(Exception):
    """It failed. `kind`: a LinkError's, "link-away", or another of the control socket."""

    def __init__(self, kind: str, *, cause: str, cure: str) -> None:
        super().__init__(f"{cause} {cure}".strip())
        self.kind, self.cause, self.cure = kind, cause, cure


@dataclass(frozen=True, slots=True)
class ScannedKey:
    """The key that a host shows before any sign-in. `line`: `ALGORITHM BASE64`."""

    algorithm: str
    fingerprint: str
    line: str


async def scan(address: str, port: int, *, via: int | None = None) -> ScannedKey:
    """The host key at an address. Nobody signs in there. Raises ControlError.

    `via`: the login of the jump host from which to look.
    """
    asked = {"address": address, "port": port, "via": via}
    answer = await _ask("/scan", asked, timeout_s=SCAN_S)
    return ScannedKey(answer["algorithm"], answer["fingerprint"], answer["line"])


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
    asked = {
        "address": address,
        "port": port,
        "user": user,
        "password": password,
        "public_key_line": public_key_line,
        "host_key_line": host_key_line,
        "via": via,
    }
    await _ask("/install-key", asked, timeout_s=INSTALL_S)


async def rotate_key(
    login_id: int, *, sealed_new: bytes, old: str, new: str, last: bool = False
) -> None:
    """Have the link add a login's new key and try it; with `last`, remove the old one.

    `old` and `new`: public key lines. Raises ControlError.
    """
    asked = {
        "login_id": login_id,
        "sealed_new": base64.b64encode(sealed_new).decode(),
        "old": old,
        "new": new,
        "last": last,
    }
    await _ask("/rotate-key", asked, timeout_s=INSTALL_S)


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


async def stats_tail(endpoint_id: int, keys: list[str]) -> dict[str, Any]:
    """Samples that the link has not written yet, of series by their hexadecimal keys.

    `{"times": [s], "series": {key: {metric: [value or None]}}}`. Raises ControlError.
    """
    asked = {"endpoint_id": endpoint_id, "keys": keys}
    return await _ask("/stats", asked, timeout_s=STATS_S)


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


async def _ask(path: str, asked: dict[str, Any], *, timeout_s: float) -> dict[str, Any]:
    try:
        async with (
            _session(timeout_s) as session,
            session.post(f"http://link{path}", json=asked) as response,
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
    return await _ask_here(path, asked)


async def _ask_here(path: str, asked: dict[str, Any]) -> dict[str, Any]:
    from hosts.link.supervise import operations
    from hosts.link.supervise.database import Database
    from hosts.vault import VaultError

    database = Database()
    try:
        if path == "/scan":
            return await operations.scan(**asked, database=database)
        if path == "/install-key":
            await operations.install_key(**asked, database=database)
            return {}
        if path == "/open-held":
            return await operations.open_held(**asked, database=database)
    except LinkError as error:
        raise ControlError(error.kind, cause=error.cause, cure=error.cure) from error
    except VaultError as error:
        raise ControlError("vault", cause=str(error), cure="") from error
    finally:
        await database.close()
    raise _away()


async def _examine_here(patient: dict[str, Any]) -> AsyncIterator[DoctorStep]:
    from hosts.link.supervise import operations
    from hosts.link.supervise.database import Database
    from hosts.vault import VaultError

    database = Database()
    try:
        async for step in operations.doctor(await operations.doctor_target(patient, database)):
            yield step
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
        told = await response.json()
        return ControlError(told["kind"], cause=told["cause"], cure=told["cure"])
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
