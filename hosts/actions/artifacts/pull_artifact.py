"""artifact.pull: a broken pull is repeated. What the host has already is not sent again."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, by_name
from hosts.actions.artifacts.names import KIND, name_in_registry, order_for, place_for, trouble
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import auth_for
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import artifacts, system
from hosts.podman.errors import PodmanError, Unavailable

VERB = "artifact.pull"


def ask(person: Person, endpoint_id: int, *, name: str) -> Job:
    """Request a pull by full name. Refusal, NotVisible, Denied."""
    endpoint = place_for(person, endpoint_id, VERB)
    full = name_in_registry(name)
    proposal = from_request.images(VERB, [full], field="name")
    order = order_for(endpoint, full, {"name": full}, proposal=proposal)
    return ask_job(person, VERB, order, queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Pull. Podman reports nothing before the end."""
    name = errand.params["name"]
    await errand.permit(from_request.images(VERB, [name], field="name"))
    auth = await auth_for(errand.endpoint, parse(name))
    errand.say(_("Pulling %s. Podman reports no progress.") % name)
    await errand.report({})
    await errand.about_to_send()
    try:
        digest = await artifacts.pull(errand.podman, name, credential=auth)
    except PodmanError as failed:
        if failed.maybe_done or isinstance(failed, Unavailable):
            raise
        raise trouble(
            _("%(name)s could not be pulled."), name, failed, known=bool(auth)
        ) from failed
    errand.say(digest)
    return {"kind": KIND, "digest": digest}


async def settle(errand: Errand) -> Settlement:
    """Always again: only the registry knows whether the name still means the same."""
    await system.ping(errand.podman)
    return Settlement.AGAIN


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    right=Right(
        gettext_lazy("Pull artifacts"),
        gettext_lazy("Fetch artifacts from registries, with the credentials stored in Haulout"),
        needs=("host.view",),
    ),
    road=NAMES_IMAGE,
    lock=Lock.MAKES,
    words=(gettext_lazy("Pull"), gettext_lazy("pulled the artifact")),
    again=by_name(ask),
)
