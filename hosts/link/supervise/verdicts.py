"""What an endpoint's answers, or their absence, say about how it stands."""

from collections.abc import Mapping

from hosts.inventory.facts import OLDEST_MAJOR, major
from hosts.inventory.rows import MAX_OBJECTS
from hosts.link.errors import LinkError
from hosts.link.supervise.states import UP, Standing
from hosts.models.hosts import State
from hosts.podman.errors import PodmanError, Unavailable
from hosts.podman.system import Ping


class Refused(Exception):
    """The endpoint answers, but is not to be mirrored: `standing` says why."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.reason)
        self.standing = standing


def check_ping(ping: Ping) -> None:
    """Raise Refused unless it is a Podman that we understand."""
    if not ping.libpod:
        raise Refused(
            Standing(
                State.DEGRADED,
                "api-not-answering",
                "What answers at this socket is not Podman.",
                "Give the path of Podman's own socket: podman info -f '{{.Host.RemoteSocket}}'",
            )
        )
    number = major(ping.libpod)
    if number is not None and number < OLDEST_MAJOR:
        raise Refused(
            Standing(
                State.DEGRADED,
                "podman-too-old",
                f"Podman {ping.libpod[:20]} is too old: Haulout needs 4.0 or later.",
                "Update Podman on the host.",
            )
        )


def same_store(first: str) -> Refused:
    """Another endpoint, named `first`, mirrors this store already."""
    return Refused(
        Standing(
            State.DEGRADED,
            "same-store",
            f"This is the same store as {first}: its objects are shown there.",
            "Remove this endpoint, or the other one.",
        )
    )


def well(events_trouble: PodmanError | None, left_out: Mapping[str, int]) -> Standing:
    """The API answers; `events_trouble`: why it sends no events; `left_out`: how many entries of a
    kind's list were not taken.
    """
    if events_trouble is None and any(left_out.values()):
        kind, number = max(left_out.items(), key=lambda item: item[1])
        return Standing(
            State.DEGRADED,
            "left-out",
            f"{number} entries of Podman's list of {kind}s were left out.",
            f"Haulout keeps {MAX_OBJECTS} objects of a kind: prune what is not needed there.",
        )
    if events_trouble is None:
        return UP
    return Standing(
        State.DEGRADED,
        "events-none",
        f"Podman sends no events: {events_trouble.message}",
        'Set events_logger = "journald" or "file" in containers.conf; until then changes show'
        " within 15 seconds.",
    )


def unwell(error: PodmanError, refused: LinkError | None) -> Standing:
    """The API does not answer as it should; `refused`: why no channel could be opened."""
    if refused is not None and isinstance(error, Unavailable):
        return standing_of(refused, State.DEGRADED)
    return Standing(
        State.DEGRADED,
        "api-not-answering",
        f"Podman's API does not answer as it should: {error.message}",
        "Look at its log on the host: journalctl -u podman -n 50",
    )


def standing_of(error: LinkError, state: str) -> Standing:
    """A LinkError as a state with its reason and cure."""
    return Standing(state, error.kind, error.cause, error.cure)
