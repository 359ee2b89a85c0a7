"""image.search: searches registries from a host, each with its own deadline. Changes nothing.

It is a job, since only a worker can open registry credentials.
"""

import asyncio
import re
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_endpoint
from hosts.actions.action import Action
from hosts.actions.images.references import Reference
from hosts.actions.images.registry_words import why
from hosts.actions.registries.credentials import auth_for
from hosts.cards import READS, Lock, Right
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Endpoint, Job
from hosts.podman.errors import PodmanError
from hosts.podman.search import SearchResult, search
from hosts.refusals import Refusal

VERB = "image.search"
DEADLINE_S = 15.0
MOST_EACH = 25
MOST_REGISTRIES = 10
_TERM = re.compile(r"[a-z0-9][a-z0-9._/-]{0,200}")
_REGISTRY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]{1,5})?")


def registries_of(endpoint: Endpoint) -> list[str]:
    """The registries that the host's Podman searches for short names."""
    known = (endpoint.info or {}).get("registries") or {}
    return [str(name) for name in known.get("search") or []][:MOST_REGISTRIES]


def ask(person: Person, endpoint_id: int, *, term: str, registry: str = "") -> Job:
    """Request a search in `registry`, or in all that the host searches. Refusal."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    term, registry = term.strip().lower(), registry.strip()
    first, slash, rest = term.partition("/")
    if slash and rest and ("." in first or ":" in first or first == "localhost"):
        registry, term = first, rest
    if not _TERM.fullmatch(term):
        raise Refusal(_("Enter part of a name: letters, digits, “.”, “_”, “-”, “/”."))
    if registry and not _REGISTRY.fullmatch(registry):
        raise Refusal(_("“%s” is not a valid registry name.") % registry[:80])
    registries = [registry] if registry else registries_of(endpoint)
    if not registries:
        raise Refusal(_("%s searches no registry: choose one.") % endpoint)
    params = {"term": term, "registries": registries}
    order = Order(endpoint=endpoint, kind="image", object_id="", name=term, params=params)
    return ask_job(person, VERB, order, queue="short")


async def do(errand: Errand) -> dict[str, Any]:
    """Search all at once. The result: {"found": […], "troubles": [{"registry", "why", "words"}]}."""
    answers = await asyncio.gather(
        *(_one(errand, registry) for registry in errand.params["registries"])
    )
    found = [asdict(one) for good, _trouble in answers for one in good]
    troubles = [trouble for _good, trouble in answers if trouble]
    if troubles and len(troubles) == len(answers):
        raise ActionFailed(
            " ".join(one["why"] for one in troubles), "\n".join(one["words"] for one in troubles)
        )
    return {"found": found, "troubles": troubles}


async def _one(errand: Errand, registry: str) -> tuple[list[SearchResult], dict[str, str] | None]:
    term = errand.params["term"]
    auth = await auth_for(errand.endpoint, Reference(registry, term, "", ""))
    try:
        found = await search(
            errand.podman,
            f"{registry}/{term}",
            limit=MOST_EACH,
            credential=auth,
            timeout_s=DEADLINE_S,
        )
    except PodmanError as failed:
        words = _why(registry, failed, known=auth is not None)
        return [], {"registry": registry, "why": words, "words": failed.message}
    return found, None


def _why(registry: str, failed: PodmanError, *, known: bool) -> str:
    if common := why(registry, failed, known=known):
        return common
    text = f"{failed.message} {failed.cause}".lower()
    if any(word in text for word in ("404", "405", "unsupported", "not supported", "catalog")):
        words = _("%(registry)s cannot be searched: enter the full name of the image.")
    else:
        words = _("%(registry)s does not support search.")
    return words % {"registry": registry}


async def settle(_errand: Errand) -> Settlement:
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    right=Right(gettext_lazy("Search registries"), gettext_lazy("Search for images in registries")),
    road=READS,
    lock=Lock.PASSES,
    words=(gettext_lazy("Search"), gettext_lazy("searched registries for")),
    params=("term", "registries"),
)
