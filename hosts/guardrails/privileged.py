"""container.privileged: a right of its own beside the road's verb, whatever the rules say."""

from hosts.access import Person, Thing, allows
from hosts.guardrails.proposed import Proposed
from hosts.models import Endpoint

VERB = "container.privileged"


def privileged_field(proposed: Proposed) -> str:
    """The first field that makes something privileged; "" when nothing does."""
    return next((fact.field for part in proposed.parts for fact in part.privileged), "")


def lacks_right(
    person: Person, endpoint: Endpoint, proposed: Proposed, thing: Thing | None = None
) -> str:
    """The field that makes it privileged, if the person may not do that there; else ""."""
    field = privileged_field(proposed)
    return "" if not field or allows(person, VERB, endpoint, thing) else field
