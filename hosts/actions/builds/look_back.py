"""What became of a build whose end nobody heard: told by its first name and Podman's own events."""

from contextlib import aclosing
from datetime import datetime
from typing import Any

from hosts.jobs.handler import Settlement
from hosts.podman import Podman, containers, events, images, system
from hosts.podman.errors import NotFound, ServerFault


async def how_it_stands(podman: Podman, name: str) -> dict[str, str]:
    """Before a build: {"tagged": id of the image that has the name, or "", "at": the host's time}."""
    now = (await system.ping(podman)).now
    return {"tagged": await image_of(podman, name), "at": now.isoformat() if now else ""}


async def image_of(podman: Podman, name: str) -> str:
    """The image that has the name now; "" where none has."""
    try:
        return str((await images.inspect(podman, name)).get("Id") or "")
    except NotFound:
        return ""


async def became(podman: Podman, name: str, before: dict[str, Any]) -> Settlement | None:
    """DONE where the name has a new image, or the same that was built anew; None while a build runs.

    AGAIN where it was not done. `before` as `how_it_stands` gave it.
    """
    # before the name: a build that ends in between has given it
    running = await containers.builds_run(podman)
    tagged = await image_of(podman, name)
    if tagged and tagged != before["tagged"]:
        return Settlement.DONE
    if running:
        return None
    if not tagged:
        return Settlement.AGAIN
    # where all layers were there, a build makes the image that the name had before
    return await _built_since(podman, tagged, str(before.get("at") or ""))


async def _built_since(podman: Podman, image_id: str, at: str) -> Settlement:
    """Whether a build has ended with that image; UNKNOWN on a host that keeps no events."""
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
