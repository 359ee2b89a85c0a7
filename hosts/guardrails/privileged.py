"""container.privileged: a verb of its own, needed beside the action's verb, whatever the rules say."""

from hosts.access import ContainerLike, Person, allows
from hosts.guardrails.proposal import Proposal
from hosts.models import Endpoint

VERB = "container.privileged"


def privileged_field(proposal: Proposal) -> str:
    """The first field that makes something privileged, or ""."""
    return next((fact.field for part in proposal.parts for fact in part.privileged), "")


def lacks_right(
    person: Person, endpoint: Endpoint, proposal: Proposal, container: ContainerLike | None = None
) -> str:
    """The field that makes it privileged, if the person may not do that there, else ""."""
    field = privileged_field(proposal)
    return "" if not field or allows(person, VERB, endpoint, container) else field
