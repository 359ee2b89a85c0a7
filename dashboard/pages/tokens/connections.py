"""Connections for Podman's and Docker's clients: shown, and downloaded as files."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.pages.tokens.forms import IdentityForm
from dashboard.person import person_of
from dashboard.supervisor.address import is_loopback
from hosts.access import allows
from hosts.actions.hosts import register_host
from hosts.gate.sessions.connections import (
    FILES,
    GateFacts,
    check_identity,
    connections_of,
    docker_lines,
    gate_facts,
    podman_lines,
)
from hosts.refusals import FieldRefusal

# of the lines on the page; the files have all
_SHOWN = 20


def gate_of(request: HttpRequest) -> GateFacts | None:
    """The gate, under the name by which Haulout itself was reached. None where there is none."""
    name, _port = split_domain_port(request.get_host())
    return gate_facts(name)


def gate_url(request: HttpRequest) -> str:
    """The same of the gate by HTTP; "" where there is none."""
    name, _port = split_domain_port(request.get_host())
    port = settings.HAULOUT_GATE_HTTP_PORT
    scheme = "http" if is_loopback(settings.ENV.bind) else "https"
    return f"{scheme}://{name}:{port}" if port else ""


@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The person's connections; with `file`, a name of FILES, that file."""
    gate = gate_of(request)
    form = IdentityForm(request.GET)
    identity = _identity(form)
    person = person_of(request)
    found = connections_of(person, gate.address) if gate else []
    wanted = FILES.get(request.GET.get("file", ""))
    if wanted and found and not form.errors:
        answer = HttpResponse(wanted.write(found, identity), content_type=wanted.content_type)
        name = content_disposition_header(as_attachment=True, filename=wanted.name)
        answer["Content-Disposition"] = name
        return answer
    shown = found[:_SHOWN]
    context = {
        "gate": gate,
        "form": form,
        "files": FILES,
        "count": len(found),
        "may_add": allows(person, register_host.VERB),
        "more": len(found) - len(shown),
        "podman": "\n".join(podman_lines(shown, identity)),
        "docker": "\n".join(docker_lines(shown)),
    }
    return render(request, "tokens/connections.html", context)


def _identity(form: IdentityForm) -> str:
    try:
        return check_identity(form.cleaned_data["identity"]) if form.is_valid() else ""
    except FieldRefusal as refused:
        form.refuse(refused)
        return ""
