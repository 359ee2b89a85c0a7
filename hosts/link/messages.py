"""What the link tells whoever asks it: a host's key, and steps of the doctor."""

from dataclasses import dataclass, field
from typing import Any, Literal

StepState = Literal["running", "passed", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key that a host shows before any sign-in. `line`: `ALGORITHM BASE64`."""

    algorithm: str
    fingerprint: str
    line: str


@dataclass(frozen=True, slots=True)
class DoctorStep:
    """A failed step has `kind` (a LinkError's), `cause` and `cure`; a passed one may, as advice.

    `found`: `{"sockets": [{"path", "user", "rootless", "graph_root", "podman_version", "machine"}]}`
    where the step found sockets that can be used.
    """

    step: str
    state: StepState
    detail: str = ""
    cause: str = ""
    cure: str = ""
    kind: str = ""
    found: dict[str, Any] = field(default_factory=dict)
