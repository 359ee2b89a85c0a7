"""The pod that a container would join. It shares what it has, so the verdict before the click needs
it.

A form is answered from the inventory and from the last inspect that was kept. Where none is kept,
the page asks the host (pages.guardrails.inspect_pod) and then for its verdict again. What stays unknown
is judged by the worker.
"""

from dataclasses import dataclass, replace

from django.core.cache import cache
from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from hosts.access import Person, allows, visible_objects
from hosts.guardrails import Proposal
from hosts.guardrails.check import rules_for
from hosts.guardrails.proposal import Part, PartType, Port
from hosts.models import Container, Endpoint, Pod
from hosts.models.inventory import LIVE

VERB = "pod.inspect"
# of an id, as Podman takes it
_SHORTEST_ID = 4
_PART = TypeAdapter(Part)
KNOWN, ASKING, AWAY, UNKNOWN = "known", "asking", "away", "unknown"


@dataclass(frozen=True, slots=True)
class PodToJoin:
    """`state`: known (judged whole), asking (a look is to be asked for), away, unknown. `parts`: what it
    gives, as far as it is known.
    """

    name: str
    endpoint: Endpoint
    state: str
    why: str = ""
    parts: tuple[Part, ...] = ()

    def with_pod(self, proposal: Proposal) -> Proposal:
        """What a container would be after it joined this pod."""
        return replace(proposal, parts=(*proposal.parts, *self.parts))


def pod_to_join(person: Person, endpoint: Endpoint, name: str) -> PodToJoin | None:
    """None where there is no pod to judge, or no rule to judge it by."""
    if not name or not rules_for(endpoint):
        return None
    row = row_of(person, endpoint, name)
    if row is None:
        return PodToJoin(name, endpoint, UNKNOWN, _("no pod with that name is known there."))
    seen = _seen(row)
    if not allows(person, VERB, endpoint):
        return PodToJoin(name, endpoint, UNKNOWN, _("you may not inspect pods there."), seen)
    found = look_of(row)
    if isinstance(found, Part):
        return PodToJoin(name, endpoint, KNOWN, parts=(found,))
    if found is not None:
        return PodToJoin(name, endpoint, AWAY, found, seen)
    return PodToJoin(name, endpoint, ASKING, parts=seen)


def look_of(row: Pod) -> Part | str | None:
    """The kept inspect of the pod: what it shares, or words why that is unknown; None without one."""
    kept = cache.get(_key_of(row))
    if kept is None or isinstance(kept, str):
        return kept
    try:
        return _PART.validate_python(kept)
    except ValidationError:
        # of a version before
        return None


def keep_look(row: Pod, found: Part | str, lasts_s: int) -> None:
    """Keep it for so long. Another revision of the row is another pod."""
    kept = found if isinstance(found, str) else _PART.dump_python(found, mode="json")
    cache.set(_key_of(row), kept, lasts_s)


def _key_of(row: Pod) -> str:
    return f"guardrails.pod.{row.pk}.{row.revision}"


def row_of(person: Person, endpoint: Endpoint, name: str) -> Pod | None:
    """The pod of that name or id, if they see it."""
    rows = Pod.objects.filter(visible_objects(person, "pod"), LIVE, endpoint=endpoint)
    if named := rows.filter(name=name).first():
        return named
    if len(name) < _SHORTEST_ID or not name.isalnum():
        return None
    found = list(rows.filter(podman_id__startswith=name)[:2])
    return found[0] if len(found) == 1 else None


def _seen(row: Pod) -> tuple[Part, ...]:
    """What Podman's lists say: the ports that its own container publishes."""
    carrier = Container.objects.filter(LIVE, endpoint=row.endpoint, podman_id=row.infra_id).first()
    if not row.infra_id or carrier is None:
        return ()
    ports = [
        Port(one["host_port"], one["range"], one["host_ip"], "ports")
        for one in carrier.ports
        if one["host_port"]
    ]
    return (Part(PartType.JOINED, row.name, ports=ports, at="pod"),)
