"""artifact.push: to the registry in its name, which is the only one Podman takes. A broken push is
repeated.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, by_name
from hosts.actions.artifacts.names import name_in_registry, order_for, place_for, trouble
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import auth_for
from hosts.cards import SENDS_AWAY, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import artifacts, system
from hosts.podman.errors import PodmanError, Unavailable

VERB = "artifact.push"


def ask(person: Person, endpoint_id: int, *, name: str) -> Job:
    """Request a push. Refusal, NotVisible, Denied."""
    endpoint = place_for(person, endpoint_id, VERB)
    full = name_in_registry(name)
    proposal = from_request.push(VERB, full)
    order = order_for(endpoint, full, {"name": full}, proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Push. The result has the digest in the registry."""
    name = errand.params["name"]
    await errand.permit(from_request.push(VERB, name))
    auth = await auth_for(errand.endpoint, parse(name))
    errand.say(_("Pushing %s. Podman reports no progress.") % name)
    await errand.report({})
    await errand.about_to_send()
    try:
        digest = await artifacts.push(errand.podman, name, credential=auth)
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            raise
        raise trouble(_("%(name)s was not pushed."), name, failed, known=bool(auth)) from failed
    errand.say(digest)
    return {"digest": digest}


async def settle(errand: Errand) -> Settlement:
    """Always again: only the registry knows how far it came."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Push artifacts"),
        gettext_lazy(
            "Send artifacts to registries, with the credentials stored in Haulout: they leave "
            "your network"
        ),
        sensitive=True,
        needs=("host.view",),
    ),
    road=SENDS_AWAY,
    lock=Lock.PASSES,
    words=(gettext_lazy("Push"), gettext_lazy("pushed the artifact")),
    again=by_name(ask),
)
