"""container.upgrade: pull the image, and recreate the container if the image is new.

Settled by label and id (swap_container).
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.actions.action import Action, on_object
from hosts.actions.containers.swap_container import (
    SWAP_EVENTS,
    container_of_job,
    mend_swap,
    settle_swap,
    swap,
)
from hosts.actions.images.pull import pull_into
from hosts.actions.images.references import parse_full
from hosts.actions.object_orders import ObjectRef, ask_object, ask_objects
from hosts.actions.run import run_spec
from hosts.actions.run.existing import inspect_with_image, read_existing
from hosts.actions.run.narrow_grants import judge_image
from hosts.actions.run.permit_spec import permit_spec
from hosts.capabilities import version_of
from hosts.cards import Lock, Right, Road, SecondLook, When
from hosts.guardrails import Proposal, from_request
from hosts.jobs.errand import ActionFailed, Errand
from hosts.models import Batch, Job
from hosts.podman import images
from hosts.refusals import Refusal

VERB = "container.upgrade"


def _params(watch_s: int | None) -> dict[str, Any]:
    return {} if watch_s is None else {"watch_s": watch_s}


def ask(person: Person, ref: ObjectRef, *, watch_s: int | None = None) -> Job:
    """Request it. `watch_s`: how long the new container must stay up. NotVisible, Denied."""
    return ask_object(person, VERB, ref, params=_params(watch_s), queue="long")


def ask_many(person: Person, refs: list[ObjectRef], *, watch_s: int | None = None) -> Batch:
    return ask_objects(person, VERB, refs, params=_params(watch_s), queue="long")


async def do(errand: Errand) -> dict[str, Any]:
    """Pull first. With the same image the container is not touched."""
    if errand.before or await container_of_job(errand) is not None:
        # an earlier try has begun to swap
        return await swap(errand, lambda old: _spec(errand, old))
    found = await inspect_with_image(errand.podman, errand.object_id)
    name = _image(found)
    # judge the image before the pull. The whole spec is judged later.
    await errand.permit(from_request.images(VERB, [name]))
    errand.say(_("Pulling %s") % name)
    newest = await pull_into(errand, name)
    if not newest:
        newest = str((await images.inspect(errand.podman, name)).get("Id") or "")
    if newest == found.get("Image"):
        errand.say(_("It already runs the newest image."))
        return {"changed": False}
    result = await swap(errand, lambda old: _spec(errand, old))
    return result | {"image": newest, "changed": True}


def _image(found: dict[str, Any]) -> str:
    text = str(found.get("ImageName") or "")
    try:
        reference = parse_full(text)
    except Refusal as exc:
        raise ActionFailed(
            _("Its image has no name to pull. Recreate it with one."), str(exc)
        ) from exc
    if reference.digest:
        raise ActionFailed(
            _(
                "Its image is named by digest, so there is never a newer one. Recreate it with a "
                "tag."
            )
        )
    if reference.registry == "localhost":
        raise ActionFailed(
            _("%s was built on the host: there is no registry to pull it from.") % text
        )
    return str(reference)


async def _spec(errand: Errand, _old: dict[str, Any]) -> tuple[dict[str, Any], Proposal]:
    existing = read_existing(
        await inspect_with_image(errand.podman, errand.object_id), errand.endpoint.pk
    )
    if existing.missing:
        raise ActionFailed(
            _("It gets %s from secrets, and Podman does not say which ones. Use Edit and recreate.")
            % ", ".join(existing.missing)
        )
    if existing.untold:
        errand.say(existing.untold)
    params = run_spec.params_of(existing.texts)
    spec = run_spec.build(params, existing.env, job_id=errand.job_id)
    spec = run_spec.with_order_note(
        spec, params, job_id=errand.job_id, endpoint_id=errand.endpoint.pk
    )
    spec = run_spec.for_version(spec, version_of(errand.endpoint))
    await judge_image(errand, spec)
    return spec, await permit_spec(errand, spec)


ACTION = Action(
    VERB,
    ask,
    do,
    settle_swap,
    ask_many=ask_many,
    queue="long",
    mend=mend_swap,
    right=Right(
        gettext_lazy("Pull and recreate"),
        gettext_lazy("Pull the newest image of its name and recreate the container from it"),
        sensitive=True,
    ),
    road=Road(When.WORK, SecondLook.MADE),
    lock=Lock.CHANGES,
    words=(gettext_lazy("Upgrade"), gettext_lazy("pulled and recreated")),
    causes=SWAP_EVENTS,
    params=("watch_s",),
    again=on_object(ask),
)
