"""Inspect a pod on its host for a verdict of the guardrails (furniture.joined_pod)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.pod_to_join import VERB, keep_look, look_of, row_of
from dashboard.person import person_of
from hosts.access import get_endpoint
from hosts.guardrails import from_inspect
from hosts.guardrails.proposal import Part, PartType
from hosts.models import Endpoint, Pod
from hosts.podman import Podman, PodmanError, containers, pods

PATIENCE_S = 5.0
# how long an answer is kept; after a failure shorter
KEPT_S, FAILED_S = 120, 20


@require_POST
def inspect_pod(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Inspect `pod`, keep the answer, and trigger the event that asks for the verdict again."""
    person = person_of(request)
    endpoint = get_endpoint(person, endpoint_id, VERB)
    row = row_of(person, endpoint, request.POST.get("pod", "")[:255])
    answer = HttpResponse(status=204)
    if row is None:
        return answer
    if look_of(row) is None:
        keep_look(row, *_inspect(endpoint, row))
    return trigger_client_event(answer, "haulout:pod")


def _inspect(endpoint: Endpoint, row: Pod) -> tuple[Part | str, int]:
    async def ask(podman: Podman) -> tuple[dict[str, Any], dict[str, Any]]:
        pod = await pods.inspect(podman, row.podman_id)
        infra = str(pod.get("InfraContainerID") or "")
        # a pod without an infra container shares nothing
        return pod, await containers.inspect(podman, infra) if infra else {}

    try:
        pod, carrier = ask_host(endpoint, ask, timeout_s=PATIENCE_S)
    except PodmanError as error:
        return error.message or _("the host does not say."), FAILED_S
    if not carrier:
        return Part(PartType.JOINED, row.name, at="pod"), KEPT_S
    [part] = from_inspect.joined_pod("", pod, carrier).parts
    return part, KEPT_S
