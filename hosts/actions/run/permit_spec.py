"""Asks the guardrails about a container's spec, and about the pod that it joins.

The pod may be older than the rule or made outside Haulout, and the container gets what it has.
"""

from typing import Any

from hosts.guardrails import Proposal, from_inspect, from_spec
from hosts.jobs.errand import Errand
from hosts.podman import containers, pods
from hosts.podman.errors import NotFound


async def permit_spec(errand: Errand, spec: dict[str, Any]) -> Proposal:
    """As Errand.permit, for a SpecGenerator. Returns the proposal, for the second look."""
    asked = from_spec.container(errand.verb, spec)
    await errand.permit(asked)
    if not (name := str(spec.get("pod") or "")):
        return asked
    try:
        pod = await pods.inspect(errand.podman, name)
        infra = str(pod.get("InfraContainerID") or "")
        # without an infra container a pod shares nothing
        carrier = await containers.inspect(errand.podman, infra) if infra else {}
    except NotFound:
        # Podman reports it when the container is created
        return asked
    if carrier:
        await errand.permit(
            from_inspect.joined_pod(errand.verb, pod, carrier), known_at_click=False
        )
    return asked
