"""image.build of a typed Containerfile, as a job.

A broken try is never sent again. The tag shows whether the build ended, at once or when the host is back.
File and arguments can hold secrets, so they are sealed in the job's row and erased at the outcome.
"""

import json
from contextlib import aclosing
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts import advisories
from hosts.access import Person, get_endpoint
from hosts.actions import archive_words
from hosts.actions.action import Action
from hosts.actions.builds import containerfile
from hosts.actions.builds.build_fields import BuildOrder, build_order
from hosts.actions.builds.look_back import build_outcome, image_of, state_before
from hosts.actions.images.references import parse
from hosts.actions.registries.credentials import auth_for
from hosts.actions.second_look_objects import at_image
from hosts.cards import MAKES, Lock, Right
from hosts.guardrails import Proposal, containerfile_sources, from_request
from hosts.jobs.ask import ask as ask_job
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.models import Endpoint, Job
from hosts.podman import Podman, base_judge, system
from hosts.podman.build import BuildResult, build
from hosts.podman.containerfile import LIMIT_BYTES, instructions
from hosts.podman.errors import BuildFailed
from hosts.podman.registry_auth import Credential
from hosts.podman.tar_judge import ArchiveRefused
from hosts.refusals import FieldRefusal, Refusal

VERB = "image.build"


def ask(person: Person, endpoint_id: int, *, text: str, order: BuildOrder) -> Job:
    """Request an image of the Containerfile `text`. FieldRefusal, NotVisible, Denied."""
    endpoint = get_endpoint(person, endpoint_id, VERB)
    if next(instructions(text), None) is None:
        raise FieldRefusal("text", _("Write a Containerfile: it starts with FROM."))
    if len(text.encode()) > LIMIT_BYTES:
        raise FieldRefusal("text", _("The Containerfile is larger than 256 KiB."))
    try:
        mounts = (
            advisories.advisory_against(endpoint.podman_version, advisories.BUILD_MOUNTS) is None
        )
        base_judge.judge(text, order.arguments, mounts=mounts)
    except base_judge.UnsafeBase as base:
        raise FieldRefusal("text", archive_words.base_words(base.line, base.why)) from base
    return ask_job(person, VERB, order_for(endpoint, text=text, order=order), queue="long")


def order_for(endpoint: Endpoint, *, text: str, order: BuildOrder) -> Order:
    """The order, before anything is checked."""
    secrets = {"text": text, "arguments": order.arguments}
    return Order(
        endpoint=endpoint,
        kind="image",
        object_id="",
        name=order.tags[0],
        params={**order.log_params(), "containerfile": containerfile.NAME},
        secrets=json.dumps(secrets).encode(),
        proposal=proposal(order, text),
    )


def proposal(order: BuildOrder, text: str | None) -> Proposal:
    """What the build would make. `text` None: the Containerfile is in an upload to come."""
    return from_request.build(VERB, order.options().params(), text=text)


async def do(errand: Errand) -> dict[str, Any]:
    """Build it. Podman's lines are the job's output."""
    sealed = json.loads(await errand.secrets() or b"{}")
    text = str(sealed["text"])
    params = errand.params
    order = build_order(
        tags=params["tags"],
        target=params["target"],
        platform=params["platform"],
        no_cache=params["no_cache"],
        pull_always=params["pull"],
        labels=params["labels"],
        arguments=sealed["arguments"],
    )
    await errand.permit(proposal(order, text))
    credentials = await _credentials(errand, text)
    await errand.about_to_send(await state_before(errand.podman, order.tags[0]))
    step = ""
    try:
        lines = build(
            errand.podman,
            containerfile.context_of(text),
            order.options(),
            credentials=credentials,
            mounts=await mounts_stay_inside(errand.podman),
        )
        async with aclosing(lines) as output:
            async for line in output:
                if isinstance(line, BuildResult):
                    await at_image(errand, line.image_id, list(order.tags))
                    return {"kind": "image", "id": line.image_id}
                step = containerfile.step_of(line) or step
                for part in line.rstrip("\n").split("\n"):
                    errand.say(part)
                await errand.report({})
    except BuildFailed as failed:
        raise ActionFailed(failed_words(text, step), failed.message) from failed
    except ArchiveRefused as refused:
        raise archive_words.archive_trouble(refused) from refused
    raise ActionFailed(_("The build ended without an image."))


async def mounts_stay_inside(podman: Podman) -> bool:
    """Whether RUN --mount is safe there. Asks Podman, since the stored version may be old."""
    version = (await system.ping(podman)).libpod
    return advisories.advisory_against(version, advisories.BUILD_MOUNTS) is None


def failed_words(text: str, step: str) -> str:
    """Where the build failed: the line of the Containerfile and the instruction."""
    line = containerfile.line_of(text, step) if step and text else 0
    if line:
        return _("The build failed at line %(line)d: %(step)s") % {"line": line, "step": step}
    if step:
        return _("The build failed at: %s") % step
    return _("The Containerfile could not be read, or its base image was not found.")


async def _credentials(errand: Errand, text: str) -> list[Credential]:
    """Stored credentials for the registries of the images that it uses."""
    found: list[Credential] = []
    for image in dict.fromkeys(containerfile_sources.read(text).images):
        try:
            reference = parse(image)
        except Refusal:
            # Podman reports the wrong name as a failed step
            continue
        if auth := await auth_for(errand.endpoint, reference):
            found.append(auth)
    return found


async def settle(errand: Errand) -> Settlement:
    """Done where the tag has a new image. Else unknown: RUN may have had effects outside, and the build may
    still run.
    """
    tagged = await image_of(errand.podman, errand.params["tags"][0])
    if "tagged" not in errand.before or tagged in ("", errand.before["tagged"]):
        return Settlement.UNKNOWN
    await at_image(errand, tagged, list(errand.params["tags"]))
    return Settlement.DONE


async def look_back(errand: Errand) -> Settlement | None:
    """What became of a build with an unknown outcome. None while a build runs there."""
    if "tagged" not in errand.before:
        return Settlement.UNKNOWN
    name = errand.params["tags"][0]
    settled = await build_outcome(errand.podman, name, errand.before)
    if settled is Settlement.DONE:
        await at_image(errand, await image_of(errand.podman, name), list(errand.params["tags"]))
    return settled


ACTION = Action(
    VERB,
    ask,
    do,
    settle,
    queue="long",
    look_back=look_back,
    right=Right(
        gettext_lazy("Build images"),
        gettext_lazy(
            "Run a Containerfile on a host: its commands run there, as the user of that Podman"
        ),
        sensitive=True,
    ),
    road=MAKES,
    lock=Lock.MAKES,
    words=(gettext_lazy("Build"), gettext_lazy("built")),
    params=("tags", "containerfile", "no_cache", "argument_names"),
)
