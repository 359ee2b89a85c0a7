"""image.push: a broken push is repeated. Layers that the registry has are not sent again."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.actions.action import Action, on_object
from hosts.actions.images.names import destination as checked
from hosts.actions.images.references import Reference, parse
from hosts.actions.images.registry_words import not_silent, why
from hosts.actions.object_orders import ObjectRef, order_for
from hosts.actions.registries.credentials import auth_for
from hosts.cards import SENDS_AWAY, Lock, Right
from hosts.guardrails import from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import manifests, system
from hosts.podman.errors import PushFailed
from hosts.podman.push import PushProgress, PushResult, push, push_manifest
from hosts.podman.registry_auth import Credential

VERB = "image.push"
# Podman reports no bytes of a push: it is silent while a layer is sent
PATIENCE_S = 2 * 3600.0


def ask(person: Person, ref: ObjectRef, *, destination: str) -> Job:
    """Request a push to a full name, its own or another. Refusal, NotVisible, Denied."""
    row = get_object(person, "image", *ref, verb=VERB)
    name = checked(destination)
    order = order_for(row, "image", {"destination": name})
    proposal = from_request.push(VERB, name)
    return ask_job(person, VERB, replace(order, proposal=proposal), queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Push. The result has the digest in the registry."""
    target = parse(errand.params["destination"])
    await errand.permit(from_request.push(VERB, str(target)))
    auth = await auth_for(errand.endpoint, target)
    steps = _PushProgress()
    await errand.about_to_send()
    try:
        async with (
            aclosing(await _pushing(errand, target, auth)) as pushing,
            aclosing(not_silent(pushing, target.registry, patience_s=PATIENCE_S)) as lines,
        ):
            async for line in lines:
                if not isinstance(line, PushProgress):
                    steps.end()
                    errand.progress = steps.progress()
                    return {"destination": str(target), "digest": line.digest}
                if line.text:
                    errand.say(line.text)
                steps.add(line)
                await errand.report(steps.progress())
    except PushFailed as failed:
        raise ActionFailed(_failed(target, failed, known=bool(auth)), failed.message) from failed
    raise AssertionError("a push ends with Pushed")


async def _pushing(
    errand: Errand, target: Reference, auth: Credential | None
) -> AsyncGenerator[PushProgress | PushResult, None]:
    podman, image_id, to = errand.podman, errand.object_id, str(target)
    if await manifests.exists(podman, image_id):
        return push_manifest(podman, image_id, destination=to, credential=auth)
    return push(podman, image_id, destination=to, credential=auth)


class _PushProgress:
    """The layers in the order in which Podman starts them. Podman reports no bytes."""

    def __init__(self) -> None:
        self._layers: dict[str, str] = {}

    def add(self, line: PushProgress) -> None:
        if line.layer:
            self._layers[line.layer] = line.status

    def end(self) -> None:
        self._layers = dict.fromkeys(self._layers, "Push complete")

    def progress(self) -> dict[str, Any]:
        return {"layers": [{"id": one, "status": word} for one, word in self._layers.items()]}


def _failed(target: Reference, failed: PushFailed, *, known: bool) -> str:
    return why(target.registry, failed, known=known) or _("%(image)s was not pushed.") % {
        "image": target
    }


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
        gettext_lazy("Push images"),
        gettext_lazy(
            "Send images to registries, with the credentials stored in Haulout: their content "
            "leaves your network"
        ),
        sensitive=True,
    ),
    road=SENDS_AWAY,
    lock=Lock.PASSES,
    words=(gettext_lazy("Push"), gettext_lazy("pushed")),
    again=on_object(ask),
)
