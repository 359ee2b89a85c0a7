"""What is asked for: one action on one object, before it is a job."""

from dataclasses import dataclass, field
from typing import Any

from audit.shapes import Target
from hosts.access import ContainerLike, target_of
from hosts.guardrails import Proposal
from hosts.models import Endpoint


@dataclass(frozen=True)
class Order:
    """What a job is to do on one object. `secrets` are sealed; `params` are shown and audited.

    `log_params`: replaces `params` in the audit log, which would hash values that are no secret. `container`:
    the container that a narrowed grant may have allowed, existing or yet to be made.
    """

    endpoint: Endpoint
    kind: str
    object_id: str
    name: str
    params: dict[str, Any] = field(default_factory=dict)
    secrets: bytes | None = None
    log_params: dict[str, Any] | None = None
    # what it would make, for the guardrails; cards with such a road require it
    proposal: Proposal | None = None
    container: ContainerLike | None = None

    @property
    def target(self) -> Target:
        """The object, for the audit log."""
        return target_of(self.endpoint, kind=self.kind, object_id=self.object_id, name=self.name)
