"""Finds out what became of a build whose end was not seen, by its tag and Podman's events."""

from contextlib import aclosing
from datetime import datetime
from typing import Any

from hosts.jobs.handler import Settlement
from hosts.podman import Podman, containers, events, images, system
from hosts.podman.errors import NotFound, ServerFault


async def state_before(podman: Podman, name: str) -> dict[str, str]:
    """The state before a build: {"tagged": image id with that name or "", "at": the host's time}."""
    now = (await system.ping(podman)).now
    return {"tagged": await image_of(podman, name), "at": now.isoformat() if now else ""}


async def image_of(podman: Podman, name: str) -> str:
    """The id of the image with this name, or ""."""
    try:
        return str((await images.inspect(podman, name)).get("Id") or "")
    except NotFound:
        return ""


async def build_outcome(podman: Podman, name: str, before: dict[str, Any]) -> Settlement | None:
    """DONE where the name has a new image or was built again, AGAIN where not. None while a build runs.
    `before`: the result of `state_before`.
    """
    # before the name is read: a build that ends in between has set it
    running = await containers.build_is_running(podman)
    tagged = await image_of(podman, name)
    if tagged and tagged != before["tagged"]:
        return Settlement.DONE
    if running:
        return None
    if not tagged:
        return Settlement.AGAIN
    # if all layers were cached, the new image is the same as before
    return await _built_since(podman, tagged, str(before.get("at") or ""))


async def _built_since(podman: Podman, image_id: str, at: str) -> Settlement:
    """DONE if a build ended with that image since then. UNKNOWN on a host that keeps no events."""
    if not at:
        return Settlement.UNKNOWN
    kept = events.follow(
        podman,
        since=datetime.fromisoformat(at),
        filters={"type": ["image"], "event": ["build"]},
        stream=False,
    )
    try:
        async with aclosing(kept) as found:
            async for event in found:
                if events.subject(event) == image_id:
                    return Settlement.DONE
    except ServerFault:
        return Settlement.UNKNOWN
    return Settlement.AGAIN
