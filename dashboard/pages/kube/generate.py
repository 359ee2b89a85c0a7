"""Kube YAML that Podman generates for a container or pod. Values are masked until asked for."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit import write
from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.person import person_of
from hosts.access import (
    Person,
    allows,
    as_container,
    get_object,
    grounds,
    require,
    target_of,
)
from hosts.actions.kube.generated_yaml import without_marks, without_values
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError, kube

VERB = "kube.generate"
# the right to see environment values, as elsewhere
VALUES = "container.environment"
KINDS = ("container", "pod")


@never_cache
@require_http_methods(["GET", "POST"])
def generate(request: HttpRequest, kind: str, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The YAML as part of a page. POST shows environment values too, and writes an audit entry."""
    person = person_of(request)
    row = get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.inspect")
    whole = request.method == "POST"
    if whole:
        get_object(person, kind, endpoint_id, podman_id, verb=VERB)
        target = target_of(row.endpoint, kind=kind, object_id=podman_id, name=row.name)
        # a pod's values are those of all its containers
        require(person, VALUES, target, row.endpoint, as_container(row))
        with transaction.atomic():
            grant = grounds(person, VERB, row.endpoint, as_container(row)).words
            write.event(person.who, VERB, target, grant=grant)
    try:
        text = ask_host(row.endpoint, partial(_kube_yaml, name=podman_id))
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint))
    context = {
        "url": reverse(f"kube:of-{kind}", args=[endpoint_id, podman_id]),
        "text": text if whole else without_values(text),
        "whole": whole,
        "can_unmask": not whole and _may(person, row),
        "name": f"{row.name or podman_id[:12]}.yaml",
    }
    return render(request, "kube/generated.html", context)


def _may(person: Person, row: InventoryRow) -> bool:
    return allows(person, VERB, row.endpoint) and allows(
        person, VALUES, row.endpoint, as_container(row)
    )


async def _kube_yaml(podman: Podman, *, name: str) -> str:
    return without_marks(await kube.generate(podman, [name]))
