"""Events of a host as administrative changes: which verb somebody did to what. No database.

Measured on Podman 5.4. `podman stop` sends only `died`; inspect then has `StoppedByUser`. The
restart policy sends died, restart, init, start; a person's restart sends died, init, start, restart.
Each `run` of an image that is there sends image `pull`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hosts.inventory.bounds import BoundedDict, integer, mapping, text
from hosts.inventory.job_marks import JOB_LABEL

_VERBS = {
    "container": {"create", "remove", "start", "stop", "kill", "pause", "unpause", "rename"},
    "pod": {"create", "remove", "start", "stop", "kill", "pause", "unpause"},
    "image": {"pull", "remove", "tag"},
    "volume": {"create", "remove"},
    "network": {"create", "remove"},
    "secret": {"create", "remove"},
}
_REMEMBERED = 2000
_ANONYMOUS_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody did `verb` (`container.stop`) to an object. `at`: the host's own clock."""

    verb: str
    kind: str
    podman_id: str
    name: str
    at: datetime
    how: str
    # id of the job that made the object, from its label
    made_by_job: str = ""
    # of a container, the pod that it is in
    pod_id: str = ""


class SightingReader:
    """Tells people's changes from those of Podman's restart policy, for one endpoint."""

    def __init__(self) -> None:
        # containers that the policy will start next, oldest first
        self._policy: BoundedDict[str, None] = BoundedDict(_REMEMBERED)

    def read(self, event: dict[str, Any]) -> Sighting | None:
        """What an event (as Podman sends it) means; None: nobody did anything.

        A death is a `container.stop` that inspect has to confirm (`stopped_by_person`).
        """
        kind, action = event["Type"], event["Action"]
        podman_id = text(event["Actor"]["ID"], limit=255)
        if kind == "system" and action == "refresh":
            # Podman sends this on its first use after a boot
            return _sighting("host.boot", event, kind="host", podman_id="", name="")
        if kind == "container" and self._by_policy(podman_id, action):
            return None
        verb = "stop" if is_death(event) else action
        if verb not in _VERBS.get(kind, ()):
            return None
        attributes = mapping(event["Actor"].get("Attributes"), count=200)
        name = attributes.get("network") or attributes.get("name", "")
        if kind == "container" and name == f"{attributes.get('podId', '')[:12]}-infra":
            # the pod's own event tells it
            return None
        if kind == "volume":
            podman_id = podman_id or name
            if len(name) == _ANONYMOUS_LENGTH and name.isalnum():
                # an anonymous volume comes and goes with its container
                return None
        return _sighting(
            f"{kind}.{verb}",
            event,
            kind=kind,
            podman_id=podman_id,
            name=name or podman_id[:12],
            made_by_job=attributes.get(JOB_LABEL, ""),
            pod_id=attributes.get("podId", ""),
        )

    def _by_policy(self, podman_id: str, action: str) -> bool:
        if action == "restart":
            self._policy[podman_id] = None
            return True
        if action in ("died", "remove"):
            self._policy.pop(podman_id, None)
        if action == "start" and podman_id in self._policy:
            del self._policy[podman_id]
            return True
        return False


def is_death(event: dict[str, Any]) -> bool:
    """True when a container's process ended, for whatever reason."""
    return bool(event["Type"] == "container" and event["Action"] == "died")


def stopped_by_person(inspected: dict[str, Any]) -> bool:
    """True when inspect says that somebody stopped the container (Podman 5; absent before)."""
    state = inspected.get("State")
    return isinstance(state, dict) and state.get("StoppedByUser") is True


def seconds_of(event: dict[str, Any]) -> datetime:
    """The time of the event, by the host's clock."""
    ns = integer(event.get("timeNano"), high=253_370_764_800 * 10**9)
    return datetime.fromtimestamp(ns / 1e9, UTC)


def _sighting(
    verb: str,
    event: dict[str, Any],
    *,
    kind: str,
    podman_id: str,
    name: str,
    made_by_job: str = "",
    pod_id: str = "",
) -> Sighting:
    return Sighting(
        verb=verb,
        kind=kind,
        podman_id=podman_id,
        name=name,
        at=seconds_of(event),
        how=f"event {event['Type']} {event['Action']}",
        made_by_job=made_by_job,
        pod_id=pod_id,
    )
