"""Asks the link to list an object again, so that outcome and inventory agree."""

import logging

import aiohttp
from django.conf import settings

from hosts.link.sockets import control_socket

log = logging.getLogger(__name__)
DEADLINE_S = 5.0


async def refresh(endpoint_id: int, kind: str, object_id: str) -> None:
    """Best effort: without a link the next full comparison shows it (60 s)."""
    connector = aiohttp.UnixConnector(str(control_socket(settings.HAULOUT_RUN)))
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=DEADLINE_S)
        ) as session:
            await session.post(
                "http://link/refresh",
                json={"endpoint_id": endpoint_id, "kind": kind, "id": object_id},
            )
    except (aiohttp.ClientError, TimeoutError) as error:
        log.info("no refresh of %s %s: %s", kind, object_id[:12], error)
