"""An existing container in the way of a new one: remove it first, or choose another name."""

from dataclasses import dataclass
from itertools import count

from hosts.access import Denied, NotVisible, Person, allows, visible_objects
from hosts.actions import cancel_job
from hosts.actions.containers import remove_container
from hosts.guardrails import GuardrailRefused, NeedsApproval
from hosts.models import Container, Endpoint, Job
from hosts.models.inventory import LIVE


@dataclass(frozen=True, slots=True)
class NameConflict:
    """`row` has the name, or is left from an earlier try. `other`: a free name."""

    row: Container
    may_remove: bool
    chosen: bool
    other: str


def name_conflict(
    person: Person, endpoint: Endpoint, name: str, chosen: str
) -> NameConflict | None:
    """The container named `name` on the endpoint, else the one with the id `chosen`; or None."""
    there = Container.objects.filter(
        visible_objects(person, "container"), LIVE, endpoint=endpoint, is_infra=False
    )
    row = there.filter(name=name).first() if name else None
    if row is None and chosen:
        row = there.filter(podman_id=chosen).first()
    if row is None:
        return None
    may = allows(person, remove_container.VERB, endpoint, row)
    taken = set(there.filter(name__startswith=f"{row.name}-").values_list("name", flat=True))
    other = next(free for n in count(2) if (free := f"{row.name}-{n}") not in taken)
    return NameConflict(row, may, may and chosen == row.podman_id, other)


def remove_for(person: Person, job: Job, way: NameConflict) -> None:
    """Ask for the removal that `job` waits for. Cancels the job when the removal is refused."""
    try:
        ref = (way.row.endpoint_id, way.row.podman_id)
        remove_container.ask(person, ref, force=True)
    except (NotVisible, Denied, GuardrailRefused, NeedsApproval):
        cancel_job.ask(person, job.pk)
        raise
