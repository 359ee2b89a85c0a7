"""Pages round terminals. The stream authorises the opening and writes the audit entry."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dashboard.furniture.form_verdict import stream_verdict, verdict_part
from dashboard.furniture.frames import container_frame
from dashboard.live.page import list_page
from dashboard.pages.terminals.lists import SPEC, visible
from dashboard.person import person_of
from hosts.access import NotVisible, Person, get_object
from hosts.actions.containers.open_terminal import EXEC, VERBS
from hosts.guardrails import from_request
from hosts.models import InventoryRow


@require_GET
def terminals(request: HttpRequest) -> HttpResponse:
    """All open terminals that the person may watch."""
    return list_page(request, SPEC, "objects/list.html", {"word": _("Terminals")})


@require_GET
def of_container(request: HttpRequest, endpoint_id: int, podman_id: str) -> HttpResponse:
    """A container's terminals: the person's open ones, else a new one.

    `only=verdict`: the guardrails' verdict on the form of a new one.
    """
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.exec")
    if request.GET.get("only") == "verdict":
        user = request.GET.get("user", "")[:200]
        proposal = from_request.command(VERBS[EXEC], user=user, name=row.name)
        return verdict_part(request, stream_verdict(row.endpoint, proposal))
    here = visible(person).filter(endpoint_id=endpoint_id, podman_id=podman_id, lost_at=None)
    mine = list(here.filter(owner=person.user).values_list("key", flat=True))
    context = _frame(person, row, keys=mine)
    context["others"] = here.exclude(owner=person.user)
    context["opens"] = "attach" if request.GET.get("attach") == "1" else "exec"
    return render(request, "terminals/container.html", context)


@require_GET
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One open terminal, by the link that its owner copied."""
    person = person_of(request)
    found = visible(person).filter(key=key).first()
    if found is None:
        raise NotVisible
    verb = VERBS[found.kind]
    row = get_object(person, "container", found.endpoint_id, found.podman_id, verb=verb)
    return render(request, "terminals/one.html", _frame(person, row, keys=[key]))


def _frame(person: Person, row: InventoryRow, *, keys: list[str]) -> dict[str, Any]:
    return {
        **container_frame(person, row, tab="terminal"),
        "keys": " ".join(keys),
        "grace_s": round(settings.HAULOUT_TERMINAL_GRACE_S),
    }
