"""Everything Podman knows about an object, fetched when somebody looks, as a tree to search.

Values of the environment are masked; showing them is asked for and written to the audit log.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from audit import write
from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.readers import READERS, Reader
from dashboard.person import person_of
from hosts.access import Person, allows, as_container, get_object, grounds, target_of
from hosts.access.readable_inspect import DEEPEST, hide_unseen, mask_environment
from hosts.models import Endpoint, InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.errors import NotFound, Unavailable

MOST_LEAVES = 5000
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Node:
    """One name of the tree: a leaf with its text, or a branch."""

    name: str
    path: str
    text: str
    branches: tuple["Node", ...] = ()
    count: int = 0


def fetch(endpoint: Endpoint, podman_id: str, read: Reader) -> dict[str, Any]:
    """Inspect on the host, over the narrow socket that web may use. Raises PodmanError."""

    async def ask(podman: Podman) -> dict[str, Any]:
        return await read(podman, podman_id)

    return ask_host(endpoint, ask, timeout_s=TIMEOUT_S)


def tree(value: Any, name: str = "", path: str = "") -> Node:
    """A JSON value as nodes; paths as jq writes them."""
    budget = [MOST_LEAVES]
    return _node(value, name, path, budget, DEEPEST)


def _node(value: Any, name: str, path: str, budget: list[int], deeper: int) -> Node:
    budget[0] -= 1
    if not deeper:
        return Node(name, path, "…")
    if isinstance(value, dict):
        pairs = [(str(k), v, f"{path}.{k}") for k, v in value.items()]
    elif isinstance(value, list):
        pairs = [(str(n), v, f"{path}[{n}]") for n, v in enumerate(value)]
    else:
        return Node(name, path, _text(value))
    branches = tuple(_node(v, k, p, budget, deeper - 1) for k, v, p in pairs if budget[0] > 0)
    return Node(name, path, "", branches, len(pairs))


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def inspect_part(request: HttpRequest, kind: str, endpoint_id: int, podman_id: str) -> HttpResponse:
    """The tree as part of a page. POST of `environment` shows it unmasked, with an entry."""
    person = person_of(request)
    row = get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.inspect")
    whole = request.method == "POST"
    if whole:
        get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.environment")
        target = target_of(row.endpoint, kind=kind, object_id=podman_id, name=row.name)
        with transaction.atomic():
            verb = f"{kind}.environment"
            grant = grounds(person, verb, row.endpoint, as_container(row)).words
            write.event(person.who, verb, target, grant=grant)
    try:
        found = fetch(row.endpoint, podman_id, READERS[kind])
    except PodmanError as error:
        return render(request, "parts/away.html", trouble_of(error, row.endpoint), status=200)
    found = hide_unseen(person, row.endpoint, kind, found)
    shown = found if whole else mask_environment(found)
    context = {
        "tree": tree(shown),
        "can_unmask": not whole and _may_unmask(person, kind, row) and shown != found,
        "kind": kind,
        "row": row,
    }
    response = render(request, "parts/inspect.html", context)
    if whole:
        response["Cache-Control"] = "no-store"
    return response


def _may_unmask(person: Person, kind: str, row: InventoryRow) -> bool:
    return allows(person, f"{kind}.environment", row.endpoint, as_container(row))


def trouble_of(error: PodmanError, endpoint: Endpoint) -> dict[str, Any]:
    """Words for parts/error.html: what happened, why, what to do, Podman's message."""
    if isinstance(error, NotFound):
        title = _("It no longer exists")
        cure = _("Somebody removed it on %(host)s. The list shows what is left.") % {
            "host": endpoint
        }
    elif isinstance(error, Unavailable):
        title = _("%(host)s cannot be reached now") % {"host": endpoint}
        cure = _("The last known state is shown; the rest returns when the host is back.")
    else:
        title = _("Podman on %(host)s did not answer") % {"host": endpoint}
        cure = _("Try again. If it persists, run the doctor on the host's page.")
    return {"title": title, "cure": cure, "words": error.message, "tone": "warn"}
