"""Events of a host, as Podman tells them. The caller connects again."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, cast

from hosts.podman.client import Podman
from hosts.podman.errors import Malformed, ServerFault
from hosts.podman.lines import json_lines
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import Event


async def follow(
    podman: Podman,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    filters: Filters | None = None,
    stream: bool = True,
) -> AsyncGenerator[Event, None]:
    """Events as they happen, after those kept since `since`. An event is a hint: list the object.

    `since`: the host's time before the call (`system.ping`). Podman sends the head with the first
    event, so nobody knows when the watch begins. Events may come twice: drop them by `key`. It ends
    when Podman ends it. Raises Interrupted; ServerFault with the backend `none`. `stream` False:
    only events that are kept.
    """
    params = {"stream": stream, "since": since, "until": until, "filters": filters or None}
    async with podman.stream("GET", path("events"), params=params) as pieces:
        async for line in json_lines(pieces):
            if "error" in line and "Type" not in line:
                raise ServerFault(str(line["error"]))
            if not _whole(line):
                raise Malformed("Podman's event lacks its type, action, actor or time.")
            yield cast(Event, line)


def subject(event: Event) -> str:
    """The id of the event's object, or its name where the event has no id.

    No id: volumes always, images on 4.3 (measured on 4.3, 5.4 and 5.8). 4.3 sends no network events.
    """
    actor = event["Actor"]
    return actor.get("ID") or (actor.get("Attributes") or {}).get("name", "")


def key(event: Event) -> tuple[int, str, str, str]:
    """The identity of an event: equal keys are one event, seen twice."""
    return (event["timeNano"], event["Type"], event["Action"], subject(event))


def _whole(line: dict[str, Any]) -> bool:
    actor = line.get("Actor")
    return (
        isinstance(actor, dict)
        and isinstance(actor.get("ID"), str)
        and isinstance(actor.get("Attributes"), dict | None)
        and isinstance(line.get("timeNano"), int)
        and isinstance(line.get("Type"), str)
        and isinstance(line.get("Action"), str)
    )
