"""The status of an endpoint, from its answers or the lack of them."""

from collections.abc import Mapping

from hosts.inventory.facts import OLDEST_MAJOR, major
from hosts.inventory.rows import MAX_OBJECTS
from hosts.link.errors import LinkError
from hosts.link.supervise.states import UP, Status
from hosts.models.hosts import State
from hosts.podman.errors import PodmanError, Unavailable
from hosts.podman.system import Ping


class NotMirrored(Exception):
    """The endpoint answers, but its objects are not mirrored: `status` says why."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.reason)
        self.status = status


def check_ping(ping: Ping) -> None:
    """Raise NotMirrored unless a Podman answers that we understand."""
    if not ping.libpod:
        raise NotMirrored(
            Status(
                State.DEGRADED,
                "api-not-answering",
                "What answers at this socket is not Podman.",
                "Give the path of Podman's own socket: podman info -f '{{.Host.RemoteSocket}}'",
            )
        )
    number = major(ping.libpod)
    if number is not None and number < OLDEST_MAJOR:
        raise NotMirrored(
            Status(
                State.DEGRADED,
                "podman-too-old",
                f"Podman {ping.libpod[:20]} is too old: Haulout needs 4.0 or later.",
                "Update Podman on the host.",
            )
        )


def same_store(first: str) -> NotMirrored:
    """Another endpoint, named `first`, mirrors this store already."""
    return NotMirrored(
        Status(
            State.DEGRADED,
            "same-store",
            f"This is the same store as {first}: its objects are shown there.",
            "Remove this endpoint, or the other one.",
        )
    )


def well(events_trouble: PodmanError | None, left_out: Mapping[str, int]) -> Status:
    """The API answers. `events_trouble`: why it sends no events.

    `left_out`: how many entries of each kind's list were not taken.
    """
    if events_trouble is None and any(left_out.values()):
        kind, number = max(left_out.items(), key=lambda item: item[1])
        return Status(
            State.DEGRADED,
            "left-out",
            f"{number} entries of Podman's list of {kind}s were left out.",
            f"Haulout keeps {MAX_OBJECTS} objects of a kind: prune what is not needed there.",
        )
    if events_trouble is None:
        return UP
    return Status(
        State.DEGRADED,
        "events-none",
        f"Podman sends no events: {events_trouble.message}",
        'Set events_logger = "journald" or "file" in containers.conf; until then changes show'
        " within 15 seconds.",
    )


def unwell(error: PodmanError, refused: LinkError | None) -> Status:
    """The API does not answer as it should. `refused`: why no channel could be opened."""
    if refused is not None and isinstance(error, Unavailable):
        return status_of_link_error(refused, State.DEGRADED)
    return Status(
        State.DEGRADED,
        "api-not-answering",
        f"Podman's API does not answer as it should: {error.message}",
        "Look at its log on the host: journalctl -u podman -n 50",
    )


def status_of_link_error(error: LinkError, state: str) -> Status:
    """A LinkError as a state with its reason and cure."""
    return Status(state, error.kind, error.cause, error.cure)
